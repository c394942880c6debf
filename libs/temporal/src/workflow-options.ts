/** Start options of the two workflows. Starting is always safe: a running one is left as it is. */
import { sweepIdOfTrial, sweepWorkflowId, trialWorkflowId } from '@swath/contracts';
import { TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowOptions } from '@temporalio/client';
import { sweepIdAttribute } from './names.js';

/**
 * Options of a sweep's workflow. It may be started again after it was terminated or failed, not after it completed: a sweep ends
 * once. Its workflow task may replay 2,000 events after a worker restart, for which the server's default of 10 s is too short on
 * a busy machine; a task whose delivery was lost, or whose orchestrator was killed, idles the sweep for as long (ADR 0010).
 */
export function sweepOptions(sweepId: string, taskQueue: string): WorkflowOptions {
  return {
    ...common(sweepId, taskQueue),
    workflowId: sweepWorkflowId(sweepId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    workflowTaskTimeout: '20 seconds',
  };
}

/**
 * Options of a trial's workflow. It may be started again after it completed, because a failed trial may be requeued; one started
 * by a late duplicate sees that the trial is closed and ends at once.
 */
export function trialOptions(trialId: string, taskQueue: string): WorkflowOptions {
  return {
    ...common(sweepIdOfTrial(trialId), taskQueue),
    workflowId: trialWorkflowId(trialId),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  };
}

function common(sweepId: string, taskQueue: string) {
  return {
    taskQueue,
    workflowIdConflictPolicy: 'USE_EXISTING',
    typedSearchAttributes: new TypedSearchAttributes([{ key: sweepIdAttribute, value: sweepId }]),
  } as const;
}
