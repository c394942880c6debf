// Both workflows on a real Temporal server, with the ports in memory: what they ask for, in which cases, and that nothing is lost. With
// SWATH_RECORD_HISTORIES=1 it also writes the histories that the replay tests check (workflows/README.md says when to do that).
import { mkdirSync, writeFileSync } from 'node:fs';
import { sweepWorkflowId, trialIdOf, trialWorkflowId } from '@swath/contracts';
import { createControlClient, signalAttemptEnded, startSweep } from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import { testTemporalAddress } from '@swath/testing';
import type { SweepInput } from '@swath/workflows/messages';
import { sweepProgress } from '@swath/workflows/messages';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InMemorySweep } from '../workflows/test/in-memory-sweep.js';
import type { InMemorySweepSettings } from '../workflows/test/in-memory-sweep.js';
import { bundleWorkflows } from '../workflows/test/workflow-bundle.js';

const recording = process.env['SWATH_RECORD_HISTORIES'] === '1';
const histories = new URL('../workflows/test/histories/', import.meta.url);

let workflowBundle: WorkflowBundle;
let connection: NativeConnection;
const clients: ControlClient[] = [];

beforeAll(async () => {
  workflowBundle = await bundleWorkflows();
  connection = await NativeConnection.connect({ address: testTemporalAddress() });
});

afterAll(async () => {
  await Promise.all(clients.map((control) => control.connection.close()));
  await connection.close();
});

interface Scene {
  readonly sweep: InMemorySweep;
  readonly sweepId: string;
  readonly control: ControlClient;
  start(input?: Omit<SweepInput, 'sweepId'>): Promise<void>;
  /** Waits until the sweep's workflow, with all its runs, has completed. */
  sweepEnded(): Promise<void>;
}

/** Runs `play` with a worker on a task queue of its own. */
async function onStage(
  key: string,
  settings: Omit<InMemorySweepSettings, 'sweepId'>,
  play: (scene: Scene) => Promise<void>,
): Promise<void> {
  const sweepId = `sw_${key}`;
  const taskQueue = `test-${key}`;
  const control = createControlClient({ address: testTemporalAddress(), taskQueue });
  clients.push(control);
  const sweep = new InMemorySweep({ ...settings, sweepId }, control);
  const worker = await Worker.create({
    connection,
    namespace: 'swath',
    taskQueue,
    workflowBundle,
    activities: sweep.activities,
  });
  await worker.runUntil(
    play({
      sweep,
      sweepId,
      control,
      start: (input) => startSweep(control, sweepId, input),
      sweepEnded: () => control.client.workflow.getHandle(sweepWorkflowId(sweepId)).result(),
    }),
  );
}

/** Ends open attempts as `finished` until the sweep has ended. */
async function finishEverything({ sweep, sweepEnded }: Scene): Promise<void> {
  let over = false;
  const ended = sweepEnded().then(() => {
    over = true;
  });
  while (!over) {
    const [next] = sweep.openTrials().filter((trial) => trial.attempts.at(-1) === 'open');
    if (next === undefined) await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
    else await sweep.endAttempt(next.id, 'finished');
  }
  await ended;
}

async function record(
  control: ControlClient,
  workflowId: string,
  name: string,
  runId?: string,
): Promise<void> {
  if (!recording) return;
  mkdirSync(histories, { recursive: true });
  const history = await control.client.workflow.getHandle(workflowId, runId).fetchHistory();
  // Worker identities name the machine.
  const date = new Date().toISOString().slice(0, 10);
  const events: unknown = JSON.parse(historyToJSON(history), (_key, value: unknown) =>
    typeof value === 'string' && /^\d+@/.test(value) ? 'recorded' : value,
  );
  writeFileSync(new URL(`${name}-${date}.json`, histories), `${JSON.stringify(events, null, 1)}\n`);
}

/** Run ids of a workflow, first to last. */
async function runsOf({ control, sweepId }: Scene): Promise<string[]> {
  const runs: string[] = [];
  const handle = control.client.workflow.getHandle(sweepWorkflowId(sweepId));
  let runId: string | undefined =
    (await handle.describe()).raw.workflowExecutionInfo?.firstRunId ?? undefined;
  while (runId !== undefined) {
    runs.push(runId);
    const { events } = await control.client.workflow
      .getHandle(sweepWorkflowId(sweepId), runId)
      .fetchHistory();
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined;
  }
  return runs;
}

/** Asserts on a condition that comes true in its own time. */
function eventually(assertion: () => unknown): Promise<unknown> {
  return vi.waitFor(assertion, { timeout: 30_000, interval: 20 });
}

describe.concurrent('sweepWorkflow and trialWorkflow', () => {
  it('run a grid of two to its end, each point once', async () => {
    await onStage('gridoft2', { points: 2, window: 4 }, async (scene) => {
      await scene.start();
      await finishEverything(scene);
      expect(scene.sweep.state).toBe('finished');
      expect(scene.sweep.trials.size).toBe(2);
      await record(scene.control, sweepWorkflowId(scene.sweepId), 'sweep-grid-of-2');
      await record(scene.control, trialWorkflowId(trialIdOf(scene.sweepId, 1)), 'trial-grid-of-2');
    });
  });

  it('repeat a failed attempt as often as allowed, under the next number', async () => {
    await onStage('retryof1', { points: 1, window: 1, retries: 1 }, async (scene) => {
      const { sweep, sweepId } = scene;
      const trialId = trialIdOf(sweepId, 1);
      await scene.start();
      await eventually(() => expect(sweep.trials.size).toBe(1));
      await sweep.endAttempt(trialId, 'failed');
      await eventually(() => expect(sweep.trials.get(trialId)?.attempts.length).toBe(2));
      await finishEverything(scene);
      expect(sweep.trials.get(trialId)?.attempts).toEqual(['failed', 'finished']);
      await record(scene.control, trialWorkflowId(trialId), 'trial-retry');
    });
  });

  it('wait for every open trial of a cancelled sweep and launch nothing more', async () => {
    await onStage('cancelof', { points: 9, window: 2 }, async (scene) => {
      const { sweep } = scene;
      await scene.start();
      await eventually(() => expect(sweep.openTrials().length).toBe(2));
      await sweep.cancel();
      for (const trial of sweep.openTrials()) await sweep.endAttempt(trial.id, 'cancelled');
      await scene.sweepEnded();
      expect(sweep.state).toBe('cancelled');
      expect(sweep.trials.size).toBe(2);
      await record(scene.control, sweepWorkflowId(scene.sweepId), 'sweep-cancel');
      await record(scene.control, trialWorkflowId(trialIdOf(scene.sweepId, 1)), 'trial-cancel');
    });
  });

  it('continue as new without losing or repeating a trial', async () => {
    await onStage('contofas', { points: 24, window: 3 }, async (scene) => {
      await scene.start({ historyThreshold: 60 });
      await finishEverything(scene);
      const runs = await runsOf(scene);
      expect(runs.length).toBeGreaterThanOrEqual(2);
      expect(scene.sweep.trials.size).toBe(24);
      expect([...scene.sweep.trials.values()].every((trial) => trial.attempts.length === 1)).toBe(true);
      const id = sweepWorkflowId(scene.sweepId);
      await record(scene.control, id, 'sweep-continue-as-new-1', runs[0]);
      await record(scene.control, id, 'sweep-continue-as-new-2', runs[1]);
    });
  });

  it('heal when the end of an attempt is never told', async () => {
    await onStage('lostsign', { points: 1, window: 1, rereadMs: 200 }, async (scene) => {
      await scene.start();
      await eventually(() => expect(scene.sweep.trials.size).toBe(1));
      await scene.sweep.endAttempt(trialIdOf(scene.sweepId, 1), 'finished', { tell: false });
      await scene.sweepEnded();
      expect(scene.sweep.state).toBe('finished');
    });
  });

  it('understand an end that is told before the trial has started, twice, and after it has closed', async () => {
    await onStage('earlysig', { points: 1, window: 1 }, async (scene) => {
      const { sweep, control, sweepId } = scene;
      const trialId = trialIdOf(sweepId, 1);
      sweep.trials.set(trialId, { id: trialId, attempts: ['finished'], closed: false });
      await signalAttemptEnded(control, trialId, 1);
      await signalAttemptEnded(control, trialId, 1);
      await eventually(() => expect(sweep.state).toBe('finished'));
      await scene.sweepEnded();
      await signalAttemptEnded(control, trialId, 1);
      await startSweep(control, sweepId);
      // The late signal starts the workflow anew; it looks, finds the trial closed, and ends.
      await eventually(async () => {
        const trial = await control.client.workflow.getHandle(trialWorkflowId(trialId)).describe();
        expect(trial.status.name).toBe('COMPLETED');
      });
    });
  });

  it('go on when somebody cancels them with the tools of Temporal', async () => {
    await onStage('toolsaid', { points: 2, window: 1 }, async (scene) => {
      const { client } = scene.control;
      await scene.start();
      await eventually(() => expect(scene.sweep.trials.size).toBe(1));
      await client.workflow.getHandle(sweepWorkflowId(scene.sweepId)).cancel();
      await client.workflow.getHandle(trialWorkflowId(trialIdOf(scene.sweepId, 1))).cancel();
      await finishEverything(scene);
      expect(scene.sweep.trials.size).toBe(2);
      expect(scene.sweep.state).toBe('finished');
    });
  });

  it('end a sweep as failed when a launch fails for good, after its open trials', async () => {
    await onStage('failgood', { points: 3, window: 1, brokenFromRequest: 2 }, async (scene) => {
      const { sweep } = scene;
      await scene.start();
      await finishEverything(scene);
      expect(sweep.state).toBe('failed');
      expect(sweep.failure).toBe('the searcher is broken');
      expect(sweep.trials.size).toBe(1);
    });
  });

  it('answer what a sweep is doing', async () => {
    await onStage('progress', { points: 2, window: 1 }, async (scene) => {
      await scene.start();
      await eventually(() => expect(scene.sweep.trials.size).toBe(1));
      const handle = scene.control.client.workflow.getHandle(sweepWorkflowId(scene.sweepId));
      await eventually(async () => {
        expect(await handle.query(sweepProgress)).toMatchObject({
          state: 'running',
          launches: 1,
          launched: 1,
          doing: 'waiting',
        });
      });
      await finishEverything(scene);
    });
  });
});
