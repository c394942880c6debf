/**
 * What pruning avoided, as an estimate with its assumptions. For each pruned trial: resource not trained times its own cost per
 * resource unit, times the share of trials that reach the end in this sweep; the interval is a bootstrap over pruned trials.
 */
import { toMoney, type Savings, type TrialState } from '@swath/contracts';

/** A trial as the estimate needs it. */
export interface SavingsTrial {
  readonly state: TrialState;
  readonly resource: number;
  readonly spent_micros: bigint;
}

const RESAMPLES = 500;
const LOW = 0.025;
const HIGH = 0.975;

/** A small seeded generator, so the same sweep always reports the same interval. */
function* uniform(seed: number): Generator<number, never> {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function interval(avoided: readonly number[], seed: number): [number, number] {
  const random = uniform(seed);
  const totals = Array.from({ length: RESAMPLES }, () =>
    sum(avoided.map(() => avoided[Math.floor(random.next().value * avoided.length)] ?? 0)),
  ).sort((a, b) => a - b);
  const at = (share: number): number => totals[Math.floor(share * (RESAMPLES - 1))] ?? 0;
  return [at(LOW), at(HIGH)];
}

/** The estimate, or `null` when nothing was pruned or no trial ran to its end, so that the full length is unknown. */
export function estimateSavings(
  trials: readonly SavingsTrial[],
  context: { readonly currency: string; readonly seed: number },
): Savings | null {
  const finished = trials.filter((trial) => trial.state === 'finished' && trial.resource > 0);
  const pruned = trials.filter((trial) => trial.state === 'pruned' && trial.resource > 0);
  if (finished.length === 0 || pruned.length === 0) return null;
  const lengths = finished.map((trial) => trial.resource).sort((a, b) => a - b);
  const full = lengths[Math.floor(lengths.length / 2)] ?? 0;
  const failed = trials.filter((trial) => trial.state === 'failed').length;
  const survival = finished.length / (finished.length + failed);
  const avoided = pruned.map(
    (trial) => Math.max(0, full - trial.resource) * (Number(trial.spent_micros) / trial.resource) * survival,
  );
  const [low, high] = interval(avoided, context.seed);
  const money = (micros: number): ReturnType<typeof toMoney> =>
    toMoney(BigInt(Math.round(micros)), context.currency);
  return {
    avoided: money(sum(avoided)),
    interval: [money(low), money(high)],
    prunedTrials: pruned.length,
    fullResource: full,
    assumptions:
      `assumes that the pruned trials would have trained to ${full} at their own cost per unit, ` +
      `and failed as often as the others (${failed} of ${finished.length + failed})`,
  };
}
