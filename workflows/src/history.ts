/** When a workflow run should hand over to a new one. Called between two rounds, when nothing is pending. */
import { workflowInfo } from '@temporalio/workflow';
import { HISTORY_THRESHOLD } from './timeouts.js';

/** Whether the server suggests continue-as-new or the history has more events than `threshold` (default 2,000). */
export function isHistoryLong(threshold = HISTORY_THRESHOLD): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  return continueAsNewSuggested || historyLength > threshold;
}
