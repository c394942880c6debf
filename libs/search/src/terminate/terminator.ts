/**
 * One entry to every terminator: a rule and what is known of the sweep in, a verdict out. The sweep's owner asks after each ended trial
 * with the rules that are switched on, and with the others to show their numbers as advice.
 */
import type { Direction } from '../objective/compare.js';
import { expectedImprovementBelow, improvementPerCostBelow } from './expected-improvement.js';
import { noImprovement, stagnation, targetReached } from './progress-terminators.js';
import type { EndedTrial } from './progress-terminators.js';
import { regretBoundBelow } from './regret-bound.js';
import type { TerminationVerdict } from './verdict.js';

/** When a sweep ends by itself; spelled as a spec spells it. */
export type StopRule =
  /** A trial is at or better than `value`. */
  | { readonly type: 'target'; readonly value: number }
  /** Nothing improved by more than `min_delta` (default 0) for so many trials or seconds; at least one of the two is given. */
  | {
      readonly type: 'no_improvement';
      readonly trials?: number;
      readonly seconds?: number;
      readonly min_delta?: number;
    }
  /** The expected improvement was below `value`, in the objective's units, for `patience` (default 3) suggestions in a row. */
  | { readonly type: 'expected_improvement_below'; readonly value: number; readonly patience?: number }
  /** The same per unit of money. */
  | { readonly type: 'improvement_per_cost_below'; readonly value: number; readonly patience?: number }
  /** The best trial's regret can no longer exceed `value`, in the objective's units. */
  | { readonly type: 'regret_below'; readonly value: number };

/** What is known of the sweep. */
export interface SweepEvidence {
  readonly direction: Direction;
  /** In order of their end. */
  readonly ended: readonly EndedTrial[];
  /** Seconds since the sweep began, pauses excluded. */
  readonly now: number;
  /** Of the model's suggestions so far, newest last; empty for searchers without a model. */
  readonly expectedImprovements: readonly number[];
  /** Expected cost of one more trial; null when nothing has a price. */
  readonly costPerTrial: number | null;
  /** As `modelRegretBound` gives it; null when it was not computed. */
  readonly regretBound: number | null;
}

/** What the rule says. Evidence that is missing never stops a sweep. */
export function shouldTerminate(rule: StopRule, evidence: SweepEvidence): TerminationVerdict {
  const { direction, ended, now, expectedImprovements } = evidence;
  switch (rule.type) {
    case 'target':
      return targetReached(
        direction,
        rule.value,
        ended.flatMap(({ value }) => value ?? []),
      );
    case 'no_improvement':
      return noImprovement(rule, stagnation(direction, ended, now, rule.min_delta));
    case 'expected_improvement_below':
      return expectedImprovementBelow({ ...rule, below: rule.value }, expectedImprovements);
    case 'improvement_per_cost_below':
      return improvementPerCostBelow(
        { ...rule, below: rule.value },
        expectedImprovements,
        evidence.costPerTrial ?? 0,
      );
    case 'regret_below':
      return regretBoundBelow(rule.value, evidence.regretBound);
  }
}
