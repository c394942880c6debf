// Queues the next attempt of trials whose attempt number was just raised: promoted ones and those a person runs again.
import { attemptIdOf } from '@swath/contracts';
import type { Tx } from '@swath/persistence';
import { recallAhead } from './recall.js';
import type { SweepRow } from './sweep-rows.js';

/** Inserts a queued attempt for each trial. The sweep and the trials are locked. */
export async function queueAttempts(
  tx: Tx,
  sweep: SweepRow,
  cause: 'promotion' | 'requeue',
  trials: readonly { readonly id: string; readonly attempt: number }[],
): Promise<void> {
  for (const { id, attempt } of trials) {
    await tx.query(
      `INSERT INTO attempt (id, trial_id, sweep_id, pool_id, number, cause, state, slots, priority, enqueued_at)
       VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, clock_timestamp())`,
      [
        attemptIdOf(id, attempt),
        id,
        sweep.id,
        sweep.pool_id,
        attempt,
        cause,
        sweep.spec.resources.gpus,
        sweep.spec.priority,
      ],
    );
  }
  await recallAhead(tx, { poolId: sweep.pool_id, belowPriority: sweep.spec.priority });
}
