/** Starts and signals sweep workflows. Every call may be repeated; a sweep that has ended is left alone. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SweepInput } from '@swath/workflows/messages';
import { sweepChanged, trialsDone, workflowTypes } from '@swath/workflows/messages';
import type { ControlClient } from './client.js';
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

/** The one refusal that counts as success: the sweep's workflow has completed. */
async function unlessEnded(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
