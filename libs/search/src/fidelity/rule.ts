/**
 * The pruning rules as data and what each rule looks at. `rungs.ts` says where a rule judges, `pruner.ts` what it decides;
 * the API asks here which value to store in a trial's rung row.
 */
import type { EarlyTerminate } from '@swath/contracts';
import type { Progress } from './progress.js';

/** A rule with its settings, every default filled in: the spec's `early_terminate` section. */
export type PrunerRule = EarlyTerminate;

/**
 * When a rule judges: `rung` once, when the trial first reaches a rung; `measurement` at every measurement, W&B's rule at the
 * highest rung reached so far and patience on the trial's own values alone.
 */
export function judgesAt(rule: PrunerRule): 'rung' | 'measurement' {
  return rule.type === 'wandb_hyperband' || rule.type === 'patience' ? 'measurement' : 'rung';
}

/** Whether the rule compares a trial with the others at its rung, so that their values must be read. */
export function comparesTrials(rule: PrunerRule): boolean {
  return rule.type !== 'patience' && rule.type !== 'threshold';
}

/**
 * The value to record for a trial that reaches a rung: its running average for the median rule, its best so far for the
 * threshold, the measured value for every other rule. The first record at a (trial, rung) stands.
 *
 * @param value  the measurement that reached the rung; `progress` already includes it
 */
export function rungValue(rule: PrunerRule, progress: Progress, value: number): number {
  switch (rule.type) {
    case 'median':
      return progress.sum / progress.count;
    case 'threshold':
      return progress.best;
    case 'asha':
    case 'hyperband':
    case 'wandb_hyperband':
    case 'patience':
      return value;
  }
}

/** Improvement, in the objective's units, that counts for the rule as progress; 0 except for patience. */
export function minDeltaOf(rule: PrunerRule): number {
  return rule.type === 'patience' ? rule.min_delta : 0;
}
