/** Names that clients, servers and set-up scripts must agree on. Workflow ids are made in `@swath/contracts`. */
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export { CONTROL_TASK_QUEUE } from '@swath/workflows/messages';

/** Namespace of all workflows unless `SWATH_TEMPORAL_NAMESPACE` says otherwise. */
export const DEFAULT_NAMESPACE = 'swath';

/** Which sweep a workflow belongs to: the one search attribute, because each costs an index entry per workflow. */
export const sweepIdAttribute = defineSearchAttributeKey('SweepId', SearchAttributeType.KEYWORD);
