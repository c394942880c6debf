/**
 * Moves values between the nested object of a trial and the flat list of a space, and decides which parameters are active.
 * Searchers work on assignments; `TrialParameters` go in and out.
 */
import type { Json, TrialParameters } from '@swath/contracts';

import { sameValue } from './equality.js';
import type { FlatParameter } from './flatten.js';

/** One value per parameter of the flat list; `undefined` where the parameter is inactive. */
export type Assignment = readonly (Json | undefined)[];

/** Whether parameter `index` exists, given the values of the parameters before it. */
export function isActive(flat: FlatParameter, values: Assignment): boolean {
  return flat.conditions.every((condition) => {
    const value = values[condition.parent];
    return value !== undefined && condition.values.some((allowed) => sameValue(allowed, value));
  });
}

/** Drops the values of inactive parameters. */
export function activePart(space: readonly FlatParameter[], values: Assignment): Assignment {
  const active: (Json | undefined)[] = [];
  space.forEach((flat, index) => {
    active.push(isActive(flat, active) ? values[index] : undefined);
  });
  return active;
}

/** Builds the nested parameters of a trial from active values. */
export function toParameters(space: readonly FlatParameter[], values: Assignment): TrialParameters {
  const root: Record<string, Json> = {};
  const groups = new Map<string, Record<string, Json>>([['', root]]);
  space.forEach((flat, index) => {
    const value = values[index];
    const name = flat.segments.at(-1);
    if (value === undefined || name === undefined) return;
    groupAt(groups, flat.segments.slice(0, -1))[name] = value;
  });
  return root;
}

function groupAt(
  groups: Map<string, Record<string, Json>>,
  segments: readonly string[],
): Record<string, Json> {
  const key = segments.map((segment) => `/${segment}`).join('');
  const known = groups.get(key);
  if (known) return known;
  const group: Record<string, Json> = {};
  const name = segments.at(-1);
  groups.set(key, group);
  if (name !== undefined) groupAt(groups, segments.slice(0, -1))[name] = group;
  return group;
}

/** Reads the values of a trial; `undefined` where a value is missing or its parameter inactive. */
export function fromParameters(space: readonly FlatParameter[], parameters: TrialParameters): Assignment {
  const values = rawValues(space, parameters);
  return space.some((flat) => flat.conditions.length > 0) ? activePart(space, values) : values;
}

/** Reads the values as they are given, conditions aside. */
export function rawValues(space: readonly FlatParameter[], parameters: TrialParameters): Assignment {
  return space.map((flat) => valueAt(parameters, flat.segments));
}

function valueAt(parameters: TrialParameters, segments: readonly string[]): Json | undefined {
  let value: Json | undefined = parameters;
  for (const segment of segments) {
    if (!isObject(value) || !Object.hasOwn(value, segment)) return undefined;
    value = value[segment];
  }
  return value;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
