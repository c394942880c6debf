/**
 * Where searchers run. Fitting a model takes seconds of pure computation, which would stop heartbeats and polls on the main
 * thread, so it happens in worker threads; methods without a model answer in microseconds and stay here.
 */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { suggest } from '@swath/search';
import type { SuggestRequest, SuggestResult } from '@swath/search';

type SearchMethod = SuggestRequest['method'];

const MODEL_FREE: ReadonlySet<SearchMethod> = new Set(['grid', 'random', 'sobol', 'halton']);

/** A searcher threw. It is a pure function, so asking again gives the same: no retry helps. */
export class SuggestionError extends Error {
  constructor(method: SearchMethod, cause: unknown) {
    super(`The ${method} searcher failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'SuggestionError';
  }
}

/** Settings of the pool. */
export interface SuggestPoolOptions {
  /** Module that exports `runSuggest`; default: the worker of this app, as built. */
  readonly filename?: string;
  /** Threads at most; default: one per core but one, at least one. */
  readonly threads?: number;
}

/** Answers suggestion requests, fits in worker threads. */
export class SuggestPool {
  private readonly pool: Piscina<SuggestRequest, SuggestResult>;

  constructor({ filename, threads }: SuggestPoolOptions = {}) {
    this.pool = new Piscina({
      filename: filename ?? fileURLToPath(new URL('./suggest.worker.js', import.meta.url)),
      name: 'runSuggest',
      minThreads: 0,
      maxThreads: threads ?? Math.max(1, availableParallelism() - 1),
      // A sweep asks again within seconds; a thread that nobody needs for a minute gives its memory back.
      idleTimeout: 60_000,
    });
  }

  /**
   * Asks the searcher of the request.
   *
   * @param signal  ends the thread's work when the caller gave up
   * @throws SuggestionError when the searcher threw
   */
  async suggest(request: SuggestRequest, signal?: AbortSignal): Promise<SuggestResult> {
    if (MODEL_FREE.has(request.method)) return attempt(request);
    try {
      return await this.pool.run(request, signal === undefined ? {} : { signal });
    } catch (error) {
      if (signal?.aborted === true || isThreadLoss(error)) throw error;
      throw new SuggestionError(request.method, error);
    }
  }

  /** Ends the threads. Requests under way fail; whoever asked asks again elsewhere. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

function attempt(request: SuggestRequest): SuggestResult {
  try {
    return suggest(request);
  } catch (error) {
    throw new SuggestionError(request.method, error);
  }
}

/** The thread ended (out of memory, pool closed): the request may succeed in another. */
function isThreadLoss(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && String(error.code).startsWith('ERR_WORKER')) ||
      /terminating worker thread|worker.*exited/i.test(error.message))
  );
}
