/**
 * What may vary in a sweep: the resolved form of the `parameters` section, after the distribution of each parameter
 * has been inferred as W&B infers it. `sweep-spec.ts` parses user input into these types; `@swath/search` samples them.
 */

/** Any JSON value. Parameter values are compared by type and value: `false`, `0`, `""` and `null` are four different values. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Values of the trial's parameters, nested as the space nests them; what the training run receives as its config. */
export type TrialParameters = { readonly [name: string]: Json };

/**
 * Activation condition: the parameter exists only if every named parameter (dotted path from the root of the space) is
 * itself active and has one of the listed values.
 */
export type When = { readonly [parameterPath: string]: readonly Json[] };

interface Conditional {
  readonly when?: When;
}

/** One fixed value; not searched. */
export interface ConstantParameter extends Conditional {
  readonly distribution: 'constant';
  readonly value: Json;
}

/** Uniform over `values`, at least one. */
export interface CategoricalParameter extends Conditional {
  readonly distribution: 'categorical';
  readonly values: readonly Json[];
}

/** `values[i]` with probability `probabilities[i]`; same length, non-negative, sum 1. */
export interface WeightedCategoricalParameter extends Conditional {
  readonly distribution: 'categorical_w_probabilities';
  readonly values: readonly Json[];
  readonly probabilities: readonly number[];
}

/** Integers from `min` to `max`, both included. */
export interface IntUniformParameter extends Conditional {
  readonly distribution: 'int_uniform';
  readonly min: number;
  readonly max: number;
}

/**
 * Bounded continuous parameters. For `log_uniform`, `inv_log_uniform` (W&B's deprecated first version) the bounds are
 * natural-log exponents; for the `*_values` forms they are the values themselves and `min > 0`.
 */
export interface BoundedParameter extends Conditional {
  readonly distribution:
    'uniform' | 'log_uniform' | 'log_uniform_values' | 'inv_log_uniform' | 'inv_log_uniform_values';
  readonly min: number;
  readonly max: number;
}

/** The bounded parameters quantised: `round(x / q) * q`, `q > 0`. Results are integers when `q` is an integer. */
export interface QuantizedBoundedParameter extends Conditional {
  readonly distribution: 'q_uniform' | 'q_log_uniform' | 'q_log_uniform_values';
  readonly min: number;
  readonly max: number;
  readonly q: number;
}

/** Normal, or log-normal with `mu` and `sigma` of the logarithm. Unbounded. */
export interface NormalParameter extends Conditional {
  readonly distribution: 'normal' | 'log_normal';
  readonly mu: number;
  readonly sigma: number;
}

/** Quantised normal or log-normal. */
export interface QuantizedNormalParameter extends Conditional {
  readonly distribution: 'q_normal' | 'q_log_normal';
  readonly mu: number;
  readonly sigma: number;
  readonly q: number;
}

/** Beta(a, b) on [0, 1]. */
export interface BetaParameter extends Conditional {
  readonly distribution: 'beta';
  readonly a: number;
  readonly b: number;
}

/** Quantised beta. */
export interface QuantizedBetaParameter extends Conditional {
  readonly distribution: 'q_beta';
  readonly a: number;
  readonly b: number;
  readonly q: number;
}

/** A group of parameters: the run's config nests them under the group's name. */
export interface NestedParameters extends Conditional {
  readonly parameters: SearchSpace;
}

/** A parameter that has a value of its own. */
export type LeafParameter =
  | ConstantParameter
  | CategoricalParameter
  | WeightedCategoricalParameter
  | IntUniformParameter
  | BoundedParameter
  | QuantizedBoundedParameter
  | NormalParameter
  | QuantizedNormalParameter
  | BetaParameter
  | QuantizedBetaParameter;

/** A parameter or a group of them. */
export type Parameter = LeafParameter | NestedParameters;

/** Name of each distribution. */
export type Distribution = LeafParameter['distribution'];

/** Parameters by name, in the order of the spec. */
export type SearchSpace = { readonly [name: string]: Parameter };

/** Whether a parameter is a group of parameters. */
export function isNested(parameter: Parameter): parameter is NestedParameters {
  return 'parameters' in parameter;
}
