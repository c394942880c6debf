/**
 * Picks the searcher for a request. Called by the orchestrator's suggestion activity and by `swath-ask-tell`; what comes
 * back is stored with the request before any trial starts.
 */
import type { SearchMethod } from '@swath/contracts';

import { suggestGaussianProcess } from './gaussian-process.js';
import { suggestGrid } from './grid.js';
import { prepare } from './problem.js';
import { suggestRandom } from './random.js';
import type { Searcher, SuggestRequest, SuggestResult } from './searcher.js';

/**
 * Suggests up to `request.count` points.
 *
 * @throws InvalidSpaceError, ConstraintError for a request that `validateSpace` would have refused
 */
export function suggest(request: SuggestRequest): SuggestResult {
  const problem = prepare(request);
  switch (request.method) {
    case 'grid':
      return suggestGrid(problem);
    case 'random':
    case 'sobol':
    case 'halton':
      return suggestRandom(problem, request.method);
    case 'bayes':
    case 'gp':
      return suggestGaussianProcess(problem);
    case 'tpe':
    case 'nsga2':
      return suggestRandom(problem, 'sobol');
  }
}

/** A searcher that answers every request with `method`. */
export function createSearcher(method: SearchMethod): Searcher {
  return { suggest: (request) => suggest({ ...request, method }) };
}
