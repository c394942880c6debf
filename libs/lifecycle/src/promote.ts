// Promotion of paused trials (ASHA, promotion kind): which may go on, and their next attempts. A promoted trial is not a retry:
// it resumes from its checkpoint on whatever node has a slot.
import type { SweepSpec } from '@swath/contracts';
import type { Queryable, Tx } from '@swath/persistence';
import { promotable } from '@swath/search';
import { publish, wakePool } from './notices.js';
import { queueAttempts } from './queue-attempts.js';
import type { SweepRow } from './sweep-rows.js';

interface RecordRow {
  readonly trial: number;
  readonly bracket: number;
  readonly rung: number;
  readonly value: number;
  readonly paused: boolean;
}

/** Whether trials pause at rungs, and the best of them go on. */
export function promotes({ early_terminate: rule }: Pick<SweepSpec, 'early_terminate'>): boolean {
  return rule?.type === 'asha' && rule.mode === 'promote';
}

/** Numbers of the paused trials that may continue, in the order to resume them; empty without promotion. */
export async function promotableTrials(db: Queryable, sweep: SweepRow): Promise<number[]> {
  const rule = sweep.spec.early_terminate;
  if (rule?.type !== 'asha' || rule.mode !== 'promote') return [];
  const records = await db.query<RecordRow>(
    `SELECT t.number AS trial, r.bracket, r.rung, r.value,
       t.state = 'paused' AND r.rung = (SELECT max(rung) FROM rung_value WHERE trial_id = t.id) AS paused
     FROM rung_value r JOIN trial t ON t.id = r.trial_id WHERE r.sweep_id = $1`,
    [sweep.id],
  );
  const direction = sweep.spec.objectives[0]?.goal ?? 'minimize';
  return promotable({ rule, direction, records }).map((promotion) => promotion.trial);
}

/** Queues the next attempt of paused trials. The sweep is locked. @returns ids of those that were still paused */
export async function resumeTrials(tx: Tx, sweep: SweepRow, numbers: readonly number[]): Promise<string[]> {
  if (numbers.length === 0) return [];
  const trials = await tx.query<{ id: string; number: number; attempt: number }>(
    `UPDATE trial SET state = 'queued', attempt_count = attempt_count + 1, reason = NULL
     WHERE sweep_id = $1 AND number = ANY ($2) AND state = 'paused' RETURNING id, number, attempt_count AS attempt`,
    [sweep.id, [...numbers]],
  );
  await queueAttempts(tx, sweep, 'promotion', trials);
  await publish(
    tx,
    trials.map(({ id, number }) => ({
      projectId: sweep.project_id,
      topic: `sweep:${sweep.id}`,
      name: 'trial.state_changed',
      entity: { id, number, state: 'queued', promoted: true },
    })),
  );
  await wakePool(tx, sweep.pool_id);
  return trials.map((trial) => trial.id);
}

/** Ends the trials that are still paused when their sweep ends: none of them was good enough to go on. */
export async function closePaused(tx: Tx, sweep: SweepRow): Promise<void> {
  const trials = await tx.query<{ id: string; number: number; run_id: string }>(
    `UPDATE trial SET state = 'pruned', ended_at = clock_timestamp()
     WHERE sweep_id = $1 AND state = 'paused' RETURNING id, number, run_id`,
    [sweep.id],
  );
  await tx.query(
    `UPDATE run SET state = 'finished', ended_at = clock_timestamp(), updated_at = clock_timestamp() WHERE id = ANY ($1)`,
    [trials.map((trial) => trial.run_id)],
  );
  await publish(
    tx,
    trials.map(({ id, number }) => ({
      projectId: sweep.project_id,
      topic: `sweep:${sweep.id}`,
      name: 'trial.state_changed',
      entity: { id, number, state: 'pruned' },
    })),
  );
}
