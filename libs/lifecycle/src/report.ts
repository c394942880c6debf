// The report of a sweep, built from rows at its end or at any moment before. Costs come from usage records and live leases,
// so they equal the ledger; savings are an estimate and say what they assume.
import {
  formatMicros,
  isSweepEnded,
  toMoney,
  type ClassCost,
  type Decision,
  type OutcomeClass,
  type PrunedTrial,
  type ReportedTrial,
  type SweepReport,
  type TrialParameters,
  type TrialState,
} from '@swath/contracts';
import { DomainError } from '@swath/contracts';
import { costOf } from '@swath/ledger';
import type { Queryable } from '@swath/persistence';
import { paretoFront } from '@swath/search';
import { readSweepBudgets } from './accounts.js';
import { currentPrice } from './prices.js';
import { describeDecision } from './reasons.js';
import { estimateSavings } from './savings.js';
import { activeMs, clock, readSweepRow, type SweepRow } from './sweep-rows.js';
import { inNameOrder } from './parameter-order.js';

const TOP = 10;

/** The stored report of an ended sweep, or the report as it stands. @throws `sweep/not-found` */
export async function readReport(db: Queryable, sweepId: string): Promise<SweepReport> {
  const [row] = await db.query<{ report: SweepReport | null }>('SELECT report FROM sweep WHERE id = $1', [
    sweepId,
  ]);
  if (row === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${sweepId}`);
  return row.report ?? buildReport(db, sweepId);
}

/** A trial as the report reads it. */
export interface TrialFacts {
  readonly id: string;
  readonly number: number;
  readonly state: TrialState;
  readonly parameters: TrialParameters;
  readonly value: number | null;
  readonly objective_values: Readonly<Record<string, number | null>>;
  readonly resource: number;
  readonly spent_micros: bigint;
  readonly decision: Decision | null;
  readonly reason_code: string | null;
}

/** Builds the report from the present rows. */
export async function buildReport(db: Queryable, sweepId: string): Promise<SweepReport> {
  const sweep = await readSweepRow(db, sweepId);
  const trials = await readTrials(db, sweepId);
  const now = await clock(db);
  const currency = (await currentPrice(db, sweep.pool_id))?.currency ?? 'USD';
  const cost = await costBreakdown(db, sweepId, { currency, now });
  const objective = sweep.spec.objectives[0];
  const ranked = rank(trials, objective?.goal ?? 'minimize');
  const show = (trial: TrialFacts): ReportedTrial => reported(trial, currency);
  const attempts = await countAttempts(db, sweepId);
  return {
    schema: 'swath.report/1',
    sweep: { id: sweep.id, name: sweep.name, project: await projectName(db, sweep.project_id) },
    method: sweep.spec.method,
    state: sweep.state,
    reason: sweep.reason,
    reasonText: sweep.reason_text ?? '',
    objective: objective === undefined ? null : { name: objective.name, goal: objective.goal },
    createdAt: sweep.created_at.toISOString(),
    endedAt: sweep.ended_at?.toISOString() ?? null,
    activeSeconds: (isSweepEnded(sweep.state) ? Number(sweep.active_ms) : activeMs(sweep, now)) / 1000,
    trials: { total: trials.length, byState: countStates(trials) },
    best: ranked[0] === undefined ? null : show(ranked[0]),
    top: ranked.slice(0, TOP).map(show),
    paretoFront: front(sweep, trials).map(show),
    cost: { ...cost, budget: await moneyBudget(db, sweepId) },
    pruned: trials.flatMap((trial) => prunedTrial(trial, objective?.name ?? 'value')),
    savings: estimateSavings(trials, { currency, seed: Number(sweep.seed) }),
    attempts,
  };
}

async function readTrials(db: Queryable, sweepId: string): Promise<TrialFacts[]> {
  return db.query<TrialFacts>(
    `SELECT id, number, state, parameters, value, objective_values, resource, spent_micros,
       reason->'decision' AS decision, reason->>'code' AS reason_code
     FROM trial WHERE sweep_id = $1 ORDER BY number`,
    [sweepId],
  );
}

async function projectName(db: Queryable, projectId: string): Promise<string> {
  const [row] = await db.query<{ name: string }>('SELECT name FROM project WHERE id = $1', [projectId]);
  return row?.name ?? projectId;
}

async function countAttempts(db: Queryable, sweepId: string): Promise<SweepReport['attempts']> {
  const [row] = await db.query<{ total: number; retries: number }>(
    `SELECT count(*)::int AS total, (count(*) FILTER (WHERE cause IN ('retry', 'preemption')))::int AS retries
     FROM attempt WHERE sweep_id = $1 AND state IN ('running', 'ended')`,
    [sweepId],
  );
  return row ?? { total: 0, retries: 0 };
}

function countStates(trials: readonly TrialFacts[]): Partial<Record<TrialState, number>> {
  const counts: Partial<Record<TrialState, number>> = {};
  for (const trial of trials) counts[trial.state] = (counts[trial.state] ?? 0) + 1;
  return counts;
}

/** Trials with a finite value, best first; the earlier one wins a tie. */
function rank(trials: readonly TrialFacts[], goal: 'minimize' | 'maximize'): TrialFacts[] {
  const sign = goal === 'maximize' ? -1 : 1;
  return trials
    .filter((trial) => trial.value !== null && Number.isFinite(trial.value))
    .sort((a, b) => sign * ((a.value ?? 0) - (b.value ?? 0)) || a.number - b.number);
}

function reported(trial: TrialFacts, currency: string): ReportedTrial {
  return {
    id: trial.id,
    number: trial.number,
    state: trial.state,
    parameters: inNameOrder(trial.parameters),
    value: trial.value,
    values: trial.objective_values,
    resource: trial.resource,
    cost: toMoney(trial.spent_micros, currency),
  };
}

/** Trials that no other beats in every objective. */
function front(sweep: SweepRow, trials: readonly TrialFacts[]): TrialFacts[] {
  const { objectives } = sweep.spec;
  if (objectives.length === 0) return [];
  const complete = trials.flatMap((trial) => {
    const values = objectives.map((objective, index) =>
      index === 0 ? trial.value : (trial.objective_values[objective.name] ?? null),
    );
    return values.every((value): value is number => value !== null && Number.isFinite(value))
      ? [{ trial, values }]
      : [];
  });
  const indices = paretoFront(
    objectives.map((objective) => objective.goal),
    complete.map((entry) => entry.values),
  );
  return indices.flatMap((index) => complete[index]?.trial ?? []);
}

function prunedTrial(trial: TrialFacts, metric: string): PrunedTrial[] {
  if (trial.state !== 'pruned' || trial.decision === null) return [];
  return [
    {
      id: trial.id,
      number: trial.number,
      decision: trial.decision,
      text: describeDecision(trial.decision, metric),
    },
  ];
}

async function moneyBudget(db: Queryable, sweepId: string): Promise<SweepReport['cost']['budget']> {
  const budget = (await readSweepBudgets(db, sweepId)).find(({ unit }) => unit.startsWith('money:'));
  if (budget === undefined) return null;
  const currency = budget.unit.slice('money:'.length);
  const { held, spent, overdraft } = budget.balance;
  return {
    cap: toMoney(budget.limit, currency),
    spent: toMoney(spent, currency),
    held: toMoney(held, currency),
    overdraft: toMoney(-overdraft, currency),
  };
}

interface UseRow {
  readonly class: OutcomeClass;
  readonly cost: bigint;
  readonly milli_gpu_ms: bigint;
  readonly attempts: number;
}

/** Ended use by class from usage records, and running use as useful so far. */
async function costBreakdown(
  db: Queryable,
  sweepId: string,
  context: { readonly currency: string; readonly now: Date },
): Promise<{ total: SweepReport['cost']['total']; byClass: ClassCost[] }> {
  const rows = await db.query<UseRow>(
    `SELECT class, sum(cost_micros)::bigint AS cost, sum(milli_gpu_ms)::bigint AS milli_gpu_ms, count(*)::int AS attempts
     FROM usage_record WHERE sweep_id = $1 GROUP BY class ORDER BY class`,
    [sweepId],
  );
  const running = await db.query<{ rate: bigint; milli_gpu: bigint; granted_at: Date }>(
    `SELECT rate_micros_per_hour AS rate, milli_gpu, granted_at FROM lease WHERE sweep_id = $1 AND state = 'live'`,
    [sweepId],
  );
  const byClass = new Map(rows.map((row) => [row.class, row]));
  for (const lease of running) {
    const ms = BigInt(Math.max(0, context.now.getTime() - lease.granted_at.getTime()));
    const known = byClass.get('useful') ?? {
      class: 'useful' as const,
      cost: 0n,
      milli_gpu_ms: 0n,
      attempts: 0,
    };
    byClass.set('useful', {
      class: 'useful',
      cost: known.cost + costOf({ rateMicrosPerHour: lease.rate, milliGpu: lease.milli_gpu, ms }),
      milli_gpu_ms: known.milli_gpu_ms + lease.milli_gpu * ms,
      attempts: known.attempts + 1,
    });
  }
  const entries = [...byClass.values()];
  return {
    total: toMoney(
      entries.reduce((sum, entry) => sum + entry.cost, 0n),
      context.currency,
    ),
    byClass: entries.map((entry) => ({
      class: entry.class,
      cost: toMoney(entry.cost, context.currency),
      gpuSeconds: gpuSeconds(entry.milli_gpu_ms),
      attempts: entry.attempts,
    })),
  };
}

/** GPU seconds with three fraction digits of milli-GPU milliseconds. */
function gpuSeconds(milliGpuMs: bigint): string {
  return formatMicros(milliGpuMs).slice(0, -3);
}
