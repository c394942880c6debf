/**
 * `method: bayes`: chooses the model-based searcher for a request, by rules a user can read in each suggestion's `info`.
 */
import type { SearchMethod } from '@swath/contracts';

import type { SearchProblem } from './problem.js';

/** Beyond these a Gaussian process is slower than it is better. */
const MOST_TRIALS = 5000;
const MOST_PARAMETERS = 60;
const MOST_PARALLEL = 64;
/** Beyond it random weightings of objectives cover a Pareto front too thinly. */
const MOST_SCALARISED = 3;

/** The searcher for a request, and why. */
export function chooseSearcher(problem: SearchProblem): {
  readonly method: Exclude<SearchMethod, 'bayes'>;
  readonly reason: string;
} {
  const { request, history, space } = problem;
  if (request.objectives.length > MOST_SCALARISED) {
    return { method: 'nsga2', reason: `more than ${MOST_SCALARISED} objectives` };
  }
  if (history.length > MOST_TRIALS) return { method: 'tpe', reason: `more than ${MOST_TRIALS} trials` };
  if (space.length > MOST_PARAMETERS)
    return { method: 'tpe', reason: `more than ${MOST_PARAMETERS} parameters` };
  if ((request.parallel ?? 1) >= MOST_PARALLEL) {
    return { method: 'tpe', reason: `${MOST_PARALLEL} or more trials at once` };
  }
  return { method: 'gp', reason: 'the most exact model for this many trials and parameters' };
}
