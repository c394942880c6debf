/** Start options of the two workflows. Starting is always safe: running and successfully ended ones are left as they are. */
import { sweepIdOfTrial, sweepWorkflowId, trialWorkflowId } from '@swath/contracts';
import { TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowOptions } from '@temporalio/client';
import { sweepIdAttribute } from './names.js';

/**
 * A sweep's workflow task may replay up to 2,000 events after a worker restart; the server's default of 10 s is too short for
 * that on a busy machine.
 */
export function sweepOptions(sweepId: string, taskQueue: string): WorkflowOptions {
  return {
    ...idempotent(sweepId, taskQueue),
    workflowId: sweepWorkflowId(sweepId),
    workflowTaskTimeout: '60 seconds',
  };
}

/** Options of a trial's workflow. */
export function trialOptions(trialId: string, taskQueue: string): WorkflowOptions {
  return { ...idempotent(sweepIdOfTrial(trialId), taskQueue), workflowId: trialWorkflowId(trialId) };
}

/** A workflow that was terminated or failed may be started again; one that completed may not. */
function idempotent(sweepId: string, taskQueue: string) {
  return {
    taskQueue,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    workflowIdConflictPolicy: 'USE_EXISTING',
    typedSearchAttributes: new TypedSearchAttributes([{ key: sweepIdAttribute, value: sweepId }]),
  } as const;
}
