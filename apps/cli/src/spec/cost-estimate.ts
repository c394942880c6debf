// What a sweep is likely to cost, from the trials of an earlier sweep of the same name, and the most it can cost by its own limits.
// Called by `sweep plan` and `sweep run`.
import type { ApiClient } from '@swath/api-client';
import {
  formatMicros,
  parseMicros,
  type Money,
  type Plan,
  type SweepView,
  type TrialView,
} from '@swath/contracts';
import { planSweep } from '@swath/search';
import { plural } from '../output/format.js';

const LEAST_TRIALS = 3;
const SECONDS_PER_HOUR = 3600;

/** An estimate of money, never a promise. */
export interface CostEstimate {
  readonly p50: Money;
  readonly p90: Money;
  /** What it rests on, in words. */
  readonly basis: string;
}

/** The most that the spec's own limits allow. */
export interface CostBound {
  readonly amount: Money;
  /** Which limits, in words. */
  readonly by: string;
}

/** The estimate of a plan; undefined without a price, a limit, or an earlier sweep to learn from. */
export async function estimateCost(api: ApiClient, plan: Plan): Promise<CostEstimate | undefined> {
  const { spec, pool } = plan;
  if (pool === null || pool.pricePerSlotHour === null || spec.name === undefined) return undefined;
  const { data: sweeps } = await api.call('listSweeps', { query: { limit: 100 } });
  const earlier = sweeps.find((sweep) => sweep.name === spec.name && finishedCount(sweep) >= LEAST_TRIALS);
  if (earlier === undefined) return undefined;
  const query = { limit: 200, state: 'finished' };
  const { data: trials } = await api.call('listTrials', { params: { sweepId: earlier.id }, query });
  const measured = trials.flatMap(speedOf);
  if (measured.length < LEAST_TRIALS) return undefined;
  const { cost } = planSweep({
    spec,
    fullResource: quantile(
      measured.map(({ resource }) => resource),
      0.5,
    ),
    secondsPerResource: {
      p50: quantile(
        measured.map(({ pace }) => pace),
        0.5,
      ),
      p90: quantile(
        measured.map(({ pace }) => pace),
        0.9,
      ),
    },
    pricePerHour: Number(pool.pricePerSlotHour.amount),
    slots: Math.max(pool.slots, spec.resources.gpus),
  });
  if (cost === null) return undefined;
  const { currency } = pool.pricePerSlotHour;
  const money = (amount: number): Money => ({ amount: amount.toFixed(6), currency });
  const basis = `${plural(measured.length, 'finished trial')} of ${earlier.id}`;
  return { p50: money(cost.p50), p90: money(cost.p90), basis };
}

/** The bound of a plan; undefined when no limits bound its money. */
export function costBound({ spec, trials, pool, maxCost }: Plan): CostBound | undefined {
  if (maxCost !== null) return { amount: maxCost, by: 'budget.max_cost' };
  const price = pool?.pricePerSlotHour ?? null;
  const rate = price === null ? undefined : parseMicros(price.amount);
  if (price === null || rate === undefined) return undefined;
  const { max_gpu_hours: gpuHours, max_trial_duration: duration } = spec.budget;
  const micros = (hours: number): Money => ({
    amount: formatMicros(BigInt(Math.ceil(Number(rate) * hours))),
    currency: price.currency,
  });
  if (gpuHours !== undefined) return { amount: micros(Number(gpuHours)), by: 'budget.max_gpu_hours' };
  if (trials.max === null || duration === undefined) return undefined;
  const hours = (trials.max * duration * spec.resources.gpus) / SECONDS_PER_HOUR;
  return { amount: micros(hours), by: `${plural(trials.max, 'trial')} of budget.max_trial_duration each` };
}

function finishedCount({ trials }: SweepView): number {
  return trials.byState.finished ?? 0;
}

/** Seconds for each unit of resource of a trial that ran once, to its end. */
function speedOf({
  attempts,
  resource,
  startedAt,
  endedAt,
}: TrialView): { resource: number; pace: number }[] {
  if (attempts !== 1 || resource <= 0 || startedAt === null || endedAt === null) return [];
  return [{ resource, pace: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000 / resource }];
}

function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? 0;
}
