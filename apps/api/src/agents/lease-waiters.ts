/**
 * Long polls for leases. A poll subscribes to its pool first and then looks; it looks again when something changed, at the
 * next known time, and at its end. Polls of one pool look one after the other: they would only queue for the pool's lock in
 * PostgreSQL, each holding a connection.
 */
import { Injectable } from '@nestjs/common';
import type { LeasePoll, LeasePollReply } from '@swath/contracts';
import { nextDue, pollLeases } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { WakeUps } from '../events/wake-ups.js';

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
  private readonly turns = new Map<string, Promise<unknown>>();

  constructor(
    private readonly db: Database,
    private readonly wakeUps: WakeUps,
    private readonly secret: Buffer,
  ) {}

  /** Leases for the offered slots; empty when there were none in time. */
  async wait({ nodeId, poolId, poll, signal }: WaitingPoll): Promise<LeasePollReply> {
    const deadline = performance.now() + poll.waitMs;
    const pool = this.wakeUps.subscribe('swath_pool', poolId);
    try {
      for (;;) {
        const reply = await this.inTurn(poolId, () =>
          pollLeases(this.db, { nodeId, poll, secret: this.secret }),
        );
        const left = deadline - performance.now();
        if (reply.leases.length > 0 || reply.drain || left <= 0 || signal.aborted) return reply;
        if ((await pool.wait(Math.min(left, await this.untilDue(poolId)), signal)) === 'aborted')
          return reply;
      }
    } finally {
      pool.close();
    }
  }

  /** Milliseconds until a queued attempt may start that may not start now. */
  private async untilDue(poolId: string): Promise<number> {
    const due = await nextDue(this.db, poolId);
    return due === undefined ? Infinity : Math.max(5, due.getTime() - Date.now());
  }

  private async inTurn<T>(poolId: string, look: () => Promise<T>): Promise<T> {
    const before = this.turns.get(poolId) ?? Promise.resolve();
    const turn = before.then(look, look);
    const settled = turn.then(
      () => undefined,
      () => undefined,
    );
    this.turns.set(poolId, settled);
    try {
      return await turn;
    } finally {
      if (this.turns.get(poolId) === settled) this.turns.delete(poolId);
    }
  }
}
