/**
 * Draws points from a space by inverse distribution functions, and completes points that a user gave in part. Every
 * searcher falls back on it.
 */
import type { Json, TrialParameters } from '@swath/contracts';

import type { Assignment } from './assign.js';
import { activePart, isActive, rawValues } from './assign.js';
import { contains, quantile } from './distributions.js';
import type { FlatParameter } from './flatten.js';

/**
 * The point at a position of the unit cube: coordinate i decides parameter i, active or not, so that a parameter's value does
 * not depend on which others are active.
 *
 * @param uniform coordinate of parameter `index`, in (0, 1)
 */
export function pointAt(space: readonly FlatParameter[], uniform: (index: number) => number): Assignment {
  return activePart(
    space,
    space.map((flat, index) => quantile(flat.parameter, uniform(index))),
  );
}

/**
 * A user's point with missing values filled from the middle of their distributions. `null` when a given value is outside
 * the space.
 */
export function completePoint(space: readonly FlatParameter[], point: TrialParameters): Assignment | null {
  const given = rawValues(space, point);
  const values: (Json | undefined)[] = space.map((flat, index) =>
    given[index] === undefined ? quantile(flat.parameter, 0.5) : given[index],
  );
  const active = activePart(space, values);
  return isInside(space, active) ? active : null;
}

/** Whether every active parameter has a value of its distribution. */
export function isInside(space: readonly FlatParameter[], values: Assignment): boolean {
  return space.every((flat, index) => {
    if (!isActive(flat, values)) return true;
    const value = values[index];
    return value !== undefined && contains(flat.parameter, value);
  });
}
