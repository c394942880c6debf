/**
 * Asynchronous successive halving: at each rung only the best 1/eta of the trials that got there go on. `decideAsha` stops the
 * others at once, needs no checkpoint and is the default; `decidePromotion` pauses them and `promotable` picks who continues.
 *
 * @source Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020. Promotion: Algorithm 2. Stopping: the
 *   variant of Ray's and Determined's `asha_stopping`. Symbols: eta = `reduction_factor`, m = values at the rung so far, own
 *   included. Differs (stopping): nothing is stopped before m >= eta, the best ceil(m/eta) survive instead of floor, ties with
 *   the last survivor survive, and the trial that holds the sweep's best value is never stopped. Differs (promotion): a trial
 *   that is promotable the moment it arrives goes on in place, which saves the checkpoint's way back.
 */
import { bestFirst, compareValues, isBetter, rankOf } from '../objective/compare.js';
import type { Direction } from '../objective/compare.js';
import { decided } from './decision.js';
import type { JudgedMeasurement, PrunerDecision } from './decision.js';
import type { PrunerRule } from './rule.js';

type AshaRule = Extract<PrunerRule, { type: 'asha' | 'hyperband' }>;

/** Stopping kind: `stop` when strictly worse than the ceil(m/eta)-th best value of the rung, else `continue`. */
export function decideAsha(judged: JudgedMeasurement<AshaRule>): PrunerDecision {
  const { rule, direction, cohort, recorded } = judged;
  const n = cohort.length;
  const rank = rankOf(direction, recorded, cohort);
  const compared = { value: recorded, rank, n };
  if (n < rule.reduction_factor)
    return decided(judged, { action: 'continue', reason: 'cohort_too_small', ...compared });
  const survivors = Math.ceil(n / rule.reduction_factor);
  const cutoff = bestFirst(direction, cohort)[survivors - 1] ?? recorded;
  if (!isBetter(direction, cutoff, recorded))
    return decided(judged, { action: 'continue', reason: 'above_cut', cutoff, ...compared });
  if (judged.incumbent === true)
    return decided(judged, { action: 'continue', reason: 'incumbent', cutoff, ...compared });
  return decided(judged, { action: 'stop', reason: 'below_cut', cutoff, ...compared });
}

/**
 * Promotion kind: `continue` when the trial would be promoted at once, else `pause`; never `stop`. An arrival loses ties, so
 * never more than floor(m/eta) distinct trials are promoted on the same m values.
 */
export function decidePromotion(judged: JudgedMeasurement<AshaRule>): PrunerDecision {
  const { rule, direction, cohort, recorded } = judged;
  const n = cohort.length;
  const promoted = Math.floor(n / rule.reduction_factor);
  const notWorse = cohort.filter((other) => !isBetter(direction, recorded, other)).length;
  const cutoff = promoted === 0 ? null : (bestFirst(direction, cohort)[promoted - 1] ?? null);
  const compared = { value: recorded, cutoff, rank: rankOf(direction, recorded, cohort), n };
  return notWorse <= promoted
    ? decided(judged, { action: 'continue', reason: 'above_cut', ...compared })
    : decided(judged, { action: 'pause', reason: 'awaiting_promotion', ...compared });
}

/** A trial's record at a rung, as `promotable` needs it. */
export interface RungRecord {
  /** Number of the trial. */
  readonly trial: number;
  readonly bracket: number;
  readonly rung: number;
  readonly value: number;
  /** Whether the trial is paused at this rung now: not promoted, not ended. */
  readonly paused: boolean;
}

/** A paused trial that may go on, and from where. */
export interface Promotion {
  readonly trial: number;
  readonly bracket: number;
  readonly rung: number;
  readonly value: number;
  /** Place among the values of its rung, 1 is best; the earlier trial wins a tie. */
  readonly rank: number;
  /** Values at the rung. */
  readonly n: number;
}

/** What decides who is promoted: every record of the sweep. */
export interface PromotionState {
  readonly rule: AshaRule;
  readonly direction: Direction;
  readonly records: readonly RungRecord[];
}

/**
 * Paused trials that are in the best floor(m/eta) of their rung, in the order to resume them: highest rung first, then best
 * value, then lowest trial number. Empty when every free slot should start a new trial instead.
 */
export function promotable(state: PromotionState): readonly Promotion[] {
  const cohorts = new Map<string, RungRecord[]>();
  for (const record of state.records) {
    const key = `${record.bracket}/${record.rung}`;
    const cohort = cohorts.get(key);
    if (cohort === undefined) cohorts.set(key, [record]);
    else cohort.push(record);
  }
  const { direction, rule } = state;
  return [...cohorts.values()]
    .flatMap((cohort) => {
      const n = cohort.length;
      return [...cohort]
        .sort((a, b) => compareValues(direction, a.value, b.value) || a.trial - b.trial)
        .slice(0, Math.floor(n / rule.reduction_factor))
        .map(({ paused, ...record }, index) => ({ paused, promotion: { ...record, rank: index + 1, n } }));
    })
    .filter(({ paused }) => paused)
    .map(({ promotion }) => promotion)
    .sort((a, b) => b.rung - a.rung || compareValues(direction, a.value, b.value) || a.trial - b.trial);
}
