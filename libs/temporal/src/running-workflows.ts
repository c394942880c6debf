/** Which workflows Temporal runs, for the reconciler. Visibility lags by a moment, so a missing id is a hint, not a proof. */
import { workflowTypes } from '@swath/workflows/messages';
import type { ControlClient } from './client.js';

/** Ids of the running workflows of one type. */
export async function runningWorkflowIds(
  { client, taskQueue }: ControlClient,
  type: keyof typeof workflowTypes,
): Promise<Set<string>> {
  const query = `ExecutionStatus = 'Running' AND WorkflowType = '${workflowTypes[type]}' AND TaskQueue = '${taskQueue}'`;
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ query, pageSize: 1000 })) ids.add(workflowId);
  return ids;
}
