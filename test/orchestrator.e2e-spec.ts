// A whole orchestrator on real PostgreSQL and a real Temporal server. The agent's part is played by the moves of the test fleet; HTTP and
// processes have their own scenarios.
import { sweepWorkflowId, trialWorkflowId } from '@swath/contracts';
import type { LeaseGrant, ProcessExit, SweepSpec, SweepState } from '@swath/contracts';
import { completeLease, controlSweep, listAttempts, listTrials, readReport } from '@swath/lifecycle';
import { Logger } from '@nestjs/common';
import { createControlClient, sweepIdAttribute } from '@swath/temporal';
import type { ControlClient } from '@swath/temporal';
import { aSpec, cleanExit, TestFleet, testTemporalAddress } from '@swath/testing';
import type { WorkflowBundle } from '@temporalio/worker';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Orchestrator } from '../apps/orchestrator/src/orchestrator.js';
import { reconcileWorkflows } from '../apps/orchestrator/src/reconcile/workflow-reconciler.js';
import { bundleWorkflows } from '../workflows/test/workflow-bundle.js';

let workflowBundle: WorkflowBundle;
let fleet: TestFleet;
let control: ControlClient;
let orchestrators: Orchestrator[];
let scenario = 0;

beforeAll(async () => {
  Logger.overrideLogger(['error', 'fatal']);
  workflowBundle = await bundleWorkflows();
});

beforeEach(async () => {
  scenario += 1;
  fleet = await TestFleet.start(2);
  control = createControlClient({ address: testTemporalAddress(), taskQueue: `orchestrator-${scenario}` });
  orchestrators = [];
});

afterEach(async () => {
  for (const orchestrator of orchestrators) await orchestrator.beforeApplicationShutdown();
  await control.connection.close();
  await fleet.stop();
});

async function startOrchestrator(): Promise<Orchestrator> {
  const orchestrator = new Orchestrator({
    config: {
      databaseUrl: databaseUrl(),
      temporal: {
        address: testTemporalAddress(),
        namespace: 'swath',
        taskQueue: control.taskQueue,
        tls: false,
      },
      logLevel: 'warn',
    },
    db: fleet.db,
    control,
    workflows: { workflowBundle },
  });
  orchestrators.push(orchestrator);
  await orchestrator.start();
  return orchestrator;
}

function databaseUrl(): string {
  const { options } = fleet.db.source;
  if (!('url' in options) || typeof options.url !== 'string') throw new Error('the data source has no URL');
  return options.url;
}

async function complete(grant: LeaseGrant, exit: ProcessExit): Promise<void> {
  await completeLease(fleet.db, {
    nodeId: fleet.nodeId,
    leaseId: grant.leaseId,
    body: { attempt: grant.attempt, exit },
  });
}

/** Plays an agent until the sweep has ended: takes what is offered, logs a value, exits as `exitOf` says. */
async function workUntilEnded(
  sweepId: string,
  exitOf: (grant: LeaseGrant) => ProcessExit = () => cleanExit,
): Promise<void> {
  await vi.waitFor(
    async () => {
      for (const grant of await fleet.poll()) {
        const exit = exitOf(grant);
        if (exit.code === 0) await fleet.log(grant, 1, [1]);
        await complete(grant, exit);
      }
      expect(['finished', 'stopped', 'cancelled', 'failed']).toContain(await stateOf(sweepId));
    },
    { timeout: 120_000, interval: 10 },
  );
}

async function stateOf(sweepId: string): Promise<SweepState> {
  const [row] = await fleet.db.query<{ state: SweepState }>('SELECT state FROM sweep WHERE id = $1', [
    sweepId,
  ]);
  if (row === undefined) throw new Error(`no sweep ${sweepId}`);
  return row.state;
}

const gridOf9: Partial<SweepSpec> = {
  method: 'grid',
  parameters: {
    a: { distribution: 'categorical', values: [1, 2, 3] },
    b: { distribution: 'categorical', values: ['x', 'y', 'z'] },
  },
  budget: { on_exhaust: 'stop_new' },
};

function trialsOf(sweepId: string): ReturnType<typeof listTrials> {
  return listTrials(fleet.db, { sweepId, order: 'number', after: 0, limit: 1_000 });
}

describe('an orchestrator', () => {
  it('runs a grid from its submission to its report, each point once', async () => {
    await startOrchestrator();
    const sweepId = await fleet.submit(aSpec(gridOf9));
    await workUntilEnded(sweepId);
    const trials = await trialsOf(sweepId);
    expect(trials.map((trial) => trial.state)).toEqual(Array.from({ length: 9 }, () => 'finished'));
    expect(new Set(trials.map((trial) => JSON.stringify(trial.parameters))).size).toBe(9);
    expect(await readReport(fleet.db, sweepId)).toMatchObject({ reason: 'exhausted', trials: { total: 9 } });
    await vi.waitFor(async () => expect(await fleet.db.query('SELECT id FROM outbox')).toEqual([]), 10_000);
    const workflow = control.client.workflow.getHandle(sweepWorkflowId(sweepId));
    await workflow.result();
    expect((await workflow.describe()).typedSearchAttributes.get(sweepIdAttribute)).toBe(sweepId);
  });

  it('repeats a failed attempt as the spec allows', async () => {
    await startOrchestrator();
    const spec = aSpec({
      budget: { max_trials: 1, on_exhaust: 'stop_new' },
      retries: { infrastructure: 0, preemption: 0, user: 1 },
    });
    const sweepId = await fleet.submit(spec);
    await workUntilEnded(sweepId, (grant) => (grant.attempt === 1 ? { ...cleanExit, code: 1 } : cleanExit));
    const [trial] = await trialsOf(sweepId);
    expect(trial?.state).toBe('finished');
    const attempts = await listAttempts(fleet.db, trial?.id ?? '');
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['failed', 'finished']);
  });

  it('cancels a sweep whose trials wait and run', async () => {
    await startOrchestrator();
    const sweepId = await fleet.submit(aSpec({ budget: { max_trials: 50, on_exhaust: 'stop_new' } }));
    const grants = await vi.waitFor(async () => {
      const polled = await fleet.poll();
      expect(polled.length).toBeGreaterThan(0);
      return polled;
    }, 30_000);
    await controlSweep(fleet.db, { sweepId, action: 'cancel', actor: 'us_first' });
    for (const grant of grants) await complete(grant, { ...cleanExit, code: null, signal: 'SIGTERM' });
    await vi.waitFor(async () => expect(await stateOf(sweepId)).toBe('cancelled'), 30_000);
    const states = (await trialsOf(sweepId)).map((trial) => trial.state);
    expect(states.filter((state) => state !== 'cancelled' && state !== 'not_run')).toEqual([]);
  });

  it('shares the work with a second one, which goes on alone when the first stops', async () => {
    const first = await startOrchestrator();
    await startOrchestrator();
    const sweepId = await fleet.submit(aSpec({ budget: { max_trials: 30, on_exhaust: 'stop_new' } }));
    let ended = 0;
    let stopping: Promise<void> | undefined;
    await workUntilEnded(sweepId, () => {
      ended += 1;
      if (ended === 10) stopping = first.beforeApplicationShutdown();
      return cleanExit;
    });
    await stopping;
    orchestrators.shift();
    expect(ended).toBe(30);
    const trials = await trialsOf(sweepId);
    expect(trials.map((trial) => trial.state)).toEqual(Array.from({ length: 30 }, () => 'finished'));
  });

  it('ends a lease whose agent fell silent, and the trial runs again as the next attempt', async () => {
    await startOrchestrator();
    const sweepId = await fleet.submit(aSpec({ budget: { max_trials: 1, on_exhaust: 'stop_new' } }));
    const [grant] = await vi.waitFor(async () => {
      const polled = await fleet.poll();
      expect(polled).toHaveLength(1);
      return polled;
    }, 30_000);
    await fleet.db.query(
      `UPDATE lease SET granted_at = granted_at - interval '1 hour', settled_until = settled_until - interval '1 hour',
         expires_at = expires_at - interval '1 hour' WHERE id = $1`,
      [grant?.leaseId],
    );
    await workUntilEnded(sweepId);
    const attempts = await listAttempts(fleet.db, grant?.trialId ?? '');
    expect(attempts.map((attempt) => attempt.outcome)).toEqual(['lost', 'finished']);
  });

  it('ends a sweep at its wall-clock limit although nothing else happens', async () => {
    await startOrchestrator();
    const sweepId = await fleet.submit(aSpec({ budget: { max_wall_clock: 3, on_exhaust: 'stop_new' } }));
    const grants = await vi.waitFor(async () => {
      const polled = await fleet.poll();
      expect(polled.length).toBeGreaterThan(0);
      return polled;
    }, 30_000);
    await vi.waitFor(async () => expect(await stateOf(sweepId)).toBe('stopping'), 30_000);
    for (const grant of grants) await complete(grant, cleanExit);
    await workUntilEnded(sweepId);
    expect(await readReport(fleet.db, sweepId)).toMatchObject({ reason: 'max_wall_clock' });
  });

  it('starts workflows again that Temporal lost', async () => {
    await startOrchestrator();
    const sweepId = await fleet.submit(aSpec({ budget: { max_trials: 3, on_exhaust: 'stop_new' } }));
    await vi.waitFor(async () => expect((await trialsOf(sweepId)).length).toBeGreaterThan(0), 30_000);
    const [trial] = await trialsOf(sweepId);
    const lost = [sweepWorkflowId(sweepId), trialWorkflowId(trial?.id ?? '')];
    for (const id of lost) {
      const handle = control.client.workflow.getHandle(id);
      // The relay may still be about to start it.
      await vi.waitFor(() => handle.terminate('lost by the test'), 30_000);
    }
    await fleet.db.query(`UPDATE sweep SET created_at = created_at - interval '1 hour'`);
    await fleet.db.query(`UPDATE trial SET created_at = created_at - interval '1 hour'`);
    const restarted: string[] = [];
    await vi.waitFor(async () => {
      const { sweeps, trials } = await reconcileWorkflows(fleet.db, control);
      restarted.push(...sweeps, ...trials);
      expect(restarted).toEqual(expect.arrayContaining([sweepId, trial?.id]));
    }, 30_000);
    await workUntilEnded(sweepId);
    expect(await stateOf(sweepId)).toBe('finished');
    expect(await trialsOf(sweepId)).toHaveLength(3);
  });
});
