/**
 * A box around the best trial that half of the suggestions of a long sweep stay in: with many trials the model knows the
 * neighbourhood of the best far better than the whole space. Its side follows from the history alone.
 *
 * @source Eriksson et al., "Scalable Global Optimization via Local Bayesian Optimization" (TuRBO), NeurIPS 2019, section 2 and
 *   appendix A. Symbols: L side, L_init 0.8, L_max 1.6, L_min 0.5^7, tau_succ 3, tau_fail = dimensions. Differs: one region, around the
 *   point with the best mean; every trial counts, also those suggested outside; a region that has shrunk away starts again in place.
 */
import type { Region } from './acquisition-search.js';
import { wholeRegion } from './acquisition-search.js';
import type { Domain } from './domain.js';
import type { Hyperparameters } from './fit.js';

const FIRST_SIDE = 0.8;
const LARGEST_SIDE = 1.6;
const SMALLEST_SIDE = 0.5 ** 7;
const SUCCESSES = 3;
const FEWEST_FAILURES = 4;
/** What counts as better, as a part of the best target. */
const BETTER = 1e-3;

/**
 * Side of the box, as a part of the range, in [2^-7, 1.6].
 *
 * @param targets standardised, smaller is better, by trial number; `null` for failures
 */
export function trustRegionSide(targets: readonly (number | null)[], dimensions: number): number {
  const patience = Math.max(FEWEST_FAILURES, dimensions);
  let side = FIRST_SIDE;
  let best = Infinity;
  let better = 0;
  let worse = 0;
  for (const target of targets) {
    if (target !== null && (best === Infinity || target < best - BETTER * Math.abs(best))) {
      best = target;
      better += 1;
      worse = 0;
    } else {
      worse += 1;
      better = 0;
    }
    if (better === SUCCESSES) {
      side = Math.min(LARGEST_SIDE, 2 * side);
      better = 0;
    } else if (worse === patience) {
      side = side / 2 < SMALLEST_SIDE ? FIRST_SIDE : side / 2;
      worse = 0;
    }
  }
  return side;
}

/** The box around a point: along each numeric axis the side times the axis' length-scale relative to the others. */
export function trustRegion(
  domain: Domain,
  centre: Float64Array,
  theta: Hyperparameters,
  side: number,
): Region {
  const region = wholeRegion(domain);
  let mean = 0;
  for (let d = 0; d < domain.numeric; d++) mean += (theta[d] ?? 0) / domain.numeric;
  for (let d = 0; d < domain.numeric; d++) {
    const half = (side / 2) * Math.exp((theta[d] ?? 0) - mean);
    const at = centre[d] ?? 0.5;
    region.lower[d] = Math.max(0, at - half);
    region.upper[d] = Math.min(1, at + half);
  }
  return region;
}
