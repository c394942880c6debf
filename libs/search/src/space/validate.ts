/**
 * Checks a space for what no schema can: bounds, probabilities, conditions, and whether the chosen method can search it.
 * The API calls it before a sweep is stored; every problem names the field, its value and the bound.
 */
import { isNested } from '@swath/contracts/states';
import type { Json, LeafParameter, SearchSpace } from '@swath/contracts';

import { ConstraintError, parseConstraint } from './constraint.js';
import { contains } from './distributions.js';
import { dependencyProblems, flattenSpace } from './flatten.js';
import type { SpaceProblem } from './flatten.js';
import { gridAxis } from './support.js';

/**
 * Every problem of the space for a search by `method`; empty when it can be searched.
 *
 * @param method as in `SearchMethod`; only `grid` limits the distributions
 * @param constraints expressions between parameters
 */
export function validateSpace(
  space: SearchSpace,
  method: string,
  constraints: readonly string[] = [],
): readonly SpaceProblem[] {
  if (Object.keys(space).length === 0)
    return [{ path: 'parameters', message: 'at least one parameter is needed' }];
  const problems = [...parameterProblems(space, '', method), ...dependencyProblems(space)];
  if (problems.length > 0) return problems;
  return [...conditionValueProblems(space), ...constraintProblems(space, constraints)];
}

function parameterProblems(space: SearchSpace, prefix: string, method: string): SpaceProblem[] {
  return Object.entries(space).flatMap(([name, parameter]) => {
    const path = prefix + name;
    if (isNested(parameter)) return parameterProblems(parameter.parameters, `${path}.`, method);
    const problems = leafProblems(parameter).map(({ path: field, message }) => ({
      path: `${path}.${field}`,
      message,
    }));
    if (problems.length === 0 && method === 'grid' && gridAxis(parameter) === null) {
      const message = `"${parameter.distribution}" has infinitely many values; a grid needs values, int_uniform or a bounded quantised distribution`;
      problems.push({ path: `${path}.distribution`, message });
    }
    return problems;
  });
}

function leafProblems(parameter: LeafParameter): SpaceProblem[] {
  switch (parameter.distribution) {
    case 'constant':
      return [];
    case 'categorical':
      return parameter.values.length === 0
        ? [{ path: 'values', message: 'at least one value is needed' }]
        : [];
    case 'categorical_w_probabilities':
      return probabilityProblems(parameter.values, parameter.probabilities);
    case 'int_uniform':
      return [
        ...integerProblems('min', parameter.min),
        ...integerProblems('max', parameter.max),
        ...orderProblems(parameter.min, parameter.max),
      ];
    case 'uniform':
    case 'log_uniform':
    case 'inv_log_uniform':
      return orderProblems(parameter.min, parameter.max);
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
      return [...positiveProblems('min', parameter.min), ...orderProblems(parameter.min, parameter.max)];
    case 'q_uniform':
    case 'q_log_uniform':
      return [...positiveProblems('q', parameter.q), ...orderProblems(parameter.min, parameter.max)];
    case 'q_log_uniform_values':
      return [
        ...positiveProblems('q', parameter.q),
        ...positiveProblems('min', parameter.min),
        ...orderProblems(parameter.min, parameter.max),
      ];
    case 'normal':
    case 'log_normal':
      return [...finiteProblems('mu', parameter.mu), ...positiveProblems('sigma', parameter.sigma)];
    case 'q_normal':
    case 'q_log_normal':
      return [
        ...finiteProblems('mu', parameter.mu),
        ...positiveProblems('sigma', parameter.sigma),
        ...positiveProblems('q', parameter.q),
      ];
    case 'beta':
      return [...positiveProblems('a', parameter.a), ...positiveProblems('b', parameter.b)];
    case 'q_beta':
      return [
        ...positiveProblems('a', parameter.a),
        ...positiveProblems('b', parameter.b),
        ...positiveProblems('q', parameter.q),
      ];
  }
}

function probabilityProblems(values: readonly Json[], probabilities: readonly number[]): SpaceProblem[] {
  if (values.length === 0) return [{ path: 'values', message: 'at least one value is needed' }];
  if (probabilities.length !== values.length) {
    const message = `${probabilities.length} probabilities for ${values.length} values; give one each`;
    return [{ path: 'probabilities', message }];
  }
  const negative = probabilities.findIndex((p) => !(p >= 0));
  if (negative >= 0) {
    const message = `${String(probabilities[negative])} at position ${negative} must be at least 0`;
    return [{ path: 'probabilities', message }];
  }
  const sum = probabilities.reduce((total, p) => total + p, 0);
  return Math.abs(sum - 1) > 1e-5
    ? [{ path: 'probabilities', message: `they add up to ${sum}; must be 1` }]
    : [];
}

function orderProblems(min: number, max: number): SpaceProblem[] {
  const problems = [...finiteProblems('min', min), ...finiteProblems('max', max)];
  if (problems.length > 0 || min < max) return problems;
  return [{ path: 'min', message: `${min} must be below max, which is ${max}; for one value use "value"` }];
}

function positiveProblems(path: string, value: number): SpaceProblem[] {
  return Number.isFinite(value) && value > 0 ? [] : [{ path, message: `${value} must be above 0` }];
}

function finiteProblems(path: string, value: number): SpaceProblem[] {
  return Number.isFinite(value) ? [] : [{ path, message: `${value} must be a finite number` }];
}

function integerProblems(path: string, value: number): SpaceProblem[] {
  return Number.isSafeInteger(value) ? [] : [{ path, message: `${value} must be an integer below 2^53` }];
}

/** A condition on a value that its parameter never takes makes a parameter that never exists: a typing error. */
function conditionValueProblems(space: SearchSpace): SpaceProblem[] {
  const flat = flattenSpace(space);
  return flat.flatMap(({ path, conditions }) =>
    conditions.flatMap(({ parent, values }) => {
      const named = flat[parent];
      if (named === undefined) return [];
      if (values.length === 0)
        return [{ path: `${path}.when`, message: `no values are listed for "${named.path}"` }];
      return values
        .filter((value) => !contains(named.parameter, value))
        .map((value) => ({
          path: `${path}.when`,
          message: `"${named.path}" never has the value ${JSON.stringify(value)}`,
        }));
    }),
  );
}

function constraintProblems(space: SearchSpace, constraints: readonly string[]): SpaceProblem[] {
  const flat = flattenSpace(space);
  return constraints.flatMap((text, index) => {
    try {
      parseConstraint(text, flat);
      return [];
    } catch (error) {
      if (!(error instanceof ConstraintError)) throw error;
      return [{ path: `constraints[${index}]`, message: error.message }];
    }
  });
}
