/**
 * What a sweep is likely to cost, from the trials of an earlier sweep of the same name, and the most it can cost by its own
 * limits. Called by the plan.
 */
import { toMoney } from '@swath/contracts';
import type { Money, Plan, SweepSpec } from '@swath/contracts';
import { listSweeps, listTrials } from '@swath/lifecycle';
import type { PoolSummary, TrialSummary } from '@swath/lifecycle';
import type { Queryable } from '@swath/persistence';
import { planSweep } from '@swath/search';

/** Sweeps of the project that are looked through for one of the same name. */
const SWEEPS_SEARCHED = 100;
const TRIALS_MEASURED = 200;
const LEAST_TRIALS = 3;
const SECONDS_PER_HOUR = 3600;
const MICROS_PER_UNIT = 1e6;

/** The spec and where it would run. */
export interface PlannedSweep {
  readonly projectId: string;
  readonly spec: SweepSpec;
  readonly pool: PoolSummary | undefined;
  /** Trials at most, or null. */
  readonly maxTrials: number | null;
}

/** The estimate; null without a price, a limit, or an earlier sweep to learn from. */
export async function estimateCost(db: Queryable, planned: PlannedSweep): Promise<Plan['estimate']> {
  const { projectId, spec, pool } = planned;
  const price = priceOf(pool);
  if (pool === undefined || price === null || spec.name === undefined) return null;
  const sweeps = await listSweeps(db, { projectId, limit: SWEEPS_SEARCHED });
  const earlier = sweeps.find(
    ({ name, byState }) => name === spec.name && (byState.finished ?? 0) >= LEAST_TRIALS,
  );
  if (earlier === undefined) return null;
  const trials = await listTrials(db, {
    sweepId: earlier.id,
    states: ['finished'],
    order: 'number',
    after: 0,
    limit: TRIALS_MEASURED,
  });
  const measured = trials.flatMap(speedOf);
  if (measured.length < LEAST_TRIALS) return null;
  const pace = measured.map(({ secondsPerResource }) => secondsPerResource);
  const { cost } = planSweep({
    spec,
    fullResource: quantile(
      measured.map(({ resource }) => resource),
      0.5,
    ),
    secondsPerResource: { p50: quantile(pace, 0.5), p90: quantile(pace, 0.9) },
    pricePerHour: Number(price.micros) / MICROS_PER_UNIT,
    slots: Math.max(pool.slots, spec.resources.gpus),
  });
  if (cost === null) return null;
  const money = (amount: number): Money =>
    toMoney(BigInt(Math.round(amount * MICROS_PER_UNIT)), price.currency);
  return {
    p50: money(cost.p50),
    p90: money(cost.p90),
    basis: `${measured.length} finished trials of ${earlier.id}`,
  };
}

/** The bound; null when no limits bound the sweep's money. */
export function costBound({ spec, pool, maxTrials }: PlannedSweep, maxCost: Money | null): Plan['bound'] {
  if (maxCost !== null) return { amount: maxCost, by: 'budget.max_cost' };
  const price = priceOf(pool);
  if (price === null) return null;
  const { max_gpu_hours: gpuHours, max_trial_duration: duration } = spec.budget;
  const costOf = (hours: number): Money =>
    toMoney(BigInt(Math.ceil(Number(price.micros) * hours)), price.currency);
  if (gpuHours !== undefined) return { amount: costOf(Number(gpuHours)), by: 'budget.max_gpu_hours' };
  if (maxTrials === null || duration === undefined) return null;
  const hours = (maxTrials * duration * spec.resources.gpus) / SECONDS_PER_HOUR;
  return { amount: costOf(hours), by: `${maxTrials} trials of budget.max_trial_duration each` };
}

function priceOf(pool: PoolSummary | undefined): { micros: bigint; currency: string } | null {
  if (pool === undefined || pool.rateMicrosPerHour === null || pool.currency === null) return null;
  return { micros: pool.rateMicrosPerHour, currency: pool.currency };
}

/** Seconds for each unit of resource of a trial that ran once, to its end. */
function speedOf({
  attempts,
  resource,
  startedAt,
  endedAt,
}: TrialSummary): { resource: number; secondsPerResource: number }[] {
  if (attempts !== 1 || resource <= 0 || startedAt === null || endedAt === null) return [];
  return [{ resource, secondsPerResource: (endedAt.getTime() - startedAt.getTime()) / 1000 / resource }];
}

function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}
