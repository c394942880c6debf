/**
 * Which bracket a trial belongs to. Brackets hedge against curves that cross: bracket 0 stops early and often, the last one
 * lets every trial train to the end. Decided by the trial's number alone, so no state is kept and a retry lands in the same one.
 *
 * @source Li et al., "Hyperband", JMLR 2018, Algorithm 1: bracket s starts n_s = ceil((s_max+1)/(s+1) · eta^s) trials at
 *   R·eta^(-s). Our bracket index is s_max - s, as in ASHA. Differs: trials arrive one by one, so the shares of Algorithm 1
 *   hold over each period of sum(n_s) trials instead of bracket after bracket, and rungs are judged asynchronously.
 */
import type { PrunerRule } from './rule.js';

/** Brackets at most: with eta = 2 they span three orders of magnitude of starting resource. */
const MAX_BRACKETS = 10;

/** Number of brackets of a rule, 1 for rules without any. */
export function bracketCount(rule: PrunerRule): number {
  switch (rule.type) {
    case 'asha':
      return Math.min(MAX_BRACKETS, Math.max(1, Math.floor(rule.brackets)));
    case 'hyperband': {
      let count = 1;
      let first = rule.min_resource * rule.reduction_factor;
      while (count < MAX_BRACKETS && first <= rule.max_resource * (1 + 1e-12)) {
        count += 1;
        first *= rule.reduction_factor;
      }
      return count;
    }
    case 'wandb_hyperband':
    case 'median':
    case 'patience':
    case 'threshold':
      return 1;
  }
}

/** Trials per bracket in one period: n_s of Algorithm 1, bracket 0 first. */
export function bracketSizes(rule: PrunerRule): readonly number[] {
  const count = bracketCount(rule);
  if (rule.type !== 'asha' && rule.type !== 'hyperband') return [1];
  return Array.from({ length: count }, (_, bracket) => {
    const s = count - 1 - bracket;
    return Math.ceil((count / (s + 1)) * rule.reduction_factor ** s - 1e-9);
  });
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}

/** A step near period/golden ratio without a common divisor: multiples of it visit a period once, evenly spread. */
function evenStep(period: bigint): bigint {
  let step = BigInt(Math.max(1, Math.round(Number(period) * 0.6180339887498949)));
  while (greatestCommonDivisor(period, step) !== 1n) step += 1n;
  return step;
}

/**
 * Bracket of a trial, from 0. Over each period of `sum(bracketSizes)` trials every bracket gets exactly its size, and within a
 * period the brackets are interleaved evenly.
 *
 * @param trial  number of the trial in its sweep, an integer, at least 0
 */
export function bracketOf(rule: PrunerRule, trial: number): number {
  const sizes = bracketSizes(rule);
  if (sizes.length === 1) return 0;
  const period = BigInt(sizes.reduce((sum, size) => sum + size, 0));
  const place = Number((BigInt(trial) * evenStep(period)) % period);
  let end = 0;
  return sizes.findIndex((size) => place < (end += size));
}
