/**
 * The values a parameter can take, where they are finitely many: counted and indexed, never listed, so that an integer
 * range of 10^12 costs nothing. Grids, exhaustion checks and the acquisition search use it.
 */
import type { Json, LeafParameter, QuantizedBoundedParameter } from '@swath/contracts';

import { sameValue } from './equality.js';

/** Finitely many values in a fixed order. */
export interface Support {
  readonly size: number;
  at(index: number): Json;
}

/** Distinct values in the order of first appearance; a repeated entry would make a grid run one cell twice. */
export function distinct(values: readonly Json[]): readonly Json[] {
  return values.filter((value, index) => values.findIndex((other) => sameValue(other, value)) === index);
}

/**
 * Values a draw of the parameter can return; `null` when they are not finitely many.
 *
 * Zero-probability categories are left out: no draw returns them.
 */
export function supportOf(parameter: LeafParameter): Support | null {
  switch (parameter.distribution) {
    case 'constant':
      return listed([parameter.value]);
    case 'categorical':
      return listed(distinct(parameter.values));
    case 'categorical_w_probabilities':
      return listed(
        distinct(parameter.values.filter((_, index) => (parameter.probabilities[index] ?? 0) > 0)),
      );
    case 'int_uniform':
      return { size: parameter.max - parameter.min + 1, at: (index) => parameter.min + index };
    case 'q_uniform':
    case 'q_log_uniform':
    case 'q_log_uniform_values': {
      const { first, last } = multipleRange(parameter);
      return { size: last - first + 1, at: (index) => multipleAt(parameter, first + index) };
    }
    case 'q_beta':
      return { size: roundHalfEven(1 / parameter.q) + 1, at: (index) => index * parameter.q };
    case 'uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values':
    case 'normal':
    case 'log_normal':
    case 'q_normal':
    case 'q_log_normal':
    case 'beta':
      return null;
  }
}

/**
 * Values of a grid axis, as W&B builds it: `int_uniform` includes `max`; `q_uniform` runs min, min + q, ... and excludes
 * `max`. The other finite distributions, which W&B refuses in a grid, use their support. `null`: cannot be enumerated.
 */
export function gridAxis(parameter: LeafParameter): Support | null {
  if (parameter.distribution !== 'q_uniform') return supportOf(parameter);
  const { min, max, q } = parameter;
  return { size: Math.max(1, Math.ceil((max - min) / q)), at: (index) => min + index * q };
}

/** Bounds of a bounded quantised parameter in the units of its values. */
export function valueBounds(parameter: QuantizedBoundedParameter): { low: number; high: number } {
  return parameter.distribution === 'q_log_uniform'
    ? { low: Math.exp(parameter.min), high: Math.exp(parameter.max) }
    : { low: parameter.min, high: parameter.max };
}

const SLACK = 1e-9;

/**
 * First and last multiple of `q` inside the bounds; equal to the nearest multiple when none is inside.
 *
 * W&B rounds and may leave [min, max]; a bound that the user wrote is kept here.
 */
export function multipleRange(parameter: QuantizedBoundedParameter): { first: number; last: number } {
  const { low, high } = valueBounds(parameter);
  const first = Math.ceil(low / parameter.q - SLACK);
  const last = Math.floor(high / parameter.q + SLACK);
  if (first <= last) return { first, last };
  const nearest = roundHalfEven((low + high) / 2 / parameter.q);
  return { first: nearest, last: nearest };
}

/** The value `multiple * q`; a bound that it misses by rounding alone is returned exactly. */
export function multipleAt(parameter: QuantizedBoundedParameter, multiple: number): number {
  const { low, high } = valueBounds(parameter);
  const value = multiple * parameter.q + 0;
  const slack = SLACK * parameter.q;
  if (value > high && value - high <= slack) return high;
  if (value < low && low - value <= slack) return low;
  return value;
}

/** Rounds to the nearest integer, halves to the even one, as NumPy does. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function listed(values: readonly Json[]): Support {
  return { size: values.length, at: (index) => values[index] ?? null };
}
