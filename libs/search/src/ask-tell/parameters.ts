/**
 * Reads a W&B `parameters` object of the ask/tell protocol into a search space, inferring distributions as W&B does. Called
 * when a study starts; `validateSpace` checks the result.
 *
 * @source `sweeps` 0.2.0, `schema.py::fill_parameter`.
 */
import type { Json, Parameter, SearchSpace } from '@swath/contracts';

import type { SpaceProblem } from '../space/flatten.js';
import { InvalidSpaceError } from '../space/flatten.js';

interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * The search space of a `parameters` object.
 *
 * @throws InvalidSpaceError naming each parameter that cannot be read
 */
export function readParameters(raw: Json | undefined): SearchSpace {
  const problems: SpaceProblem[] = [];
  const space = readGroup(raw, '', problems);
  if (problems.length > 0) throw new InvalidSpaceError(problems);
  return space;
}

function readGroup(raw: Json | undefined, prefix: string, problems: SpaceProblem[]): SearchSpace {
  if (!isObject(raw)) {
    problems.push({ path: prefix || 'space', message: 'must be an object of parameters' });
    return {};
  }
  const space: Record<string, Parameter> = {};
  for (const [name, value] of Object.entries(raw)) {
    const path = prefix + name;
    const parameter = isObject(value) ? readParameter(value, path, problems) : null;
    if (parameter) space[name] = parameter;
    else
      problems.push({
        path,
        message: 'must have value, values, min and max, parameters, or a known distribution',
      });
  }
  return space;
}

function readParameter(raw: JsonObject, path: string, problems: SpaceProblem[]): Parameter | null {
  const when = readWhen(raw['when']);
  const condition = when === undefined ? {} : { when };
  if (raw['parameters'] !== undefined) {
    return { parameters: readGroup(raw['parameters'], `${path}.`, problems), ...condition };
  }
  const leaf = readLeaf(raw, distributionOf(raw));
  return leaf && { ...leaf, ...condition };
}

function distributionOf(raw: JsonObject): string {
  if (typeof raw['distribution'] === 'string') return raw['distribution'];
  if ('value' in raw) return 'constant';
  if ('values' in raw) return 'probabilities' in raw ? 'categorical_w_probabilities' : 'categorical';
  return Number.isInteger(raw['min']) && Number.isInteger(raw['max']) ? 'int_uniform' : 'uniform';
}

function readLeaf(raw: JsonObject, distribution: string): Parameter | null {
  switch (distribution) {
    case 'constant':
      return raw['value'] === undefined ? null : { distribution, value: raw['value'] };
    case 'categorical': {
      const values = listOf(raw['values']);
      return values && { distribution, values };
    }
    case 'categorical_w_probabilities': {
      const values = listOf(raw['values']);
      const probabilities = listOf(raw['probabilities'])?.filter((p) => typeof p === 'number');
      return values && probabilities ? { distribution, values, probabilities } : null;
    }
    case 'int_uniform':
    case 'uniform':
    case 'log_uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform':
    case 'inv_log_uniform_values': {
      const bounds = boundsOf(raw);
      return bounds && { distribution, ...bounds };
    }
    case 'q_uniform':
    case 'q_log_uniform':
    case 'q_log_uniform_values': {
      const bounds = boundsOf(raw);
      return bounds && { distribution, ...bounds, q: numberOr(raw['q'], 1) };
    }
    default:
      return readUnbounded(raw, distribution);
  }
}

function readUnbounded(raw: JsonObject, distribution: string): Parameter | null {
  const mu = numberOr(raw['mu'], 0);
  const sigma = numberOr(raw['sigma'], 1);
  const a = numberOr(raw['a'], 1);
  const b = numberOr(raw['b'], 1);
  const q = numberOr(raw['q'], 1);
  switch (distribution) {
    case 'normal':
    case 'log_normal':
      return { distribution, mu, sigma };
    case 'q_normal':
    case 'q_log_normal':
      return { distribution, mu, sigma, q };
    case 'beta':
      return { distribution, a, b };
    case 'q_beta':
      return { distribution, a, b, q };
    default:
      return null;
  }
}

function readWhen(raw: Json | undefined): Record<string, readonly Json[]> | undefined {
  if (!isObject(raw)) return undefined;
  return Object.fromEntries(Object.entries(raw).map(([path, values]) => [path, listOf(values) ?? [values]]));
}

function boundsOf(raw: JsonObject): { min: number; max: number } | null {
  const min = boundOf(raw['min']);
  const max = boundOf(raw['max']);
  return min === null || max === null ? null : { min, max };
}

/** A text is a number that was not written as an integer: `1e-3` in YAML, `0.0` in a request. */
function boundOf(raw: Json | undefined): number | null {
  if (typeof raw === 'number') return raw;
  return typeof raw === 'string' && raw.trim() !== '' && Number.isFinite(Number(raw)) ? Number(raw) : null;
}

function listOf(raw: Json | undefined): readonly Json[] | null {
  return Array.isArray(raw) ? raw : null;
}

function numberOr(raw: Json | undefined, fallback: number): number {
  return typeof raw === 'number' ? raw : fallback;
}

function isObject(raw: Json | undefined): raw is JsonObject {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}
