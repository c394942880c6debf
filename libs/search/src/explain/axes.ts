/**
 * A space as axes for explanations: numbers by their probability under the search, lists by category. Constants and single values have
 * no axis. `importance.ts` and `nearest.ts` encode trials with it.
 */
import type { Json, LeafParameter, SearchSpace, TrialParameters } from '@swath/contracts';
import { fromParameters } from '../space/assign.js';
import { distributionFunction } from '../space/distributions.js';
import { sameValue } from '../space/equality.js';
import { flattenSpace } from '../space/flatten.js';
import type { FlatParameter } from '../space/flatten.js';
import { supportOf } from '../space/support.js';
import type { Axis } from './regression-tree.js';

/** A searched parameter's axis. */
export interface SearchedAxis {
  readonly path: string;
  readonly axis: Axis;
  /** Position in the flat space. */
  readonly index: number;
  /** The parameter's distinct values where it is a list. */
  readonly values: readonly Json[] | null;
}

/** The axes of a space with what is needed to encode a trial. */
export interface SearchedAxes {
  readonly flat: readonly FlatParameter[];
  readonly axes: readonly SearchedAxis[];
}

/** Axes of the parameters that can vary, in the order of the flat space. */
export function searchedAxes(space: SearchSpace): SearchedAxes {
  const flat = flattenSpace(space);
  const axes = flat.flatMap(({ path, parameter, conditions }, index): SearchedAxis[] => {
    if (supportOf(parameter)?.size === 1 && conditions.length === 0) return [];
    const values = listOf(parameter);
    if (values === null) return [{ path, axis: { kind: 'numeric' }, index, values }];
    return [{ path, axis: { kind: 'categorical', levels: values.length }, index, values }];
  });
  return { flat, axes };
}

/**
 * A trial's coordinates: in [0, 1] on numeric axes, the category on others; NaN where the parameter is inactive, `levels` for a
 * value that the list does not have.
 */
export function encodeTrial({ flat, axes }: SearchedAxes, parameters: TrialParameters): readonly number[] {
  const values = fromParameters(flat, parameters);
  return axes.map(({ index, values: listed }) => {
    const value = values[index];
    const parameter = flat[index]?.parameter;
    if (value === undefined || parameter === undefined) return NaN;
    if (listed === null) return coordinate(parameter, value);
    const category = listed.findIndex((other) => sameValue(other, value));
    return category === -1 ? listed.length : category;
  });
}

function listOf(parameter: LeafParameter): readonly Json[] | null {
  switch (parameter.distribution) {
    case 'constant':
    case 'categorical':
    case 'categorical_w_probabilities': {
      const support = supportOf(parameter);
      return Array.from({ length: support?.size ?? 0 }, (_, index) => support?.at(index) ?? null);
    }
    default:
      return null;
  }
}

/** Position by probability; an integer sits in the middle of the probability it has. */
function coordinate(parameter: LeafParameter, value: Json): number {
  const below = distributionFunction(parameter, value);
  return parameter.distribution === 'int_uniform' ? below - 0.5 / (parameter.max - parameter.min + 1) : below;
}
