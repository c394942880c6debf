/**
 * Encodes parameter values as coordinates for the surrogate and back. What is encoded is the value that really runs: integers
 * and quantised values sit at their snapped positions, logarithmic ones on a log scale, ascending lists of numbers by rank,
 * other lists as categories. Parameters with one value take no part, unless a condition names them.
 */
import type { Json, LeafParameter } from '@swath/contracts';

import type { Axis } from '../surrogate/domain.js';
import { Domain, INACTIVE_LEVEL } from '../surrogate/domain.js';
import type { Assignment } from './assign.js';
import { isActive } from './assign.js';
import { numericRange, quantile } from './distributions.js';
import { sameValue } from './equality.js';
import type { FlatParameter } from './flatten.js';
import type { Support } from './support.js';
import { distinct, supportOf } from './support.js';

type NumberParameter = Exclude<
  LeafParameter,
  { distribution: 'constant' | 'categorical' | 'categorical_w_probabilities' }
>;

/** Coordinate of a value and value of a coordinate, for one parameter. */
interface Scale {
  readonly category: boolean;
  readonly size: number;
  encode(value: Json): number;
  decode(coordinate: number): Json;
  at(index: number): number;
  nearest(coordinate: number): number;
  draw(u: number): number;
}

/** A domain and the way between its rows and assignments. */
export interface Encoding {
  readonly domain: Domain;
  /** Axis of each flat parameter, -1 for those that take no part. */
  readonly axisOf: readonly number[];
  /** Flat parameter of each axis. */
  readonly parameterOf: readonly number[];
  encode(values: Assignment): Float64Array;
  decode(row: Float64Array): Assignment;
}

/** Whether a list of values is a scale: at least three numbers in ascending or descending order. */
export function isOrderedList(values: readonly Json[]): boolean {
  if (values.length < 3 || !values.every((value) => typeof value === 'number' && Number.isFinite(value)))
    return false;
  const steps = values.slice(1).map((value, index) => Math.sign(Number(value) - Number(values[index])));
  return steps.every((step) => step === steps[0] && step !== 0);
}

/** Builds the encoding of a flat space. */
export function encodingOf(space: readonly FlatParameter[]): Encoding {
  const scales = space.map(({ parameter }) => scaleOf(parameter));
  const parents = new Set(space.flatMap(({ conditions }) => conditions.map(({ parent }) => parent)));
  const searched = space
    .map((_, index) => index)
    .filter((index) => parents.has(index) || (scales[index]?.size ?? 1) > 1);
  const isCategory = (index: number): boolean => scales[index]?.category ?? false;
  const parameterOf = [...searched.filter((index) => !isCategory(index)), ...searched.filter(isCategory)];
  const axisOf = space.map((_, index) => parameterOf.indexOf(index));
  const axes = parameterOf.map((index) => axisFor(space, scales, axisOf, index));
  const order = searched.map((index) => axisOf[index] ?? 0);
  return {
    domain: new Domain(axes, order),
    axisOf,
    parameterOf,
    encode: (values) => encodeRow(space, scales, parameterOf, values),
    decode: (row) => decodeRow(space, scales, axisOf, row),
  };
}

function axisFor(
  space: readonly FlatParameter[],
  scales: readonly Scale[],
  axisOf: readonly number[],
  index: number,
): Axis {
  const scale = scales[index] ?? categoryScale([null]);
  const conditions = (space[index]?.conditions ?? []).map(({ parent, values }) => ({
    axis: axisOf[parent] ?? 0,
    coordinates: values.map((value) => scales[parent]?.encode(value) ?? NaN),
  }));
  return { ...scale, conditions };
}

function encodeRow(
  space: readonly FlatParameter[],
  scales: readonly Scale[],
  parameterOf: readonly number[],
  values: Assignment,
): Float64Array {
  // A plain loop: a whole history is encoded for each suggestion, and `Float64Array.from` goes through an iterator.
  const row = new Float64Array(parameterOf.length);
  for (let axis = 0; axis < row.length; axis++) {
    const index = parameterOf[axis] ?? 0;
    const scale = scales[index];
    const flat = space[index];
    const value = values[index];
    if (scale === undefined || flat === undefined) continue;
    if (value === undefined || (flat.conditions.length > 0 && !isActive(flat, values)))
      row[axis] = scale.category ? INACTIVE_LEVEL : 0.5;
    else row[axis] = scale.encode(value);
  }
  return row;
}

function decodeRow(
  space: readonly FlatParameter[],
  scales: readonly Scale[],
  axisOf: readonly number[],
  row: Float64Array,
): Assignment {
  const values: (Json | undefined)[] = [];
  space.forEach((flat, index) => {
    const axis = axisOf[index] ?? -1;
    const scale = scales[index];
    const active = isActive(flat, values);
    values.push(active && scale ? scale.decode(axis < 0 ? 0 : (row[axis] ?? 0)) : undefined);
  });
  return values;
}

function scaleOf(parameter: LeafParameter): Scale {
  switch (parameter.distribution) {
    case 'constant':
      return categoryScale([parameter.value]);
    case 'categorical': {
      const values = distinct(parameter.values);
      return isOrderedList(values) ? rankScale(values) : categoryScale(values);
    }
    case 'categorical_w_probabilities':
      return weightedScale(parameter);
    default:
      return numberScale(parameter);
  }
}

function categoryScale(values: readonly Json[]): Scale {
  return {
    category: true,
    size: values.length,
    encode: (value) => indexOf(values, value),
    decode: (coordinate) => values[clamp(Math.round(coordinate), 0, values.length - 1)] ?? null,
    at: (index) => index,
    nearest: (coordinate) => clamp(Math.round(coordinate), 0, values.length - 1),
    draw: (u) => Math.min(values.length - 1, Math.floor(u * values.length)),
  };
}

/** A value that is not in the list (a script changed it) counts as the first: it must not block the search. */
function indexOf(values: readonly Json[], value: Json): number {
  return Math.max(
    0,
    values.findIndex((other) => sameValue(other, value)),
  );
}

function weightedScale(
  parameter: Extract<LeafParameter, { distribution: 'categorical_w_probabilities' }>,
): Scale {
  const values = distinct(parameter.values);
  const scale = isOrderedList(values) ? rankScale(values) : categoryScale(values);
  return { ...scale, draw: (u) => scale.encode(quantile(parameter, u)) };
}

function rankScale(values: readonly Json[]): Scale {
  const last = values.length - 1;
  return {
    category: false,
    size: values.length,
    encode: (value) => (typeof value === 'number' ? rankOf(values, value) / last : 0),
    decode: (coordinate) => values[clamp(Math.round(coordinate * last), 0, last)] ?? null,
    at: (index) => index / last,
    nearest: (coordinate) => clamp(Math.round(coordinate * last), 0, last),
    draw: (u) => Math.min(last, Math.floor(u * values.length)) / last,
  };
}

/** Rank of a number in an ordered list; between two entries, in proportion. */
function rankOf(values: readonly Json[], value: number): number {
  const exact = values.findIndex((other) => other === value);
  if (exact >= 0) return exact;
  const ascending = Number(values[0]) < Number(values.at(-1));
  const above = values.findIndex((other) => (ascending ? Number(other) > value : Number(other) < value));
  if (above <= 0) return above === 0 ? 0 : values.length - 1;
  const [low, high] = [Number(values[above - 1]), Number(values[above])];
  return above - 1 + (value - low) / (high - low);
}

/** Deviations that the unit interval spans on each side of the mean of an unbounded distribution. */
const SPAN = 3;

/** A number on the unit interval: logarithmic where its distribution is, linear elsewhere. */
function numberScale(parameter: NumberParameter): Scale {
  const { low, high, log } = unitRange(parameter);
  const forward = (value: number): number => ((log ? Math.log(value) : value) - low) / (high - low);
  const backward = (x: number): number => {
    const position = low + x * (high - low);
    return log ? Math.exp(position) : position;
  };
  const encode = (value: Json): number =>
    typeof value === 'number' && (!log || value > 0) ? clamp(forward(value), 0, 1) : log ? 0 : 0.5;
  const support = supportOf(parameter) ?? spannedMultiples(parameter);
  const draw = (u: number): number => encode(quantile(parameter, u));
  if (support === null) {
    return { ...continuousScale(parameter, backward), encode, draw };
  }
  const first = Number(support.at(0));
  const step = support.size > 1 ? Number(support.at(1)) - first : 1;
  const nearest = (x: number): number => clamp(Math.round((backward(x) - first) / step), 0, support.size - 1);
  return {
    category: false,
    size: support.size,
    encode,
    decode: (x) => support.at(nearest(x)),
    at: (index) => encode(support.at(index)),
    nearest,
    draw,
  };
}

function continuousScale(
  parameter: NumberParameter,
  backward: (x: number) => number,
): Omit<Scale, 'encode' | 'draw'> {
  const bounds = numericRange(parameter);
  return {
    category: false,
    size: Infinity,
    decode: (x) => clamp(backward(x), bounds.low, bounds.high),
    at: (index) => index,
    nearest: () => 0,
  };
}

/** The multiples of an unbounded quantised parameter that the unit interval spans. */
function spannedMultiples(parameter: NumberParameter): Support | null {
  if (parameter.distribution !== 'q_normal' && parameter.distribution !== 'q_log_normal') return null;
  const { low, high, log } = unitRange(parameter);
  const first = Math.ceil((log ? Math.exp(low) : low) / parameter.q);
  const last = Math.max(first, Math.floor((log ? Math.exp(high) : high) / parameter.q));
  return { size: last - first + 1, at: (index) => (first + index) * parameter.q + 0 };
}

/** Ends of the unit interval, in logarithms where `log`. */
function unitRange(parameter: NumberParameter): { low: number; high: number; log: boolean } {
  switch (parameter.distribution) {
    case 'normal':
    case 'q_normal':
    case 'log_normal':
    case 'q_log_normal': {
      const { mu, sigma } = parameter;
      return {
        low: mu - SPAN * sigma,
        high: mu + SPAN * sigma,
        log: parameter.distribution.endsWith('log_normal'),
      };
    }
    case 'beta':
    case 'q_beta':
      return { low: 0, high: 1, log: false };
    default: {
      const { low, high } = numericRange(parameter);
      const log = parameter.distribution.includes('log_') && low > 0;
      const [start, end] = log ? [Math.log(low), Math.log(high)] : [low, high];
      return { low: start, high: end > start ? end : start + 1, log };
    }
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
