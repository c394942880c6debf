/**
 * The earlier trial most like a given point: "this is trial 17 with another learning rate". Shown with suggestions of searchers that
 * have no model of their own, and on a trial's page.
 *
 * @source Gower, "A General Coefficient of Similarity", Biometrics 1971: mean over parameters of the difference by probability, 0 or 1
 *   for categories. Differs: a parameter that only one of the two has counts 1.
 */
import type { SearchSpace, TrialParameters } from '@swath/contracts';
import { encodeTrial, searchedAxes } from './axes.js';
import type { Axis } from './regression-tree.js';

/** A trial by number and parameters. */
export interface NumberedTrial {
  readonly number: number;
  readonly parameters: TrialParameters;
}

/** The nearest earlier trial and how far it is. */
export interface NearestTrial {
  readonly number: number;
  /** 0 for the same point, 1 for one that differs in everything. */
  readonly distance: number;
}

/** The trial nearest to the parameters, the lowest number on a tie; null without trials. */
export function nearestTrial(
  space: SearchSpace,
  parameters: TrialParameters,
  trials: readonly NumberedTrial[],
): NearestTrial | null {
  const searched = searchedAxes(space);
  const here = encodeTrial(searched, parameters);
  let nearest: NearestTrial | null = null;
  for (const { number, parameters: other } of trials) {
    const there = encodeTrial(searched, other);
    const differences = searched.axes.map(({ axis }, j) => difference(axis, here[j] ?? NaN, there[j] ?? NaN));
    const distance = differences.reduce((sum, d) => sum + d, 0) / Math.max(1, differences.length);
    const better =
      nearest === null ||
      distance < nearest.distance ||
      (distance === nearest.distance && number < nearest.number);
    if (better) nearest = { number, distance };
  }
  return nearest;
}

function difference(axis: Axis, a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a) !== Number.isNaN(b));
  return axis.kind === 'numeric' ? Math.abs(a - b) : Number(a !== b);
}
