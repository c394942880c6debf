/**
 * Terminator on an upper bound of the simple regret: how much better than the best trial the optimum can still be, as far as the
 * model knows. The predictions come in as arrays, so any surrogate will do.
 *
 * @source Makarova et al., "Automatic Termination for Hyperparameter Optimization", AutoML 2022, equation 3; constants as in
 *   Optuna's `RegretBoundEvaluator`: beta = 2·ln(d·n²·pi² / (6·delta)) / 5. Symbols: d = searched parameters, n = evaluated points.
 *   Differs: the caller chooses the points; Optuna takes the best half of the trials, at least 20, and 2,048 random candidates.
 */
import type { Direction } from '../objective/compare.js';
import type { TerminationVerdict } from './verdict.js';

/** Predictions at some points: equally long arrays, natural units. */
export interface Predictions {
  readonly means: readonly number[];
  /** Posterior standard deviations, at least 0. */
  readonly deviations: readonly number[];
}

/** What the bound is computed from. */
export interface RegretBoundInput {
  readonly direction: Direction;
  /** At the evaluated points, at least one. */
  readonly evaluated: Predictions;
  /** At points spread over the whole space. */
  readonly candidates: Predictions;
  /** Number of searched parameters, at least 1. */
  readonly dimensions: number;
  /** Probability that the bound fails; default 0.1. */
  readonly delta?: number;
}

/** Width of the confidence band in standard deviations, squared: beta. */
export function confidenceWidth(dimensions: number, evaluated: number, delta = 0.1): number {
  return (2 * Math.log((dimensions * evaluated ** 2 * Math.PI ** 2) / 6 / delta)) / 5;
}

/**
 * Upper bound of the regret of the best evaluated point, in the objective's units: the optimistic value of the best point anywhere
 * less the pessimistic value of the best evaluated one. At least 0, since an evaluated point is as optimistic as it is pessimistic.
 */
export function regretBound(input: RegretBoundInput): number {
  const { direction, evaluated, candidates } = input;
  const width = Math.sqrt(confidenceWidth(input.dimensions, evaluated.means.length, input.delta));
  const sign = direction === 'minimize' ? -1 : 1;
  const highest = ({ means, deviations }: Predictions, side: number) =>
    means.reduce(
      (best, mean, i) => Math.max(best, sign * mean + side * width * (deviations[i] ?? NaN)),
      -Infinity,
    );
  return Math.max(highest(evaluated, 1), highest(candidates, 1)) - highest(evaluated, -1);
}

/** Stops when the regret can no longer exceed `below`, in the objective's units, for instance the metric's noise. */
export function regretBoundBelow(below: number, input: RegretBoundInput): TerminationVerdict {
  const bound = input.evaluated.means.length === 0 ? null : regretBound(input);
  return {
    criterion: 'regret_bound',
    stop: bound !== null && bound < below,
    bound,
    threshold: below,
  };
}
