/** Starts and signals sweep workflows. Every call may be repeated; a sweep that has ended is left alone. */
import type { SweepInput } from '@swath/workflows/messages';
import { sweepChanged, trialsDone, workflowTypes } from '@swath/workflows/messages';
import type { ControlClient } from './client.js';
import { unlessEnded } from './unless-ended.js';
import { sweepOptions } from './workflow-options.js';

/** Starts `sweep/<id>` unless it runs or has completed. `overrides` are for tests. */
export async function startSweep(
  { client, taskQueue }: ControlClient,
  sweepId: string,
  overrides: Omit<SweepInput, 'sweepId'> = {},
): Promise<void> {
  const input: SweepInput = { ...overrides, sweepId };
  await unlessEnded(
    client.workflow.start(workflowTypes.sweep, { ...sweepOptions(sweepId, taskQueue), args: [input] }),
  );
}

/** Tells a sweep that trials have closed; starts its workflow when it is missing. */
export async function signalTrialsDone(
  { client, taskQueue }: ControlClient,
  sweepId: string,
  trialIds: readonly string[],
): Promise<void> {
  await unlessEnded(
    client.workflow.signalWithStart(workflowTypes.sweep, {
      ...sweepOptions(sweepId, taskQueue),
      args: [{ sweepId } satisfies SweepInput],
      signal: trialsDone,
      signalArgs: [{ trialIds }],
    }),
  );
}

/** Tells a sweep that its state, window or limits have changed; starts its workflow when it is missing. */
export async function signalSweepChanged(
  { client, taskQueue }: ControlClient,
  sweepId: string,
): Promise<void> {
  await unlessEnded(
    client.workflow.signalWithStart(workflowTypes.sweep, {
      ...sweepOptions(sweepId, taskQueue),
      args: [{ sweepId } satisfies SweepInput],
      signal: sweepChanged,
    }),
  );
}
