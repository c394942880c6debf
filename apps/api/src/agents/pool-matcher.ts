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
  /** When it must be answered, by `performance.now()`. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

/** Longest pause between two rounds; heals a lost notification. */
const LONGEST_PAUSE_MS = 20_000;
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
    let emptyHanded = 0;
    for (const waiter of looking) {
      const mustLook = !waiter.looked || waiter.endsAt <= now;
      if (!this.waiters.has(waiter) || (!mustLook && waiter.free <= emptyHanded)) continue;
      const look = await this.lookFor(waiter);
      if (look !== undefined && look.reply.leases.length === 0 && !look.nodeBound) {
        emptyHanded = Math.max(emptyHanded, waiter.free);
      }
    }
    return Math.max(5, Math.min(this.untilNextEnd(), dueInMs ?? Infinity, LONGEST_PAUSE_MS));
  }

  private async lookFor(waiter: Waiter): Promise<LeaseLook | undefined> {
    try {
      const look = await waiter.look();
      waiter.looked = true;
      const { leases, drain } = look.reply;
      if (leases.length > 0 || drain || waiter.endsAt <= performance.now()) waiter.settle(look.reply);
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
