/**
 * Brings together the waiting polls of one pool in this process and the pool's queue. When something changed it asks once
 * whether anything can be placed at all, and then lets polls look one after the other until one with as many free slots came
 * back empty: with hundreds of waiting nodes a new trial costs two looks, not hundreds.
 */
import type { LeasePollReply } from '@swath/contracts';
import { queueOutlook, type LeaseLook } from '@swath/lifecycle';
import type { Queryable } from '@swath/persistence';
import type { Subscription } from '../events/wake-ups.js';

/** A poll that wants leases. */
export interface PollSettings {
  /** One transaction of placement for this poll. */
  readonly look: () => Promise<LeaseLook>;
  /** How many slots it offers. */
  readonly free: number;
  /** How many leases ahead it wants; with no free slot it waits for these alone, behind polls that offer slots. */
  readonly ahead: number;
  /** When it must be answered, by `performance.now()`. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

/** Longest pause between two rounds; heals a lost notification. */
const LONGEST_PAUSE_MS = 20_000;
/** Polls for leases ahead alone that look in one round: they can wait, and what kept one from a lease mostly keeps the next. */
const AHEAD_LOOKS = 4;
/** After a round that failed: the database is away. */
const FAILED_PAUSE_MS = 500;

interface Waiter extends PollSettings {
  /** Looked at least once: its offer has not been answered before. */
  looked: boolean;
  readonly settle: (reply: LeasePollReply) => void;
  readonly fail: (error: unknown) => void;
}

/** The polls of one pool. */
export class PoolMatcher {
  private readonly waiters = new Set<Waiter>();
  private readonly stopping = new AbortController();
  private running = false;

  constructor(
    private readonly db: Queryable,
    private readonly poolId: string,
    private readonly changes: Subscription,
  ) {}

  /** No poll waits. */
  get isIdle(): boolean {
    return this.waiters.size === 0;
  }

  /** Adds a poll; `answer` settles with its reply. */
  enter(settings: PollSettings): { readonly answer: Promise<LeasePollReply> } {
    const answer = new Promise<LeasePollReply>((resolve, reject) => {
      const waiter: Waiter = {
        ...settings,
        looked: false,
        settle: (reply) => {
          this.waiters.delete(waiter);
          resolve(reply);
        },
        fail: (error) => {
          this.waiters.delete(waiter);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      this.waiters.add(waiter);
      settings.signal.addEventListener('abort', () => waiter.settle({ leases: [], drain: false }), {
        once: true,
      });
      if (settings.signal.aborted) waiter.settle({ leases: [], drain: false });
    });
    this.changes.notify();
    if (!this.running) void this.run();
    return { answer };
  }

  /** Ends the matcher; it must be idle. */
  close(): void {
    this.stopping.abort();
    this.changes.close();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiters.size > 0 && !this.stopping.signal.aborted) {
      const pauseMs = await this.round().catch((error: unknown) => {
        // Whoever waits is told; an agent asks again.
        for (const waiter of this.waiters) waiter.fail(error);
        return FAILED_PAUSE_MS;
      });
      if (this.waiters.size > 0) await this.changes.wait(pauseMs, this.stopping.signal);
    }
    this.running = false;
  }

  /** Lets polls look, answers those whose time is over. Returns how long nothing will change by itself, milliseconds. */
  private async round(): Promise<number> {
    const now = performance.now();
    const due = [...this.waiters].filter((waiter) => !waiter.looked || waiter.endsAt <= now);
    const { placeable, dueInMs } = await queueOutlook(this.db, this.poolId);
    const looking = placeable ? [...this.waiters] : due;
    const mustLook = (waiter: Waiter): boolean => !waiter.looked || waiter.endsAt <= now;
    let emptyHanded = 0;
    for (const waiter of looking.filter(({ free }) => free > 0)) {
      if (!this.waiters.has(waiter) || (!mustLook(waiter) && waiter.free <= emptyHanded)) continue;
      const look = await this.lookFor(waiter);
      if (look !== undefined && look.reply.leases.length === 0 && !look.nodeBound) {
        emptyHanded = Math.max(emptyHanded, waiter.free);
      }
    }
    await this.lookAhead(
      looking.filter(({ free }) => free === 0),
      mustLook,
    );
    return Math.max(5, Math.min(this.untilNextEnd(), dueInMs ?? Infinity, LONGEST_PAUSE_MS));
  }

  /** Lets polls without a free slot look until one came back empty that nothing but the queue held back. */
  private async lookAhead(waiters: readonly Waiter[], mustLook: (waiter: Waiter) => boolean): Promise<void> {
    let looksLeft = AHEAD_LOOKS;
    for (const waiter of waiters) {
      if (!this.waiters.has(waiter) || (!mustLook(waiter) && looksLeft <= 0)) continue;
      looksLeft -= 1;
      const look = await this.lookFor(waiter);
      if (!this.waiters.has(waiter)) continue;
      if (look?.nodeBound === false) looksLeft = 0;
      // The others first the next time.
      this.waiters.delete(waiter);
      this.waiters.add(waiter);
    }
  }

  private async lookFor(waiter: Waiter): Promise<LeaseLook | undefined> {
    try {
      const look = await waiter.look();
      waiter.looked = true;
      const { leases, ahead = [], drain } = look.reply;
      if (leases.length > 0 || ahead.length > 0 || drain || waiter.endsAt <= performance.now())
        waiter.settle(look.reply);
      return look;
    } catch (error) {
      waiter.fail(error);
      return undefined;
    }
  }

  private untilNextEnd(): number {
    return Math.min(...[...this.waiters].map((waiter) => waiter.endsAt)) - performance.now();
  }
}
