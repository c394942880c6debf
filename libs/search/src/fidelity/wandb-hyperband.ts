/**
 * W&B's early termination `hyperband`, decision for decision. Offered for specs written for W&B; `asha` is the better rule,
 * because this one has no minimum cohort and stops the second trial ever to reach a band when it is worse than the first.
 *
 * @source W&B package `sweeps`, `hyperband_stopping.py` (0.2.0 and 0.3.0 are alike): threshold of a band = sorted values at the
 *   band [int((1/eta)·m)], best first; a running trial is judged at its highest band, by its value there (`strict`) or by its best
 *   value so far, and stopped if strictly worse. Differs: judged at each measurement instead of every few minutes.
 */
import { bestFirst, isBetter, rankOf } from '../objective/compare.js';
import { decided } from './decision.js';
import type { JudgedMeasurement, PrunerDecision } from './decision.js';
import type { PrunerRule } from './rule.js';

type WandbRule = Extract<PrunerRule, { type: 'wandb_hyperband' }>;

/** `stop` when strictly worse than the band's threshold, else `continue`. */
export function decideWandbHyperband(judged: JudgedMeasurement<WandbRule>): PrunerDecision {
  const { rule, direction, cohort } = judged;
  const value = rule.strict ? judged.recorded : judged.progress.best;
  // The product of the reciprocal, not a quotient: with eta = 49 and 49 values W&B takes index 0.
  const cutoff = bestFirst(direction, cohort)[Math.trunc((1 / rule.eta) * cohort.length)] ?? value;
  const compared = { value, cutoff, rank: rankOf(direction, value, cohort), n: cohort.length };
  return isBetter(direction, cutoff, value)
    ? decided(judged, { action: 'stop', reason: 'below_cut', ...compared })
    : decided(judged, { action: 'continue', reason: 'above_cut', ...compared });
}
