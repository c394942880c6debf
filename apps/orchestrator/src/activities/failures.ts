/** Turns what an activity threw into what Temporal should do: try again, or tell the workflow that no retry helps. */
import { activityInfo, ApplicationFailure } from '@temporalio/activity';
import { Logger } from '@nestjs/common';
import { DomainError, errorCatalogue } from '@swath/contracts';
import { SuggestionError } from '../suggest/suggest-pool.js';

/** Of the tries of an activity that keeps failing, the first is logged and then one in this many. */
const LOG_EVERY = 20;

const logger = new Logger('Activities');

/** Runs an activity's body; permanent failures become non-retryable, everything else is retried by the table in `timeouts.ts`. */
export async function withFailures<Result>(body: () => Promise<Result>): Promise<Result> {
  try {
    return await body();
  } catch (error) {
    const { activityType, attempt, workflowExecution } = activityInfo();
    if (attempt % LOG_EVERY === 1) {
      const workflow = workflowExecution?.workflowId;
      logger.warn({ message: 'failed', activityType, workflow, attempt, error: String(error) });
    }
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
