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

/** The two ends of the bound, in the unit of the predictions. */
export interface ConfidenceEnds {
  /** Value the optimum is not expected to beat. */
  readonly optimistic: number;
  /** Value that the best evaluated point is expected to reach at least. */
  readonly pessimistic: number;
}

/** Best optimistic value anywhere and best pessimistic value of an evaluated point. */
export function confidenceEnds(input: RegretBoundInput): ConfidenceEnds {
  const { direction, evaluated, candidates } = input;
  const width = Math.sqrt(confidenceWidth(input.dimensions, evaluated.means.length, input.delta));
  const sign = direction === 'minimize' ? -1 : 1;
  const best = ({ means, deviations }: Predictions, side: number) =>
    means.reduce(
      (top, mean, i) => Math.max(top, sign * mean + side * width * (deviations[i] ?? NaN)),
      -Infinity,
    );
  return {
    optimistic: sign * Math.max(best(evaluated, 1), best(candidates, 1)),
    pessimistic: sign * best(evaluated, -1),
  };
}

/**
 * Upper bound of the regret of the best evaluated point, in the unit of the predictions: the optimistic value of the best point
 * anywhere less the pessimistic value of the best evaluated one. At least 0, since no point is worse than it is pessimistic.
 */
export function regretBound(input: RegretBoundInput): number {
  const { optimistic, pessimistic } = confidenceEnds(input);
  return Math.abs(optimistic - pessimistic);
}

/**
 * Stops when the regret can no longer exceed `below`, for instance the metric's noise.
 *
 * @param bound  as `regretBound` gives it, in the objective's units; null while nothing was evaluated
 */
export function regretBoundBelow(below: number, bound: number | null): TerminationVerdict {
  return {
    criterion: 'regret_bound',
    stop: bound !== null && bound < below,
    bound,
    threshold: below,
  };
}
