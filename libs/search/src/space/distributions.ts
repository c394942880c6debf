/**
 * Inverse and plain distribution functions of every W&B distribution: one uniform number in, one value that will really
 * run out. The random, quasi-random and model-based searchers draw through `quantile`.
 *
 * @source `sweeps` 0.2.0, `params.py::ppf`. Differs: quantised values stay inside the bounds (see `support.ts`).
 */
import type { Json, LeafParameter } from '@swath/contracts';

import { betaDistribution, inverseBeta } from '../numerics/beta.js';
import { inverseNormal, normalDistribution } from '../numerics/normal.js';
import { sameValue } from './equality.js';
import { multipleAt, multipleRange, roundHalfEven, supportOf } from './support.js';

/**
 * Value at probability `u` of the parameter's distribution.
 *
 * @param u in (0, 1); the unbounded distributions return an infinity at 0 and 1
 */
export function quantile(parameter: LeafParameter, u: number): Json {
  switch (parameter.distribution) {
    case 'constant':
      return parameter.value;
    case 'categorical':
      return parameter.values[indexAt(parameter.values.length, u)] ?? null;
    case 'categorical_w_probabilities':
      return parameter.values[weightedIndex(parameter.probabilities, u)] ?? null;
    case 'int_uniform':
      return parameter.min + indexAt(parameter.max - parameter.min + 1, u);
    case 'q_uniform':
    case 'q_log_uniform':
    case 'q_log_uniform_values': {
      const { first, last } = multipleRange(parameter);
      const multiple = roundHalfEven(continuousQuantile(parameter, u) / parameter.q);
      return multipleAt(parameter, Math.min(last, Math.max(first, multiple)));
    }
    case 'q_normal':
    case 'q_log_normal':
    case 'q_beta':
      return roundHalfEven(continuousQuantile(parameter, u) / parameter.q) * parameter.q + 0;
    case 'uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
    case 'normal':
    case 'log_normal':
    case 'beta':
      return continuousQuantile(parameter, u);
  }
}

type NumericParameter = Exclude<
  LeafParameter,
  { distribution: 'constant' | 'categorical' | 'categorical_w_probabilities' | 'int_uniform' }
>;

/** Quantile before rounding to a multiple of `q`. */
function continuousQuantile(parameter: NumericParameter, u: number): number {
  switch (parameter.distribution) {
    case 'uniform':
    case 'q_uniform':
      return clamp(parameter.min + u * (parameter.max - parameter.min), parameter.min, parameter.max);
    case 'log_uniform':
    case 'q_log_uniform':
      return Math.exp(parameter.min + u * (parameter.max - parameter.min));
    case 'inv_log_uniform':
      return Math.exp(-(parameter.min + (1 - u) * (parameter.max - parameter.min)));
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
    case 'q_log_uniform_values': {
      const low = Math.log(parameter.min);
      return clamp(Math.exp(low + u * (Math.log(parameter.max) - low)), parameter.min, parameter.max);
    }
    case 'normal':
    case 'q_normal':
      return parameter.mu + parameter.sigma * inverseNormal(u);
    case 'log_normal':
    case 'q_log_normal':
      return Math.exp(parameter.mu + parameter.sigma * inverseNormal(u));
    case 'beta':
    case 'q_beta':
      return inverseBeta(u, parameter.a, parameter.b);
  }
}

/**
 * Probability that a draw is at most `value` (for lists: that it is `value` or an entry before it); 0 outside the range and
 * for a value that is not in the list.
 */
export function distributionFunction(parameter: LeafParameter, value: Json): number {
  switch (parameter.distribution) {
    case 'constant':
      return 1;
    case 'categorical':
      return (parameter.values.findIndex((other) => sameValue(other, value)) + 1) / parameter.values.length;
    case 'categorical_w_probabilities': {
      const index = parameter.values.findIndex((other) => sameValue(other, value));
      return parameter.probabilities.slice(0, index + 1).reduce((sum, p) => sum + p, 0);
    }
    case 'int_uniform':
      return typeof value === 'number'
        ? clamp((Math.floor(value) - parameter.min + 1) / (parameter.max - parameter.min + 1), 0, 1)
        : 0;
    default:
      return typeof value === 'number' ? continuousDistribution(parameter, value) : 0;
  }
}

function continuousDistribution(parameter: NumericParameter, value: number): number {
  switch (parameter.distribution) {
    case 'uniform':
    case 'q_uniform':
      return clamp((value - parameter.min) / (parameter.max - parameter.min), 0, 1);
    case 'log_uniform':
    case 'q_log_uniform':
      return value <= 0
        ? 0
        : clamp((Math.log(value) - parameter.min) / (parameter.max - parameter.min), 0, 1);
    case 'inv_log_uniform':
      return value <= 0
        ? 0
        : clamp((Math.log(value) + parameter.max) / (parameter.max - parameter.min), 0, 1);
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
    case 'q_log_uniform_values':
      return value <= 0
        ? 0
        : clamp(Math.log(value / parameter.min) / Math.log(parameter.max / parameter.min), 0, 1);
    case 'normal':
    case 'q_normal':
      return normalDistribution((value - parameter.mu) / parameter.sigma);
    case 'log_normal':
    case 'q_log_normal':
      return value <= 0 ? 0 : normalDistribution((Math.log(value) - parameter.mu) / parameter.sigma);
    case 'beta':
    case 'q_beta':
      return betaDistribution(value, parameter.a, parameter.b);
  }
}

type ListParameter = Extract<
  LeafParameter,
  { distribution: 'constant' | 'categorical' | 'categorical_w_probabilities' }
>;

/** Whether a value can come from the parameter's distribution, up to rounding of the last bits. */
export function contains(parameter: LeafParameter, value: Json): boolean {
  switch (parameter.distribution) {
    case 'constant':
      return sameValue(parameter.value, value);
    case 'categorical':
    case 'categorical_w_probabilities':
      return parameter.values.some((other) => sameValue(other, value));
    default:
      return typeof value === 'number' && Number.isFinite(value) && containsNumber(parameter, value);
  }
}

function containsNumber(parameter: Exclude<LeafParameter, ListParameter>, value: number): boolean {
  const step = parameter.distribution === 'int_uniform' ? 1 : 'q' in parameter ? parameter.q : 0;
  if (step > 0 && Math.abs(value / step - Math.round(value / step)) > 1e-6) return false;
  const { low, high } = numericRange(parameter);
  const slack = 1e-9 * Math.max(0, ...[low, high].filter(Number.isFinite).map(Math.abs));
  return value >= low - slack && value <= high + slack;
}

/** Smallest and largest value that runs; infinite where the distribution is unbounded. */
export function numericRange(parameter: Exclude<LeafParameter, ListParameter>): {
  low: number;
  high: number;
} {
  if (parameter.distribution === 'int_uniform') return { low: parameter.min, high: parameter.max };
  const support = supportOf(parameter);
  if (support) return { low: Number(support.at(0)), high: Number(support.at(support.size - 1)) };
  return { low: continuousQuantile(parameter, 0), high: continuousQuantile(parameter, 1) };
}

function indexAt(size: number, u: number): number {
  return Math.min(size - 1, Math.max(0, Math.floor(u * size)));
}

function weightedIndex(probabilities: readonly number[], u: number): number {
  const total = probabilities.reduce((sum, p) => sum + p, 0);
  let sum = 0;
  let last = 0;
  for (const [index, p] of probabilities.entries()) {
    if (p <= 0) continue;
    sum += p / total;
    last = index;
    if (u < sum) return index;
  }
  return last;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
