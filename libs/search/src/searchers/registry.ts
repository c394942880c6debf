/**
 * Picks the searcher for a request. Called by the orchestrator's suggestion activity and by `swath-ask-tell`; what comes
 * back is stored with the request before any trial starts.
 */
import type { SearchMethod } from '@swath/contracts';

import { chooseSearcher } from './bayes.js';
import { suggestGaussianProcess } from './gaussian-process.js';
import { suggestGrid } from './grid.js';
import { suggestNsga2 } from './nsga2.js';
import type { SearchProblem } from './problem.js';
import { prepare } from './problem.js';
import { suggestRandom } from './random.js';
import type { Searcher, SuggestRequest, SuggestResult } from './searcher.js';
import { suggestTpe } from './tpe.js';

/**
 * Suggests up to `request.count` points.
 *
 * @throws InvalidSpaceError, ConstraintError for a request that `validateSpace` would have refused
 */
export function suggest(request: SuggestRequest): SuggestResult {
  const problem = prepare(request);
  if (request.method !== 'bayes') return suggestBy(request.method, problem);
  const { method, reason } = chooseSearcher(problem);
  const result = suggestBy(method, problem);
  const suggestions = result.suggestions.map(({ parameters, info }) => ({
    parameters,
    info: { ...info, reason: `${info.reason}; ${info.searcher} because of ${reason}` },
  }));
  return { ...result, suggestions };
}

function suggestBy(method: Exclude<SearchMethod, 'bayes'>, problem: SearchProblem): SuggestResult {
  switch (method) {
    case 'grid':
      return suggestGrid(problem);
    case 'random':
    case 'sobol':
    case 'halton':
      return suggestRandom(problem, method);
    case 'gp':
      return suggestGaussianProcess(problem);
    case 'tpe':
      return suggestTpe(problem);
    case 'nsga2':
      return suggestNsga2(problem);
  }
}

/** A searcher that answers every request with `method`. */
export function createSearcher(method: SearchMethod): Searcher {
  return { suggest: (request) => suggest({ ...request, method }) };
}
