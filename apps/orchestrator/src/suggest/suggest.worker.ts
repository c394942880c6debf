/** Runs in a worker thread of the `SuggestPool`: one searcher call, plain JSON in and out. */
import { suggest } from '@swath/search';
import type { SuggestRequest, SuggestResult } from '@swath/search';

/** The task of the pool. Piscina finds it by this name. */
export function runSuggest(request: SuggestRequest): SuggestResult {
  return suggest(request);
}
