/**
 * Equality of parameter values and the canonical key of a trial's parameters. The database makes
 * (sweep, canonical parameters, replicate) unique with it, and searchers never propose the same key twice.
 */
import type { Json, TrialParameters } from '@swath/contracts';

/** Whether two values are the same point: same type and same value; object keys in any order, `-0` is `0`. */
export function sameValue(a: Json, b: Json): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return canonicalJson(a) === canonicalJson(b);
}

/**
 * Key of a trial's parameters: equal exactly when all values are. Types count (`1` is not `"1"` or `true`), key order does
 * not, and integral floats equal integers (`3.0` is `3`, as in W&B).
 */
export function canonicalParameters(parameters: TrialParameters): string {
  return canonicalJson(parameters);
}

function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value === 0 ? 0 : value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
