/**
 * Leases ahead (ADR 0011): granted while the slots are busy, prepared at once, started in the moment an attempt leaves its slot, and
 * given back when the server asks for them or the agent leaves. The server hears of a start afterwards, with the end of the
 * attempt that made room; until then the lease's own hold pays for it.
 */
import type { AheadGrant, ProcessExit } from '@swath/contracts';
import type { Attempt } from '../attempt/attempt.js';
import type { Log } from '../log.js';
import { followerOf, surplusOf } from './choose-follower.js';
import type { ReceivedLease } from './received-lease.js';
import type { SlotTable } from './slot-table.js';

/** Most leases that wait on one node: each has a guard process of its own. */
const MAX_WAITING = 16;

/** The attempt of a lease ahead, ready to be started. */
export interface ReadyAttempt {
  /** End of the lease, CLOCK_MONOTONIC, nanoseconds. */
  readonly deadlineNs: bigint;
  /** Whether what it resumes from has been brought here. */
  readonly ready: boolean;
  /** Fulfilled when it is ready. */
  readonly restored: Promise<void>;
  renew(deadlineNs: bigint): void;
  start(slots: readonly number[], ahead: boolean): Attempt;
  discard(): void;
}

/** What leases ahead need of the agent. */
export interface AheadLeasesOptions {
  readonly slots: SlotTable;
  /** Attempts that run on this node now. */
  readonly running: () => readonly Attempt[];
  /** @throws Error when this node cannot prepare it */
  readonly prepare: (lease: ReceivedLease) => ReadyAttempt;
  /** A process was started; its start is still to be reported. */
  readonly onStarted: (attempt: Attempt) => void;
  /** One that was not ready when it came is: a slot may be waiting for it. */
  readonly onReady: () => void;
  /** Gives a lease back to the server, until it has answered. */
  readonly giveBack: (grant: AheadGrant) => void;
  readonly log: Log;
}

interface Waiting {
  readonly grant: AheadGrant;
  readonly prepared: ReadyAttempt;
}

/** The leases ahead of one node. */
export class AheadLeases {
  readonly #options: AheadLeasesOptions;
  readonly #waiting = new Map<string, Waiting>();
  #requested = 0;
  #closed = false;

  constructor(options: AheadLeasesOptions) {
    this.#options = options;
  }

  /** The leases that wait, for heartbeats and registrations. */
  get grants(): AheadGrant[] {
    return [...this.#waiting.values()].map(({ grant }) => grant);
  }

  /** How many to ask for now: one for each slot whose attempt has no other. They count as asked for until `answered`. */
  request(): number {
    if (this.#closed) return 0;
    const single = this.#options.running().filter(({ grant }) => grant.slots.length === 1);
    // An attempt that ended and the one that follows it are both there until the server has answered: slots count, not attempts.
    const followed = new Set(single.flatMap(({ grant }) => grant.slots)).size;
    const wanted = Math.max(0, Math.min(followed, MAX_WAITING) - this.#waiting.size - this.#requested);
    this.#requested += wanted;
    return wanted;
  }

  /** A request for so many was answered, or will not be. */
  answered(count: number): void {
    this.#requested -= count;
  }

  /** Prepares what was granted. */
  take(grants: readonly AheadGrant[], sentNs: bigint): void {
    const { prepare, giveBack, onReady, log } = this.#options;
    for (const grant of grants) {
      if (this.#waiting.has(grant.leaseId)) continue;
      try {
        if (this.#closed) throw new Error('this node is leaving');
        const prepared = prepare({ grant, sentNs });
        this.#waiting.set(grant.leaseId, { grant, prepared });
        if (!prepared.ready) void prepared.restored.then(onReady);
      } catch (error) {
        log.warn({ leaseId: grant.leaseId, reason: String(error) }, 'a lease ahead is given back');
        giveBack(grant);
      }
    }
    this.trim();
  }

  /** Starts what follows an attempt on its slot, which must be free of it. The caller reports both. */
  follow({ grant: { sweepId, slots } }: Attempt, exit: ProcessExit): Attempt | undefined {
    const next = exit.reaped && slots.length === 1 ? followerOf(this.#startable(), sweepId) : undefined;
    return next !== undefined && this.#options.slots.handOver(slots) ? this.#start(next, slots) : undefined;
  }

  /** Starts what may run on any slot on slots that nobody has; each start is to be reported on its own. */
  startOn(free: readonly number[]): Attempt[] {
    const started: Attempt[] = [];
    for (const index of free) {
      const next = followerOf(this.#startable(), undefined);
      if (next === undefined) break;
      const attempt = this.#start(next, [index]);
      if (attempt === undefined) break;
      this.#options.slots.occupy([index]);
      started.push(attempt);
    }
    return started;
  }

  /** The lease was renewed; does nothing for one that does not wait. */
  renew(leaseId: string, deadlineNs: bigint): void {
    this.#waiting.get(leaseId)?.prepared.renew(deadlineNs);
  }

  /** The server wants the lease back. Of no effect once it was started. */
  recall(leaseId: string): void {
    const waiting = this.#waiting.get(leaseId);
    if (waiting === undefined) return;
    this.#drop(waiting);
    this.#options.giveBack(waiting.grant);
  }

  /** After a registration: what the server does not know as this node's is gone. */
  keep(live: readonly string[]): void {
    for (const waiting of [...this.#waiting.values()])
      if (!live.includes(waiting.grant.leaseId)) this.#drop(waiting);
  }

  /** Gives back what waits for an end that will not come. Called when an attempt has left the node. */
  trim(): void {
    const running = this.#options.running().map(({ grant }) => grant.sweepId);
    for (const { leaseId } of surplusOf(this.grants, running)) this.recall(leaseId);
  }

  /** Takes and starts nothing more, and gives everything back. */
  close(): void {
    this.#closed = true;
    for (const leaseId of [...this.#waiting.keys()]) this.recall(leaseId);
  }

  #startable(): AheadGrant[] {
    const now = process.hrtime.bigint();
    return [...this.#waiting.values()]
      .filter(({ prepared }) => prepared.ready && prepared.deadlineNs > now)
      .map(({ grant }) => grant);
  }

  /** Starts a lease that waits; gives it back when this node cannot, which must not keep an end from being reported. */
  #start({ leaseId }: AheadGrant, slots: readonly number[]): Attempt | undefined {
    const waiting = this.#waiting.get(leaseId);
    if (waiting === undefined) throw new Error(`lease ${leaseId} does not wait`);
    try {
      const attempt = waiting.prepared.start(slots, true);
      this.#waiting.delete(leaseId);
      this.#options.onStarted(attempt);
      return attempt;
    } catch (error) {
      this.#options.log.error({ leaseId, reason: String(error) }, 'a lease ahead could not be started');
      this.recall(leaseId);
      return undefined;
    }
  }

  #drop({ grant, prepared }: Waiting): void {
    this.#waiting.delete(grant.leaseId);
    prepared.discard();
  }
}
