/**
 * Hypervolume of a set of points in one to three objectives: the volume they dominate up to a reference point, the usual single
 * number for how good a Pareto front is. Reports plot it over trials.
 *
 * @source Beume et al., "On the Complexity of Computing the Hypervolume Indicator", IEEE TEC 2009. Symbols: r = reference point.
 *   Differs: in three objectives slices along the third are summed with the two-objective sweep, O(n² log n) instead of
 *   O(n log n): fronts of sweeps have hundreds of points, not millions.
 */
import { improvement } from './compare.js';
import type { Direction } from './compare.js';
import type { ObjectiveVector } from './pareto.js';

/** What the volume is measured against. */
export interface HypervolumeOptions {
  /** One per objective, one to three. */
  readonly directions: readonly Direction[];
  /** A point that is worse than all of interest; points not strictly better than it in every objective count nothing. */
  readonly reference: ObjectiveVector;
}

/**
 * Volume dominated by the points and bounded by the reference, at least 0, in the product of the objectives' units.
 *
 * @throws RangeError with fewer than one or more than three objectives, or a reference of another length
 */
export function hypervolume(points: readonly ObjectiveVector[], options: HypervolumeOptions): number {
  const { directions, reference } = options;
  const m = directions.length;
  if (m < 1 || m > 3 || reference.length !== m)
    throw new RangeError(
      `hypervolume needs 1 to 3 objectives and a reference value for each; got ${m} and ${reference.length}`,
    );
  const gains = points
    .map((point) =>
      directions.map((direction, k) => improvement(direction, point[k] ?? NaN, reference[k] ?? NaN)),
    )
    .filter((gain) => gain.every((g) => Number.isFinite(g) && g > 0));
  if (m === 1) return gains.reduce((best, [g = 0]) => Math.max(best, g), 0);
  return m === 2 ? area(gains) : volume(gains);
}

/** Area of the union of boxes from the origin to each (x, y): widest first, each adds what rises above the highest so far. */
function area(gains: readonly ObjectiveVector[]): number {
  const widest = [...gains].sort(([a = 0], [b = 0]) => b - a);
  let height = 0;
  let total = 0;
  for (const [x = 0, y = 0] of widest) {
    if (y > height) {
      total += x * (y - height);
      height = y;
    }
  }
  return total;
}

/** Volume of the union of boxes from the origin, by slices between neighbouring heights. */
function volume(gains: readonly ObjectiveVector[]): number {
  const deepest = [...gains].sort(([, , a = 0], [, , b = 0]) => b - a);
  return deepest.reduce((total, [, , z = 0], index) => {
    const below = deepest[index + 1]?.[2] ?? 0;
    return z === below ? total : total + (z - below) * area(deepest.slice(0, index + 1));
  }, 0);
}
