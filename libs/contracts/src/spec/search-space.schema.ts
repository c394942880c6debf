/**
 * The shape of each distribution as a user writes it, one schema per distribution. `read-parameters.ts` picks the schema
 * after inferring the distribution; the published JSON Schema offers them all.
 */
import { z } from 'zod';
import type { Distribution, Json } from '../search-space.js';
import { specDefaults } from './spec-limits.js';

/** Any JSON value, `null` included; only absence is refused. */
export const jsonValue = z.custom<Json>((value) => value !== undefined, { error: 'must be any JSON value' });

/** Activation condition: parameter path to one value or a list of values. */
const when = z
  .record(z.string(), jsonValue)
  .exactOptional()
  .describe('The parameter exists only if every named parameter has one of the listed values. Swath only.');

const finite = z.number();
const positive = z.number().gt(0);
const min = finite.describe('Lower bound.');
const max = finite.describe('Upper bound, above min.');
const exponentMin = finite.max(709).describe('Natural logarithm of the lower bound.');
const exponentMax = finite.max(709).describe('Natural logarithm of the upper bound.');
const q = positive.default(specDefaults.q).describe('Results are multiples of q.');
const mu = finite.default(specDefaults.mu).describe('Mean (of the logarithm, for log-normal).');
const sigma = positive
  .default(specDefaults.sigma)
  .describe('Standard deviation (of the logarithm, for log-normal).');
const shape = positive;

function named<const D extends Distribution>(name: D) {
  return z.literal(name);
}

/** Schema of each distribution. `distribution` is optional where W&B infers it. */
export const distributionSchemas = {
  constant: z
    .strictObject({ distribution: named('constant').default('constant'), value: jsonValue, when })
    .describe('One fixed value; not searched.'),
  categorical: z
    .strictObject({
      distribution: named('categorical').default('categorical'),
      values: z.array(jsonValue).min(1),
      when,
    })
    .describe('One of the values, each equally likely.'),
  categorical_w_probabilities: z
    .strictObject({
      distribution: named('categorical_w_probabilities').default('categorical_w_probabilities'),
      values: z.array(jsonValue).min(1),
      probabilities: z.array(z.number().min(0)).min(1),
      when,
    })
    .describe('One of the values with the given probabilities, which sum to 1.'),
  int_uniform: z
    .strictObject({
      distribution: named('int_uniform').default('int_uniform'),
      min: z.int(),
      max: z.int(),
      when,
    })
    .describe('Integers from min to max, both included.'),
  uniform: z
    .strictObject({ distribution: named('uniform').default('uniform'), min, max, when })
    .describe('Any number between min and max.'),
  q_uniform: z
    .strictObject({ distribution: named('q_uniform'), min, max, q, when })
    .describe('Uniform, rounded to multiples of q.'),
  log_uniform_values: z
    .strictObject({ distribution: named('log_uniform_values'), min: positive, max: positive, when })
    .describe('Uniform in the logarithm, between the values min and max.'),
  q_log_uniform_values: z
    .strictObject({ distribution: named('q_log_uniform_values'), min: positive, max: positive, q, when })
    .describe('log_uniform_values, rounded to multiples of q.'),
  inv_log_uniform_values: z
    .strictObject({ distribution: named('inv_log_uniform_values'), min: positive, max: positive, when })
    .describe('1/x is uniform in the logarithm.'),
  log_uniform: z
    .strictObject({ distribution: named('log_uniform'), min: exponentMin, max: exponentMax, when })
    .describe('Deprecated: exp(min) to exp(max). Use log_uniform_values.'),
  q_log_uniform: z
    .strictObject({ distribution: named('q_log_uniform'), min: exponentMin, max: exponentMax, q, when })
    .describe('Deprecated: log_uniform rounded to multiples of q. Use q_log_uniform_values.'),
  inv_log_uniform: z
    .strictObject({ distribution: named('inv_log_uniform'), min: exponentMin, max: exponentMax, when })
    .describe('Deprecated. Use inv_log_uniform_values.'),
  normal: z.strictObject({ distribution: named('normal'), mu, sigma, when }).describe('Normal; unbounded.'),
  q_normal: z
    .strictObject({ distribution: named('q_normal'), mu, sigma, q, when })
    .describe('Normal, rounded to multiples of q.'),
  log_normal: z
    .strictObject({ distribution: named('log_normal'), mu, sigma, when })
    .describe('The logarithm is normal.'),
  q_log_normal: z
    .strictObject({ distribution: named('q_log_normal'), mu, sigma, q, when })
    .describe('Log-normal, rounded to multiples of q.'),
  beta: z
    .strictObject({
      distribution: named('beta'),
      a: shape.default(specDefaults.a),
      b: shape.default(specDefaults.b),
      when,
    })
    .describe('Beta(a, b) on 0 to 1.'),
  q_beta: z
    .strictObject({
      distribution: named('q_beta'),
      a: shape.default(specDefaults.a),
      b: shape.default(specDefaults.b),
      q,
      when,
    })
    .describe('Beta(a, b), rounded to multiples of q.'),
} as const;

/** A leaf parameter whose shape is right, its conditions as written. */
export type LeafShape = z.infer<(typeof distributionSchemas)[Distribution]>;

/** Schema of a distribution. */
export function leafSchemaOf(distribution: Distribution): z.ZodType<LeafShape> {
  return distributionSchemas[distribution];
}

/** Names of all distributions. */
export const distributions: readonly Distribution[] = [
  'constant',
  'categorical',
  'categorical_w_probabilities',
  'int_uniform',
  'uniform',
  'q_uniform',
  'log_uniform_values',
  'q_log_uniform_values',
  'inv_log_uniform_values',
  'log_uniform',
  'q_log_uniform',
  'inv_log_uniform',
  'normal',
  'q_normal',
  'log_normal',
  'q_log_normal',
  'beta',
  'q_beta',
];

/** A group of parameters as a user writes it; its members are read one by one. */
export const groupSchema = z
  .strictObject({ parameters: z.record(z.string(), jsonValue), when })
  .describe('A group: its parameters are nested under its name in the run’s config.');

/** Names a parameter may have. */
export const parameterNamePattern = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
