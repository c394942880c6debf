/**
 * The answer of every terminator: whether the sweep should end, and the number that was compared. The sweep's owner asks for it
 * after each trial; where a terminator is not switched on, the same numbers are shown as advice.
 */

/** Which terminator answered. */
export type TerminationCriterion =
  'target' | 'no_improvement' | 'expected_improvement' | 'improvement_per_cost' | 'regret_bound';

/** Plain JSON; values are in the objective's natural units unless the criterion says otherwise. */
export interface TerminationVerdict {
  readonly criterion: TerminationCriterion;
  readonly stop: boolean;
  /** The number compared, or null while there is nothing to compare. */
  readonly bound: number | null;
  /** What it was compared with. */
  readonly threshold: number;
}
