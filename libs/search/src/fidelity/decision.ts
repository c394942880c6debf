/**
 * What a pruner is asked and what it answers. The answer is the contracts' `Decision` with the reason as a code: plain JSON,
 * stored beside the measurement. The rules in this folder build it with the functions below.
 */
import type { Decision } from '@swath/contracts';
import type { Direction } from '../objective/compare.js';
import type { Progress } from './progress.js';
import type { PrunerRule } from './rule.js';

/** Why a pruner answered as it did; the person's text is made from it elsewhere. */
export type DecisionReason =
  /** Nothing is judged at this resource. */
  | 'between_rungs'
  /** Too few trials have reached the rung to compare. */
  | 'cohort_too_small'
  /** At or above the cut. */
  | 'above_cut'
  /** Below the cut, but the trial holds the sweep's best value. */
  | 'incumbent'
  /** Strictly worse than the cut. */
  | 'below_cut'
  /** Paused until it is among the best of its rung. */
  | 'awaiting_promotion'
  /** The trial's own values have not stood still for long enough. */
  | 'improving'
  /** No improvement for as long as the rule waits. */
  | 'no_improvement';

/** A pruner's answer for one measurement. */
export interface PrunerDecision extends Decision {
  readonly rule: PrunerRule['type'] | 'none';
  readonly reason: DecisionReason;
}

/** All that a rule may look at for one measurement. */
export interface JudgedMeasurement<Rule extends PrunerRule = PrunerRule> {
  readonly rule: Rule;
  readonly direction: Direction;
  /** Bracket of the trial: `bracketOf(rule, trial number)`. */
  readonly bracket: number;
  /**
   * Rung to judge at: `rungReached(rule, bracket, resource)`. Null below the first rung, and for rules that judge `rung` also
   * when the trial was recorded at this rung before.
   */
  readonly rung: number | null;
  /** Resource of the measurement. */
  readonly resource: number;
  /** The measured value. */
  readonly value: number;
  /** The trial's progress, this measurement included. */
  readonly progress: Progress;
  /** The trial's own record at the rung (`rungValue`); ignored without a rung. */
  readonly recorded: number;
  /** Every trial's record at this (bracket, rung) so far, `recorded` included, in any order; may be empty without a rung. */
  readonly cohort: readonly number[];
  /** Whether the trial holds the best value of the whole sweep so far; default false. */
  readonly incumbent?: boolean;
}

/** What a rule found out by comparing. */
export interface Verdict {
  readonly action: Decision['action'];
  readonly reason: DecisionReason;
  /** The value that was compared; default the measured one. */
  readonly value?: number;
  readonly cutoff?: number | null;
  readonly rank?: number | null;
  readonly n?: number;
}

/** The decision for a verdict. */
export function decided(judged: JudgedMeasurement, verdict: Verdict): PrunerDecision {
  return {
    action: verdict.action,
    rule: judged.rule.type,
    reason: verdict.reason,
    bracket: judged.bracket,
    rung: judged.rung,
    resource: judged.resource,
    value: verdict.value ?? judged.value,
    cutoff: verdict.cutoff ?? null,
    rank: verdict.rank ?? null,
    n: verdict.n ?? 1,
  };
}

/** The answer where nothing is judged: go on. */
export function undecided(bracket: number, resource: number, value: number): PrunerDecision {
  return {
    action: 'continue',
    rule: 'none',
    reason: 'between_rungs',
    bracket,
    rung: null,
    resource,
    value,
    cutoff: null,
    rank: null,
    n: 0,
  };
}
