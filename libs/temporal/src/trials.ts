/** Starts and signals trial workflows. Every call may be repeated: a workflow for a closed trial ends at once. */
import pMap from 'p-map';
import type { TrialInput } from '@swath/workflows/messages';
import { attemptEnded, workflowTypes } from '@swath/workflows/messages';
import type { ControlClient } from './client.js';
import { trialOptions } from './workflow-options.js';

/** Start calls in flight at once: enough to hide the round trip, too few to crowd out the workers' polls. */
const STARTS_AT_ONCE = 10;

/** Starts `trial/<id>` of each trial unless it runs, ten at a time. `overrides` are for tests. */
export async function startTrials(
  { client, taskQueue }: ControlClient,
  trialIds: readonly string[],
  overrides: Omit<TrialInput, 'trialId'> = {},
): Promise<void> {
  await pMap(
    trialIds,
    async (trialId) => {
      const input: TrialInput = { ...overrides, trialId };
      await client.workflow.start(workflowTypes.trial, {
        ...trialOptions(trialId, taskQueue),
        args: [input],
      });
    },
    { concurrency: STARTS_AT_ONCE },
  );
}

/** Tells a trial that an attempt has ended; starts its workflow when it is missing. */
export async function signalAttemptEnded(
  { client, taskQueue }: ControlClient,
  trialId: string,
  attempt: number,
): Promise<void> {
  await client.workflow.signalWithStart(workflowTypes.trial, {
    ...trialOptions(trialId, taskQueue),
    args: [{ trialId } satisfies TrialInput],
    signal: attemptEnded,
    signalArgs: [{ attempt }],
  });
}
