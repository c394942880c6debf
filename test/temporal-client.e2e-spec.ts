// libs/temporal against a real server: what is idempotent, what a missing namespace needs, what the reconciler sees.
import { randomBytes } from 'node:crypto';
import { sweepWorkflowId, trialIdOf, trialWorkflowId } from '@swath/contracts';
import {
  createControlClient,
  ensureNamespace,
  runningWorkflowIds,
  signalAttemptEnded,
  signalSweepChanged,
  signalTrialsDone,
  startSweep,
  startTrials,
} from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import { testTemporalAddress } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

let control: ControlClient;
const sweepId = 'sw_clientte';

beforeAll(async () => {
  const namespace = `test-${randomBytes(4).toString('hex')}`;
  control = createControlClient({ address: testTemporalAddress(), namespace, taskQueue: 'nobody' });
  // A new namespace reaches the server's caches within seconds; until then its calls fail.
  const patience = { timeout: 60_000, interval: 250 };
  await vi.waitFor(() => ensureNamespace(control), patience);
  await vi.waitFor(() => startSweep(control, sweepId), patience);
});

afterAll(() => control.connection.close());

async function eventsOf(workflowId: string): Promise<(string | undefined)[]> {
  const { events } = await control.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).map((event) => Object.keys(event).find((key) => key.endsWith('EventAttributes')));
}

function signals(events: readonly (string | undefined)[]): number {
  return events.filter((name) => name === 'workflowExecutionSignaledEventAttributes').length;
}

describe('libs/temporal', () => {
  it('creates a namespace with its search attribute once, and leaves it alone after that', async () => {
    await ensureNamespace(control);
    const { customAttributes } = await control.connection.operatorService.listSearchAttributes({
      namespace: control.client.options.namespace,
    });
    expect(customAttributes).toHaveProperty('SweepId');
  });

  it('starts a sweep once, with the workflow task timeout that a long replay needs', async () => {
    const before = await control.client.workflow.getHandle(sweepWorkflowId(sweepId)).describe();
    await startSweep(control, sweepId);
    const after = await control.client.workflow.getHandle(sweepWorkflowId(sweepId)).describe();
    expect(after.runId).toBe(before.runId);
    expect(Number(after.raw.executionConfig?.defaultWorkflowTaskTimeout?.seconds)).toBe(20);
  });

  it('signals a running sweep and starts a missing one', async () => {
    await signalSweepChanged(control, sweepId);
    await signalTrialsDone(control, sweepId, [trialIdOf(sweepId, 1)]);
    expect(signals(await eventsOf(sweepWorkflowId(sweepId)))).toBe(2);
    await signalTrialsDone(control, 'sw_missing1', ['tr_missing1-1']);
    expect(signals(await eventsOf(sweepWorkflowId('sw_missing1')))).toBe(1);
  });

  it('starts many trials, and again without harm', async () => {
    const trialIds = Array.from({ length: 25 }, (_, index) => trialIdOf(sweepId, index + 1));
    await startTrials(control, trialIds);
    await startTrials(control, trialIds);
    await signalAttemptEnded(control, trialIds[0] ?? '', 1);
    const events = await eventsOf(trialWorkflowId(trialIds[0] ?? ''));
    expect(events[0]).toBe('workflowExecutionStartedEventAttributes');
    expect(signals(events)).toBe(1);
    const running = await vi.waitFor(
      async () => {
        const ids = await runningWorkflowIds(control, 'trial');
        expect(ids.size).toBe(25);
        return ids;
      },
      { timeout: 30_000, interval: 100 },
    );
    expect([...running].sort()).toEqual(trialIds.map(trialWorkflowId).sort());
  });

  it('starts a terminated workflow again', async () => {
    const handle = control.client.workflow.getHandle(sweepWorkflowId(sweepId));
    const { runId } = await handle.describe();
    await handle.terminate('test');
    await startSweep(control, sweepId);
    expect((await handle.describe()).runId).not.toBe(runId);
  });
});
