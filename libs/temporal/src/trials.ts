/** Starts and signals trial workflows. Every call may be repeated; a trial that has closed is left alone. */
import pMap from 'p-map';
import type { TrialInput } from '@swath/workflows/messages';
import { attemptEnded, workflowTypes } from '@swath/workflows/messages';
import type { ControlClient } from './client.js';
import { unlessEnded } from './unless-ended.js';
import { trialOptions } from './workflow-options.js';

/** Start calls in flight at once: enough to hide the round trip, too few to crowd out the workers' polls. */
const STARTS_AT_ONCE = 10;

/** How to start trials. */
export interface StartTrialsOptions {
  /** They may have missed signals: look at PostgreSQL first. Default false. */
  readonly lookFirst?: boolean;
  /**
   * Hand the first workflow task back to the calling worker. Only for calls through the client of an activity, whose
   * connection the worker polls on. Default false.
   */
  readonly eager?: boolean;
  /** Milliseconds between two unprompted looks; default 5 minutes. For tests. */
  readonly rereadMs?: number;
}

/** Starts `trial/<id>` of each trial unless it runs or has completed, ten at a time. */
export async function startTrials(
  { client, taskQueue }: ControlClient,
  trialIds: readonly string[],
  { eager = false, ...overrides }: StartTrialsOptions = {},
): Promise<void> {
  await pMap(
    trialIds,
    async (trialId) => {
      const input: TrialInput = { ...overrides, trialId };
      await unlessEnded(
        client.workflow.start(workflowTypes.trial, {
          ...trialOptions(trialId, taskQueue),
          args: [input],
          requestEagerStart: eager,
        }),
      );
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
  await unlessEnded(
    client.workflow.signalWithStart(workflowTypes.trial, {
      ...trialOptions(trialId, taskQueue),
      args: [{ trialId } satisfies TrialInput],
      signal: attemptEnded,
      signalArgs: [{ attempt }],
    }),
  );
}
