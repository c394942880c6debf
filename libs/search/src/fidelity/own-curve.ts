/**
 * The two rules that look at a trial's own curve alone: patience ends a trial that has stopped improving, the threshold ends one
 * that is hopeless at a resource the person named. Neither compares trials, so both work from the first trial on.
 *
 * @source Patience: Prechelt, "Early Stopping - But When?", 1998, criterion UP; settings as in Keras' `EarlyStopping`.
 */
import { isBetter } from '../objective/compare.js';
import { decided } from './decision.js';
import type { JudgedMeasurement, PrunerDecision } from './decision.js';
import type { PrunerRule } from './rule.js';

type PatienceRule = Extract<PrunerRule, { type: 'patience' }>;
type ThresholdRule = Extract<PrunerRule, { type: 'threshold' }>;

/**
 * `stop` when no value has improved on the last improvement by more than `min_delta` for `patience` units of resource, and the
 * grace period is over. The cutoff is the value that had to be beaten.
 */
export function decidePatience(judged: JudgedMeasurement<PatienceRule>): PrunerDecision {
  const { rule, progress } = judged;
  const compared = { cutoff: progress.anchor, n: progress.count };
  const waited = progress.resource - progress.anchorResource;
  return progress.resource >= rule.grace_resource && waited >= rule.patience
    ? decided(judged, { action: 'stop', reason: 'no_improvement', ...compared })
    : decided(judged, { action: 'continue', reason: 'improving', ...compared });
}

/** `stop` when the best value by `at_resource` is strictly worse than `value`, else `continue`. */
export function decideThreshold(judged: JudgedMeasurement<ThresholdRule>): PrunerDecision {
  const { rule, direction, recorded } = judged;
  const compared = { value: recorded, cutoff: rule.value, n: 1 };
  return isBetter(direction, rule.value, recorded)
    ? decided(judged, { action: 'stop', reason: 'below_cut', ...compared })
    : decided(judged, { action: 'continue', reason: 'above_cut', ...compared });
}
