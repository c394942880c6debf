/**
 * Long polls for leases. A poll looks once by itself, because its offer may have been answered before, and then waits with the
 * others of its pool for the pool's matcher; at its end it answers with what there is.
 */
import { Injectable } from '@nestjs/common';
import type { LeasePoll, LeasePollReply } from '@swath/contracts';
import { lookForLeases } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { WakeUps } from '../events/wake-ups.js';
import { PoolMatcher } from './pool-matcher.js';

/** A poll to be answered. */
export interface WaitingPoll {
  readonly nodeId: string;
  readonly poolId: string;
  readonly poll: LeasePoll;
  readonly signal: AbortSignal;
}

/** The waiters of one process. */
@Injectable()
export class LeaseWaiters {
  private readonly matchers = new Map<string, PoolMatcher>();

  constructor(
    private readonly db: Database,
    private readonly wakeUps: WakeUps,
    private readonly secret: Buffer,
  ) {}

  /** Leases for the offered slots; empty when there were none in time. */
  async wait({ nodeId, poolId, poll, signal }: WaitingPoll): Promise<LeasePollReply> {
    const { db, secret } = this;
    const matcher = this.matcherOf(poolId);
    const waiter = matcher.enter({
      look: () => lookForLeases(db, { nodeId, poll, secret }),
      free: poll.free.length,
      ahead: poll.ahead ?? 0,
      endsAt: performance.now() + poll.waitMs,
      signal,
    });
    try {
      return await waiter.answer;
    } finally {
      if (matcher.isIdle && this.matchers.get(poolId) === matcher) {
        this.matchers.delete(poolId);
        matcher.close();
      }
    }
  }

  private matcherOf(poolId: string): PoolMatcher {
    const known = this.matchers.get(poolId);
    if (known !== undefined) return known;
    const matcher = new PoolMatcher(this.db, poolId, this.wakeUps.subscribe('swath_pool', poolId));
    this.matchers.set(poolId, matcher);
    return matcher;
  }
}
