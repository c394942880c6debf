// The pruner's part of the ingest transaction: for each measurement that reaches a new rung, lock the rung, record the value,
// read the cohort and decide. Rungs are locked in ascending order.
import type { Decision } from '@swath/contracts';
import type { Tx } from '@swath/persistence';
import {
  advance,
  comparesTrials,
  decide,
  judgesAt,
  minDeltaOf,
  rungReached,
  rungValue,
  type Direction,
  type Progress,
  type PrunerRule,
} from '@swath/search';
import type { Measurement } from './objectives.js';
import type { MeasuredTrial } from './measured-trial.js';

/** What judging a batch gave: the pruner's new summary of the trial, and decisions up to the first that ends the attempt. */
export interface Judged {
  readonly progress: Progress | null;
  readonly decisions: readonly Decision[];
}

/** Judges measurements in order. Without a rule, or for a trial already told to stop, only the summary moves. */
export async function judgeMeasurements(
  tx: Tx,
  trial: MeasuredTrial,
  measurements: readonly Measurement[],
): Promise<Judged> {
  const rule = trial.spec.early_terminate;
  const direction: Direction = trial.spec.objectives[0]?.goal ?? 'minimize';
  let progress = trial.progress.pruner ?? null;
  const decisions: Decision[] = [];
  let ended = trial.stop_reason !== null || rule === undefined;
  for (const measurement of measurements) {
    const next = advance(progress, measurement, direction, rule === undefined ? 0 : minDeltaOf(rule));
    if (next === progress) continue;
    progress = next;
    if (ended || rule === undefined) continue;
    const decision = await judgeOne(tx, trial, { rule, direction, progress, measurement });
    if (decision === null) continue;
    decisions.push(decision);
    ended = decision.action !== 'continue';
  }
  return { progress, decisions };
}

interface Judging {
  readonly rule: PrunerRule;
  readonly direction: Direction;
  readonly progress: Progress;
  readonly measurement: Measurement;
}

/** The decision for one measurement; null when nothing is judged at it. */
async function judgeOne(tx: Tx, trial: MeasuredTrial, judging: Judging): Promise<Decision | null> {
  const { rule, direction, progress, measurement } = judging;
  const reached = rungReached(rule, trial.bracket, measurement.resource);
  const value = rungValue(rule, progress, measurement.value);
  const record =
    reached === null
      ? { isNew: false, value }
      : await recordRung(tx, trial, { rung: reached, ...measurement, value });
  const rung = judgesAt(rule) === 'rung' && !record.isNew ? null : reached;
  if (rung === null && rule.type !== 'patience') return null;
  const decision = decide({
    rule,
    direction,
    bracket: trial.bracket,
    rung,
    resource: measurement.resource,
    value: measurement.value,
    progress,
    recorded: record.value,
    cohort: await readCohort(tx, trial, comparesTrials(rule) ? rung : null),
    incumbent: await isIncumbent(tx, trial, { direction, best: progress.best }),
  });
  // A rule that looks at every measurement would fill the table with "continue".
  return decision.action === 'continue' && !record.isNew ? null : decision;
}

/** Records the first value of the trial at a rung, under the rung's lock; later ones find what was recorded. */
async function recordRung(
  tx: Tx,
  trial: MeasuredTrial,
  at: { readonly rung: number; readonly resource: number; readonly value: number },
): Promise<{ readonly isNew: boolean; readonly value: number }> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('rung:' || $1 || ':' || $2 || ':' || $3, 0))`,
    [trial.sweep_id, String(trial.bracket), String(at.rung)],
  );
  const inserted = await tx.query<{ value: number }>(
    `INSERT INTO rung_value (sweep_id, bracket, rung, trial_id, attempt, resource, value, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, clock_timestamp()) ON CONFLICT DO NOTHING RETURNING value`,
    [trial.sweep_id, trial.bracket, at.rung, trial.id, trial.attempt_count, at.resource, at.value],
  );
  if (inserted[0] !== undefined) return { isNew: true, value: at.value };
  const [known] = await tx.query<{ value: number }>(
    'SELECT value FROM rung_value WHERE sweep_id = $1 AND bracket = $2 AND rung = $3 AND trial_id = $4',
    [trial.sweep_id, trial.bracket, at.rung, trial.id],
  );
  return { isNew: false, value: known?.value ?? at.value };
}

async function readCohort(tx: Tx, trial: MeasuredTrial, rung: number | null): Promise<number[]> {
  if (rung === null) return [];
  const rows = await tx.query<{ value: number }>(
    'SELECT value FROM rung_value WHERE sweep_id = $1 AND bracket = $2 AND rung = $3',
    [trial.sweep_id, trial.bracket, rung],
  );
  return rows.map((row) => row.value);
}

/** Whether no other trial of the sweep has a better value so far. */
async function isIncumbent(
  tx: Tx,
  trial: MeasuredTrial,
  own: { readonly direction: Direction; readonly best: number },
): Promise<boolean> {
  const [row] = await tx.query<{ beaten: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM trial WHERE sweep_id = $1 AND id <> $2 AND value IS NOT NULL AND value <> 'NaN'
       AND ${own.direction === 'maximize' ? 'value > $3' : 'value < $3'}) AS beaten`,
    [trial.sweep_id, trial.id, own.best],
  );
  return row?.beaten === false;
}
