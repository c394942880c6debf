/** The one answer that counts as success beside success itself: the workflow has completed. PostgreSQL knows its result. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

/** Waits for a start call; an already completed workflow is no failure. */
export async function unlessEnded(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
