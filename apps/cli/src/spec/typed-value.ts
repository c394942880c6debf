// Values of NAME=VALUE arguments: JSON where the text is JSON, else the text itself. Used by `sweep enqueue` and `api -f`.
import type { Json } from '@swath/contracts';
import { usageError } from '../output/cli-error.js';

/** `0.01`, `true`, `null`, `[1,2]` as what they are in JSON; anything else as text. */
export function typedValue(text: string): Json {
  try {
    return asJson(JSON.parse(text));
  } catch {
    return text;
  }
}

function asJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value)) return value.map(asJson);
  const fields: Readonly<Record<string, unknown>> = { ...(typeof value === 'object' ? value : {}) };
  return Object.fromEntries(Object.entries(fields).map(([name, inner]) => [name, asJson(inner)]));
}

/** Sets a value inside nested objects. @throws CliError `cli/usage` when a name on the way has a value already */
export function assignPath(target: Record<string, Json>, path: readonly string[], value: Json): void {
  const [name = '', ...rest] = path;
  if (name === '' || name === '__proto__') throw usageError(`"${path.join('.')}" has no usable name`);
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const before = Object.hasOwn(target, name) ? target[name] : {};
  if (before === undefined || !isObject(before)) {
    throw usageError(`"${name}" has a value already and cannot have "${rest.join('.')}" as well`);
  }
  const inner = { ...before };
  assignPath(inner, rest, value);
  target[name] = inner;
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
