/**
 * Median stopping rule: a trial whose best value so far is worse than the median of the other trials' running averages up to
 * the same resource is stopped. Gentler than ASHA and in need of no reduction factor.
 *
 * @source Golovin et al., "Google Vizier", KDD 2017, section 3.2.2. Symbols: s = the rung's resource, o = running average up to s.
 *   Differs: the others are all trials that reached s, running ones included, not only completed ones, so that the rule also
 *   works while every trial still runs; nothing is stopped before `min_trials` others are there.
 */
import { isBetter, rankOf } from '../objective/compare.js';
import { decided } from './decision.js';
import type { JudgedMeasurement, PrunerDecision } from './decision.js';
import type { PrunerRule } from './rule.js';

type MedianRule = Extract<PrunerRule, { type: 'median' }>;

/** `stop` when the best value so far is strictly worse than the median of the others' averages, else `continue`. */
export function decideMedian(judged: JudgedMeasurement<MedianRule>): PrunerDecision {
  const { rule, direction, cohort, recorded } = judged;
  const value = judged.progress.best;
  const own = cohort.indexOf(recorded);
  const others = cohort.filter((_, index) => index !== own);
  const compared = { value, rank: rankOf(direction, value, others), n: others.length + 1 };
  if (others.length === 0 || others.length < rule.min_trials)
    return decided(judged, { action: 'continue', reason: 'cohort_too_small', ...compared });
  const cutoff = median(others);
  return isBetter(direction, cutoff, value)
    ? decided(judged, { action: 'stop', reason: 'below_cut', cutoff, ...compared })
    : decided(judged, { action: 'continue', reason: 'above_cut', cutoff, ...compared });
}

/** Middle value, or the mean of the two middle ones. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  return lower + (upper - lower) / 2;
}
