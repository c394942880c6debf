// Storing what a training run logs and judging it, in one transaction: fence, chunk under its sequence number, progress of the
// trial, rung by rung the pruner's decision. The answer is in the reply, so a bad trial ends within one round trip.
import { createHash } from 'node:crypto';
import {
  DomainError,
  type Decision,
  type LeaseCommand,
  type MetricBatch,
  type MetricReply,
  type Objective,
  type StopReason,
} from '@swath/contracts';
import { encodeMetrics, METRIC_CODEC, numericValue, type Database, type Tx } from '@swath/persistence';
import { lookAtSweep } from './initial-failures.js';
import { judgeMeasurements } from './judge.js';
import type { MeasuredTrial } from './measured-trial.js';
import { followObjectives, type TrialProgress } from './objectives.js';
import { publish, wakeSweep } from './notices.js';
import { promotes } from './promote.js';

/**
 * Stores a batch of rows of a trial's run. The same (attempt, stream, seq) again is answered as before and changes nothing;
 * batches of an attempt that is no longer the live one are kept as late and never judged.
 *
 * @throws `run/not-found`, `stream/conflict`
 */
export async function recordMetrics(
  db: Database,
  request: { readonly runId: string; readonly batch: MetricBatch },
): Promise<MetricReply> {
  const { batch, runId } = request;
  const body = encodeMetrics(batch.rows);
  const hash = createHash('sha256').update(JSON.stringify(batch.rows)).digest();
  const stored = await db.transaction(async (tx) => {
    const trial = await lockMeasured(tx, runId);
    if (trial === undefined) throw new DomainError('run/not-found', `there is no trial with run ${runId}`);
    const late = trial.lease_id === null || batch.attempt !== trial.attempt_count;
    const fresh = await storeChunk(tx, { runId, batch, body, hash, late });
    if (!fresh || late) return { reply: reply(batch, late, fresh ? null : trial.stop_reason, trial) };
    const { stop, sweepId } = await judgeRows(tx, trial, { runId, rows: batch.rows });
    const answer = reply(batch, false, stop, trial);
    return sweepId === undefined ? { reply: answer } : { reply: answer, sweepId };
  });
  // The sweep's lock comes before a trial's, so its row is changed by a transaction of its own.
  if (stored.sweepId !== undefined) await lookAtSweep(db, stored.sweepId);
  return stored.reply;
}

/** Logged rows of a trial that is running. */
export interface JudgedRows {
  readonly runId: string;
  readonly rows: MetricBatch['rows'];
}

/**
 * Follows the objectives through new rows of a locked trial and applies the pruner's decision. `stop` is why the attempt has to
 * end, if it has; `sweepId` is set when the target was reached or nothing of the sweep had been measured before, so that the
 * caller looks at the sweep after its commit.
 */
export async function judgeRows(
  tx: Tx,
  trial: MeasuredTrial,
  { runId, rows }: JudgedRows,
): Promise<{ readonly stop: StopReason | null; readonly sweepId?: string }> {
  const step = followObjectives(trial.spec, trial.progress, rows);
  const judged = await judgeMeasurements(tx, trial, step.measurements);
  const objective = trial.spec.objectives[0];
  const value =
    objective === undefined ? null : (step.progress.objectives[objective.name]?.[objective.value] ?? null);
  await storeProgress(tx, trial, {
    runId,
    progress: { ...step.progress, pruner: judged.progress },
    value,
    rows,
  });
  const decided = await applyDecision(tx, trial, judged.decisions);
  const stop = trial.stop_reason ?? decided;
  return trial.unproven || reachesTarget(objective, value) ? { stop, sweepId: trial.sweep_id } : { stop };
}

function reachesTarget(objective: Objective | undefined, value: number | null): boolean {
  if (objective?.target === undefined || value === null) return false;
  return objective.goal === 'maximize' ? value >= objective.target : value <= objective.target;
}

/** Locks the trial of a run; `undefined` when the run stands alone. */
export async function lockMeasured(tx: Tx, runId: string): Promise<MeasuredTrial | undefined> {
  const [trial] = await tx.query<MeasuredTrial>(
    `SELECT t.id, t.sweep_id, t.project_id, t.number, t.bracket, t.state, t.attempt_count, t.progress, t.value, s.spec,
       s.initial_failures IS NOT NULL AS unproven,       l.id AS lease_id, l.stop_reason, l.grace_ms
     FROM trial t JOIN sweep s ON s.id = t.sweep_id LEFT JOIN lease l ON l.trial_id = t.id AND l.state = 'live'
     WHERE t.run_id = $1 FOR UPDATE OF t`,
    [runId],
  );
  return trial;
}

interface ChunkWrite {
  readonly runId: string;
  readonly batch: MetricBatch;
  readonly body: Buffer;
  readonly hash: Buffer;
  readonly late: boolean;
}

/** Whether the chunk is new; `false` for a repetition. */
async function storeChunk(tx: Tx, { runId, batch, body, hash, late }: ChunkWrite): Promise<boolean> {
  const metrics = [...new Set(batch.rows.flatMap((row) => Object.keys(row.values)))];
  const steps = batch.rows.flatMap((row) => (row.step === undefined ? [] : [row.step]));
  const inserted = await tx.query<{ seq: number }>(
    `WITH place AS (UPDATE run SET row_count = row_count + $5 WHERE id = $1
       AND NOT EXISTS (SELECT 1 FROM metric_chunk WHERE run_id = $1 AND attempt = $2 AND stream = $3 AND seq = $4)
       RETURNING row_count - $5 AS first_row)
     INSERT INTO metric_chunk (run_id, attempt, stream, seq, first_row, row_count, first_step, last_step, metrics, late, codec,
       hash, body, received_at)
     SELECT $1, $2, $3, $4, first_row, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp() FROM place RETURNING seq`,
    [
      runId,
      batch.attempt,
      batch.stream,
      batch.seq,
      batch.rows.length,
      steps.length === 0 ? null : Math.min(...steps),
      steps.length === 0 ? null : Math.max(...steps),
      metrics,
      late,
      METRIC_CODEC,
      hash,
      body,
    ],
  );
  if (inserted.length > 0) return true;
  const [known] = await tx.query<{ hash: Buffer }>(
    'SELECT hash FROM metric_chunk WHERE run_id = $1 AND attempt = $2 AND stream = $3 AND seq = $4',
    [runId, batch.attempt, batch.stream, batch.seq],
  );
  if (known === undefined) throw new DomainError('run/not-found', `there is no run ${runId}`);
  if (!known.hash.equals(hash)) {
    throw new DomainError(
      'stream/conflict',
      `batch ${batch.seq} of stream "${batch.stream}" was stored with other rows`,
    );
  }
  return false;
}

interface ProgressWrite {
  readonly runId: string;
  readonly progress: TrialProgress;
  readonly value: number | null;
  readonly rows: MetricBatch['rows'];
}

async function storeProgress(tx: Tx, trial: MeasuredTrial, write: ProgressWrite): Promise<void> {
  const values = Object.fromEntries(
    trial.spec.objectives.map((objective: Objective) => [
      objective.name,
      write.progress.objectives[objective.name]?.[objective.value] ?? null,
    ]),
  );
  await tx.query(
    `UPDATE trial SET progress = $2, value = $3, objective_values = $4, resource = $5 WHERE id = $1`,
    [trial.id, JSON.stringify(write.progress), write.value, JSON.stringify(values), write.progress.resource],
  );
  const summary: Record<string, unknown> = {};
  for (const row of write.rows) Object.assign(summary, row.values);
  const lastStep = write.rows.findLast((row) => row.step !== undefined)?.step;
  if (lastStep !== undefined) summary['_step'] = lastStep;
  await tx.query(
    `UPDATE run SET summary = summary || $2::jsonb, updated_at = clock_timestamp() WHERE id = $1`,
    [write.runId, JSON.stringify(summary)],
  );
  const last = write.rows.at(-1);
  await publish(tx, [
    {
      projectId: trial.project_id,
      topic: `sweep:${trial.sweep_id}`,
      name: 'metrics.append',
      entity: {
        trialId: trial.id,
        number: trial.number,
        resource: write.progress.resource,
        value: write.value,
        step: last?.step ?? null,
        values: numbersOf(last?.values ?? {}),
      },
    },
  ]);
}

function numbersOf(values: MetricBatch['rows'][number]['values']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const number = numericValue(value);
      return number === undefined || !Number.isFinite(number) ? [] : [[name, number]];
    }),
  );
}

/** Stores decisions; the first that ends the attempt flags its lease. */
async function applyDecision(
  tx: Tx,
  trial: MeasuredTrial,
  decisions: readonly Decision[],
): Promise<StopReason | null> {
  if (decisions.length === 0) return null;
  await tx.query(
    `INSERT INTO decision (sweep_id, trial_id, attempt, action, decision, at)
     SELECT $1, $2, $3, d->>'action', d, clock_timestamp() FROM jsonb_array_elements($4::jsonb) d`,
    [trial.sweep_id, trial.id, trial.attempt_count, JSON.stringify(decisions)],
  );
  // One more value at a rung may let a trial go on that is paused there.
  if (promotes(trial.spec)) await wakeSweep(tx, trial.sweep_id);
  const ending = decisions.find((decision) => decision.action !== 'continue');
  if (ending === undefined) return null;
  const reason: StopReason = ending.action === 'pause' ? 'paused' : 'pruned';
  await tx.query(`UPDATE lease SET stop_reason = $2 WHERE id = $1 AND stop_reason IS NULL`, [
    trial.lease_id,
    reason,
  ]);
  await tx.query(`UPDATE trial SET reason = $2 WHERE id = $1`, [
    trial.id,
    JSON.stringify({ code: ending.action === 'pause' ? 'rung_pause' : 'rung_cut', decision: ending }),
  ]);
  await publish(tx, [
    {
      projectId: trial.project_id,
      topic: `sweep:${trial.sweep_id}`,
      name: 'decision.recorded',
      entity: { trialId: trial.id, number: trial.number, decision: ending },
    },
  ]);
  return reason;
}

function reply(
  batch: MetricBatch,
  late: boolean,
  stop: StopReason | null,
  trial: MeasuredTrial,
): MetricReply {
  if (late || stop === null || trial.lease_id === null) return { acked: batch.seq, late };
  const command: LeaseCommand = {
    type: 'stop',
    leaseId: trial.lease_id,
    reason: stop,
    graceMs: trial.grace_ms ?? 0,
  };
  return { acked: batch.seq, late, command };
}
