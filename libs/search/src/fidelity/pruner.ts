/**
 * The one entry to every pruning rule: `decide` answers one measurement from values the caller has read. It keeps no state, so
 * the API calls it inside the transaction that stores the measurement; `pruner-state.ts` keeps state for simulations.
 *
 * A caller's steps for a measurement, all pure but the rows:
 * 1. `progress = advance(stored, {resource, value}, direction, minDeltaOf(rule))`; unchanged means late or repeated: stop here.
 * 2. `bracket = bracketOf(rule, trial)`, `rung = rungReached(rule, bracket, resource)`.
 * 3. With a rung, insert `rungValue(rule, progress, value)` at (trial, rung) unless there is one; if there was one and
 *    `judgesAt(rule)` is `rung`, pass `rung: null`.
 * 4. If `comparesTrials(rule)`, read the records of (bracket, rung); then `decide`.
 */
import { decideAsha, decidePromotion } from './asha.js';
import type { JudgedMeasurement, PrunerDecision } from './decision.js';
import { undecided } from './decision.js';
import { decideMedian } from './median.js';
import { decidePatience, decideThreshold } from './own-curve.js';
import { decideWandbHyperband } from './wandb-hyperband.js';

/** A pruner: what a trial that sent this measurement shall do. */
export type Pruner = (judged: JudgedMeasurement) => PrunerDecision;

/** Decides by the rule in `judged.rule`. The order of the cohort does not matter. */
export const decide: Pruner = (judged) => {
  const { rule } = judged;
  if (rule.type === 'patience') return decidePatience({ ...judged, rule });
  if (judged.rung === null) return undecided(judged.bracket, judged.resource, judged.value);
  switch (rule.type) {
    case 'asha':
      return rule.mode === 'promote' ? decidePromotion({ ...judged, rule }) : decideAsha({ ...judged, rule });
    case 'hyperband':
      return decideAsha({ ...judged, rule });
    case 'wandb_hyperband':
      return decideWandbHyperband({ ...judged, rule });
    case 'median':
      return decideMedian({ ...judged, rule });
    case 'threshold':
      return decideThreshold({ ...judged, rule });
  }
};
