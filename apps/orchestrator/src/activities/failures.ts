/** Turns what an activity threw into what Temporal should do: try again, or tell the workflow that no retry helps. */
import { ApplicationFailure } from '@temporalio/activity';
import { DomainError, errorCatalogue } from '@swath/contracts';
import { SuggestionError } from '../suggest/suggest-pool.js';

/** Runs an activity's body; permanent failures become non-retryable, everything else is retried by the table in `timeouts.ts`. */
export async function withFailures<Result>(body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    throw toFailure(error);
  }
}

/** The failure to report for an error. */
export function toFailure(error: unknown): unknown {
  if (error instanceof DomainError && !errorCatalogue[error.code].retryable) {
    return ApplicationFailure.nonRetryable(error.message, error.code);
  }
  if (error instanceof SuggestionError) {
    return ApplicationFailure.nonRetryable(error.message, 'search/failed');
  }
  return error;
}
