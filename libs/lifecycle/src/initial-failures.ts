// The breaker of a sweep whose command cannot run: from its first attempt on, failures are counted until one has logged a metric or
// finished, and as many as the sweep allows end it. Called by the end of a lease, by measurements and by placement.
import type { AttemptOutcome } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { closeIntake } from './control.js';
import { wakePool } from './notices.js';
import { sweepStatus } from './status.js';
import { readSweepRow, type SweepRow } from './sweep-rows.js';

/** What placement knows of a sweep's breaker. */
export interface Breaker {
  /** Its first attempts, all of which failed; `null` once one has logged a metric or finished. */
  readonly initialFailures: number | null;
  readonly maxInitialFailures: number | null;
  /** Trials at once, by the sweep itself. */
  readonly parallel: number | null;
}

/**
 * How many trials of a sweep may run at once; `null` for any number. After a first failure no more than it may still lose: so a
 * command that always fails costs no more attempts than the sweep allows, or than had been started when the first one failed.
 */
export function trialsAtOnce({ initialFailures, maxInitialFailures, parallel }: Breaker): number | null {
  if (initialFailures === null || initialFailures === 0 || maxInitialFailures === null) return parallel;
  return Math.min(parallel ?? Infinity, maxInitialFailures - initialFailures);
}

/** Locks a sweep of which no attempt has logged a metric or finished; `undefined` for any other. Before any lock of its trials. */
export async function lockUnproven(tx: Tx, sweepId: string): Promise<SweepRow | undefined> {
  const [row] = await tx.query<{ id: string }>(
    'SELECT id FROM sweep WHERE id = $1 AND initial_failures IS NOT NULL FOR UPDATE',
    [sweepId],
  );
  return row && (await readSweepRow(tx, sweepId));
}

/** Counts the end of an attempt of a sweep that `lockUnproven` has locked; ends its intake when that was one failure too many. */
export async function countInitial(tx: Tx, sweep: SweepRow, outcome: AttemptOutcome): Promise<void> {
  if (outcome === 'finished') {
    await tx.query('UPDATE sweep SET initial_failures = NULL WHERE id = $1', [sweep.id]);
    return;
  }
  if (outcome !== 'failed') return;
  const [row] = await tx.query<{ failures: number }>(
    'UPDATE sweep SET initial_failures = initial_failures + 1 WHERE id = $1 RETURNING initial_failures AS failures',
    [sweep.id],
  );
  const limit = sweep.spec.budget.max_consecutive_initial_failures ?? 0;
  if (row === undefined || row.failures < limit) return;
  await closeIntake(tx, sweep, {
    reason: 'failures',
    text: `the first ${row.failures} attempts failed, max_consecutive_initial_failures is ${limit}`,
  });
}

/** After a measurement that was the first of its sweep or reached its target: the sweep has proved that it runs, or ends its intake. */
export async function lookAtSweep(db: Database, sweepId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const proven = await tx.query<{ pool_id: string }>(
      'UPDATE sweep SET initial_failures = NULL WHERE id = $1 AND initial_failures IS NOT NULL RETURNING pool_id',
      [sweepId],
    );
    for (const { pool_id } of proven) await wakePool(tx, pool_id);
  });
  await sweepStatus(db, sweepId);
}
