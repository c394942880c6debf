/**
 * Several objectives at once: which points are not beaten in every respect. Reports show the front, multi-objective searchers
 * rank by the sorted fronts.
 *
 * @source Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEC 2002, section III.A. Symbols: S_p =
 *   points that p dominates, n_p = number of points that dominate p. Differs: none; a value that is not finite is the worst.
 */
import { isBetter } from './compare.js';
import type { Direction } from './compare.js';

/** One value per objective, in the objectives' order and natural units. */
export type ObjectiveVector = readonly number[];

/** Whether `a` is at least as good as `b` in every objective and strictly better in one. */
export function dominates(directions: readonly Direction[], a: ObjectiveVector, b: ObjectiveVector): boolean {
  let strictly = false;
  for (const [k, direction] of directions.entries()) {
    const ours = a[k] ?? NaN;
    const theirs = b[k] ?? NaN;
    if (isBetter(direction, theirs, ours)) return false;
    if (isBetter(direction, ours, theirs)) strictly = true;
  }
  return strictly;
}

/** Indices, ascending, of the points that no other point dominates. Equal points are all in the front. */
export function paretoFront(
  directions: readonly Direction[],
  points: readonly ObjectiveVector[],
): readonly number[] {
  return points.flatMap((point, index) =>
    points.some((other) => dominates(directions, other, point)) ? [] : [index],
  );
}

/**
 * Indices of the points in fronts: first the Pareto front, then the front of the rest, and so on; ascending within a front.
 * Takes time quadratic in the number of points.
 */
export function nonDominatedSort(
  directions: readonly Direction[],
  points: readonly ObjectiveVector[],
): readonly (readonly number[])[] {
  const dominated = points.map((point) =>
    points.flatMap((other, q) => (dominates(directions, point, other) ? [q] : [])),
  );
  const dominators = points.map(() => 0);
  for (const q of dominated.flat()) dominators[q] = (dominators[q] ?? 0) + 1;
  const fronts: number[][] = [];
  let front = points.flatMap((_, p) => (dominators[p] === 0 ? [p] : []));
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const q of front.flatMap((p) => dominated[p] ?? [])) {
      const left = (dominators[q] ?? 0) - 1;
      dominators[q] = left;
      if (left === 0) next.push(q);
    }
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}
