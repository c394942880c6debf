// What the searcher learns from: ended trials with their values, open ones as pending. Read from trial and rung rows, never
// from metric chunks.
import type { AttemptOutcome, TrialParameters, TrialState } from '@swath/contracts';
import type { Queryable } from '@swath/persistence';
import type { Observation, PendingTrial } from '@swath/search';
import type { SweepRow } from './sweep-rows.js';

interface HistoryRow {
  readonly number: number;
  readonly parameters: TrialParameters;
  readonly state: TrialState;
  readonly value: number | null;
  readonly resource: number;
  readonly objective_values: Readonly<Record<string, number | null>>;
  readonly run_ms: bigint;
  readonly spent_micros: bigint;
  readonly outcome: AttemptOutcome | null;
  readonly curve: readonly (readonly [number, number])[] | null;
}

/** Observations and pending trials of a sweep. */
export interface History {
  readonly history: readonly Observation[];
  readonly pending: readonly PendingTrial[];
  /** Largest resource that any trial reached; 0 before the first measurement. */
  readonly maxResource: number;
}

/** Outcomes that say nothing about the parameters: such trials teach the searcher nothing. */
const notToBlame: readonly (AttemptOutcome | null)[] = [
  'lost',
  'infrastructure',
  'preempted',
  'budget',
  null,
];

/** The points of a sweep's trials, for searchers that learn nothing from values and only must not repeat. */
export async function readPoints(db: Queryable, sweepId: string): Promise<PendingTrial[]> {
  return db.query<PendingTrial>(
    'SELECT number - 1 AS number, parameters FROM trial WHERE sweep_id = $1 ORDER BY number',
    [sweepId],
  );
}

/** Reads the history of a sweep, in order of trial number. */
export async function readHistory(db: Queryable, sweep: SweepRow): Promise<History> {
  const rows = await db.query<HistoryRow>(
    `SELECT t.number, t.parameters, t.state, t.value, t.resource, t.objective_values, t.run_ms, t.spent_micros,
       (SELECT a.outcome FROM attempt a WHERE a.trial_id = t.id ORDER BY a.number DESC LIMIT 1) AS outcome,
       (SELECT jsonb_agg(jsonb_build_array(r.resource, r.value) ORDER BY r.resource) FROM rung_value r
        WHERE r.trial_id = t.id AND r.value NOT IN ('NaN', 'Infinity', '-Infinity')) AS curve
     FROM trial t WHERE t.sweep_id = $1 ORDER BY t.number`,
    [sweep.id],
  );
  const names = sweep.spec.objectives.map((objective) => objective.name);
  const history: Observation[] = [];
  const pending: PendingTrial[] = [];
  for (const row of rows) {
    const curve = row.curve === null ? {} : { curve: row.curve };
    const status = statusOf(row);
    // An ignored trial is passed as pending: its point stays taken and its value stays unknown.
    if (status === 'pending' || status === 'ignored') {
      pending.push({ number: row.number - 1, parameters: row.parameters, ...curve });
    } else {
      history.push(observation(row, status, names));
    }
  }
  return { history, pending, maxResource: rows.reduce((most, row) => Math.max(most, row.resource), 0) };
}

function statusOf(row: HistoryRow): Observation['status'] | 'pending' | 'ignored' {
  switch (row.state) {
    case 'queued':
    case 'running':
    case 'paused':
      return 'pending';
    case 'finished':
      return row.value === null ? 'failed' : 'finished';
    case 'pruned':
      return row.value === null ? 'ignored' : 'pruned';
    case 'failed':
      return notToBlame.includes(row.outcome) ? 'ignored' : 'failed';
    case 'stopped':
    case 'cancelled':
    case 'not_run':
      return 'ignored';
  }
}

function observation(row: HistoryRow, status: Observation['status'], names: readonly string[]): Observation {
  return {
    number: row.number - 1,
    parameters: row.parameters,
    status,
    values: names.map((name, index) => (index === 0 ? row.value : (row.objective_values[name] ?? null))),
    ...(row.curve === null ? {} : { curve: row.curve }),
    seconds: Number(row.run_ms) / 1000,
    cost: Number(row.spent_micros) / 1_000_000,
  };
}

/** Finished trials of a sweep with a finite value of the first objective, by number. */
export async function readFinishedTrials(
  db: Queryable,
  sweepId: string,
): Promise<{ readonly parameters: TrialParameters; readonly value: number }[]> {
  return db.query(
    `SELECT parameters, value FROM trial WHERE sweep_id = $1 AND state = 'finished'
       AND value NOT IN ('NaN', 'Infinity', '-Infinity') ORDER BY number`,
    [sweepId],
  );
}
