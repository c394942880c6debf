/**
 * One sentence a person can read for a pruner's decision: what was compared with what, and where. Reports, pages and the command line show
 * it; the stored decision keeps the numbers.
 */
import type { PrunerDecision } from './decision.js';

/** Four significant digits, without trailing zeros. */
function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** Where it was judged: `at rung 1 (resource 9)`. */
function place({ rung, resource, bracket }: PrunerDecision): string {
  if (rung === null) return `at resource ${shown(resource)}`;
  const inBracket = bracket === 0 ? '' : ` of bracket ${bracket}`;
  return `at rung ${rung}${inBracket} (resource ${shown(resource)})`;
}

/** Its rank: `rank 7 of 9`; empty where rank has no meaning. */
function ranked({ rank, n }: PrunerDecision): string {
  return rank === null ? '' : `, rank ${rank} of ${n}`;
}

/** The sentence, without a full stop. Numbers have four significant digits. */
export function describeDecision(decision: PrunerDecision): string {
  const value = shown(decision.value);
  const cutoff = decision.cutoff === null ? 'the cut' : shown(decision.cutoff);
  const where = place(decision);
  switch (decision.reason) {
    case 'between_rungs':
      return `goes on: nothing is judged ${where}`;
    case 'cohort_too_small':
      return `goes on ${where}: too few trials to compare ${value} with`;
    case 'above_cut':
      return `goes on ${where}: ${value} is not worse than ${cutoff}${ranked(decision)}`;
    case 'incumbent':
      return `goes on ${where}: ${value} is worse than ${cutoff}, but the trial holds the best value so far`;
    case 'below_cut':
      return `stopped by ${decision.rule} ${where}: ${value} is worse than ${cutoff}${ranked(decision)}`;
    case 'awaiting_promotion':
      return `paused by ${decision.rule} ${where}: ${value} is not yet among the best${ranked(decision)}`;
    case 'improving':
      return `goes on ${where}: still within its patience`;
    case 'no_improvement':
      return `stopped by ${decision.rule} ${where}: nothing better than ${cutoff} for too long`;
  }
}
