import { aSpec, ledgerDrift, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSweepBudgets } from './accounts.js';
import {
  controlSweep,
  expireLeases,
  finishSweep,
  readEvents,
  readMetrics,
  readReport,
  renewLeases,
  requeueFailed,
  sweepStatus,
  changeLimits,
  enqueuePoint,
  stopTrial,
  listTrials,
} from './index.js';

const stopped = { code: null, signal: 'SIGTERM', cause: 'stop', reaped: true, durationMs: 1 } as const;

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await TestFleet.start(2);
});
afterEach(async () => {
  await fleet.stop();
});

async function states(sweepId: string): Promise<string[]> {
  const rows = await listTrials(fleet.db, { sweepId, order: 'number', after: 0, limit: 100 });
  return rows.map((row) => row.state);
}

describe('a sweep', () => {
  it('runs to its end: trials, leases, measurements, report', async () => {
    const id = await fleet.submit(
      aSpec({ budget: { max_trials: 2, max_cost: '1', on_exhaust: 'stop_new' } }),
    );
    const launched = await fleet.launch(id, 1, 5);
    expect(launched.trialIds).toHaveLength(2);
    const grants = await fleet.poll();
    expect(grants).toHaveLength(2);
    const [first, second] = grants;
    if (first === undefined || second === undefined) throw new Error('two grants expected');
    await fleet.log(first, 1, [3, 2]);
    await fleet.log(second, 1, [5, 4, 4.5]);
    expect((await fleet.end(first)).status).toBe('closed');
    expect((await fleet.end(second)).status).toBe('closed');
    expect(await sweepStatus(fleet.db, id)).toMatchObject({ open: 0, created: 2, launchable: 0 });
    expect(await finishSweep(fleet.db, id)).toBe('finished');
    const report = await readReport(fleet.db, id);
    expect(report).toMatchObject({ reason: 'max_trials', trials: { total: 2, byState: { finished: 2 } } });
    expect(report.best).toMatchObject({ value: 2, resource: 2 });
    expect(report.cost.byClass).toMatchObject([{ class: 'useful', attempts: 2 }]);
    expect(report.cost.budget).toMatchObject({
      held: { amount: '0.000000' },
      overdraft: { amount: '0.000000' },
    });
    expect(report.cost.budget?.spent).toEqual(report.cost.total);
    expect(await ledgerDrift(fleet.db)).toEqual([]);
  });

  it('answers the same request with the same trials, and never more than its limit', async () => {
    const id = await fleet.submit(aSpec({ budget: { max_trials: 3, on_exhaust: 'stop_new' } }));
    const first = await fleet.launch(id, 1, 2);
    expect(await fleet.launch(id, 1, 2)).toEqual(first);
    const [a, b] = await Promise.all([fleet.launch(id, 2, 2), fleet.launch(id, 2, 2)]);
    expect(a).toEqual(b);
    expect(a.trialIds).toHaveLength(1);
    expect((await fleet.launch(id, 3, 2)).trialIds).toEqual([]);
  });

  it('exhausts a grid with each point once', async () => {
    const parameters = { a: { distribution: 'categorical' as const, values: [1, 2, 3] } };
    const id = await fleet.submit(aSpec({ method: 'grid', parameters, budget: { on_exhaust: 'stop_new' } }));
    const result = await fleet.launch(id, 1, 10);
    expect(result).toMatchObject({ exhausted: true });
    expect(result.trialIds).toHaveLength(3);
    const trials = await listTrials(fleet.db, { sweepId: id, order: 'number', after: 0, limit: 10 });
    expect(trials.map((trial) => trial.parameters)).toEqual([{ a: 1 }, { a: 2 }, { a: 3 }]);
  });
});

describe('placement', () => {
  it('gives the same lease to the same offer and never a slot twice', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 3);
    const grants = await fleet.poll('offer');
    expect(grants).toHaveLength(2);
    const again = await fleet.poll('offer');
    expect(again.map((grant) => grant.leaseId)).toEqual(grants.map((grant) => grant.leaseId));
    expect(again.map((grant) => grant.token)).toEqual(grants.map((grant) => grant.token));
    expect(await fleet.poll('other')).toEqual([]);
    const [waiting] = await listTrials(fleet.db, { sweepId: id, order: 'number', after: 2, limit: 1 });
    expect(waiting?.state).toBe('queued');
  });

  it('keeps to parallel', async () => {
    const id = await fleet.submit(aSpec({ parallel: 1 }));
    await fleet.launch(id, 1, 3);
    expect(await fleet.poll()).toHaveLength(1);
    expect(await fleet.poll()).toHaveLength(0);
  });

  it('places nothing of a paused sweep', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 2);
    await controlSweep(fleet.db, { sweepId: id, action: 'pause', actor: 'me' });
    expect(await fleet.poll()).toEqual([]);
    await controlSweep(fleet.db, { sweepId: id, action: 'resume', actor: 'me' });
    expect(await fleet.poll()).toHaveLength(2);
  });
});

describe('money', () => {
  it('refuses a lease that the cap cannot cover and ends the sweep when nothing is held', async () => {
    const id = await fleet.submit(
      aSpec({ budget: { max_trials: 10, max_cost: '0.02', on_exhaust: 'stop_new' } }),
    );
    await fleet.launch(id, 1, 4);
    const [only, ...others] = await fleet.poll();
    expect(others).toEqual([]);
    if (only === undefined) throw new Error('one grant expected');
    const [budget] = (await readSweepBudgets(fleet.db, id)).filter((b) => b.unit === 'money:USD');
    expect(budget?.balance.held).toBe(16_100n);
    await fleet.end(only);
    await fleet.db.query(`UPDATE price_version SET rate_micros_per_hour = 36000000`);
    expect(await fleet.poll()).toEqual([]);
    expect(await sweepStatus(fleet.db, id)).toMatchObject({ state: 'stopping', reason: 'max_cost', open: 0 });
    expect(await finishSweep(fleet.db, id)).toBe('finished');
    expect(await states(id)).toEqual(['finished', 'not_run', 'not_run', 'not_run']);
    expect(await ledgerDrift(fleet.db)).toEqual([]);
  });

  it('settles and extends at a heartbeat, and refuses a renewal on its own', async () => {
    const id = await fleet.submit(
      aSpec({ budget: { max_trials: 10, max_cost: '0.0327', on_exhaust: 'stop_new' } }),
    );
    await fleet.launch(id, 1, 2);
    const grants = await fleet.poll();
    expect(grants).toHaveLength(2);
    // Seventy seconds pass: the lease began earlier and ends sooner by as much.
    await fleet.db.query(
      `UPDATE lease SET granted_at = granted_at - interval '70 s', expires_at = expires_at - interval '70 s'`,
    );
    const reply = await renewLeases(fleet.db, fleet.nodeId, {
      incarnation: 'i1',
      generation: 1,
      leases: grants.map(({ leaseId, attempt }) => ({ leaseId, attempt })),
    });
    expect(reply.renewed.length + reply.commands.length).toBe(2);
    expect(reply.commands).toMatchObject([{ type: 'stop', reason: 'budget' }]);
    for (const grant of grants) await fleet.end(grant, stopped);
    const [budget] = (await readSweepBudgets(fleet.db, id)).filter((b) => b.unit === 'money:USD');
    expect(budget?.balance).toMatchObject({ held: 0n, overdraft: 0n });
    expect(await ledgerDrift(fleet.db)).toEqual([]);
  });

  it('spends the whole hold of a silent agent and runs the trial again as the next attempt', async () => {
    const id = await fleet.submit(
      aSpec({ budget: { max_trials: 1, max_cost: '1', on_exhaust: 'stop_new' } }),
    );
    await fleet.launch(id, 1, 1);
    const [grant] = await fleet.poll();
    if (grant === undefined) throw new Error('one grant expected');
    expect(await expireLeases(fleet.db)).toBe(0);
    await fleet.db.query(
      `UPDATE lease SET granted_at = granted_at - interval '200 s', expires_at = expires_at - interval '200 s'`,
    );
    expect(await expireLeases(fleet.db)).toBe(1);
    await expect(fleet.end(grant)).rejects.toThrow('expired');
    const [budget] = (await readSweepBudgets(fleet.db, id)).filter((b) => b.unit === 'money:USD');
    expect(budget?.balance).toMatchObject({ held: 0n, spent: 16_100n, overdraft: 0n });
    const { advanceTrial } = await import('./index.js');
    expect(await advanceTrial(fleet.db, grant.trialId)).toEqual({ status: 'waiting', attempt: 2 });
    expect(await advanceTrial(fleet.db, grant.trialId)).toEqual({ status: 'waiting', attempt: 2 });
  });

  it('keeps ledger rows from being changed', async () => {
    await fleet.submit(aSpec());
    await expect(fleet.db.query('UPDATE ledger_transfer SET amount = 1')).rejects.toThrow('insert-only');
    await expect(fleet.db.query('DELETE FROM ledger_txn')).rejects.toThrow('insert-only');
  });

  it('raises and lowers limits, of trials not below what was created', async () => {
    const id = await fleet.submit(
      aSpec({ budget: { max_trials: 3, max_cost: '0.02', on_exhaust: 'stop_new' } }),
    );
    await fleet.launch(id, 1, 3);
    expect(await fleet.poll()).toHaveLength(1);
    await changeLimits(fleet.db, { sweepId: id, maxCost: '0.04', maxTrials: 5, actor: 'me' });
    expect(await fleet.poll()).toHaveLength(1);
    await expect(changeLimits(fleet.db, { sweepId: id, maxTrials: 2, actor: 'me' })).rejects.toThrow(
      '3 trials were created',
    );
    expect((await sweepStatus(fleet.db, id)).launchable).toBe(2);
    expect(await ledgerDrift(fleet.db)).toEqual([]);
  });
});

describe('measurements', () => {
  it('are stored once, whatever is repeated, and a conflict is refused', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 1);
    const [grant] = await fleet.poll();
    if (grant === undefined) throw new Error('one grant expected');
    await fleet.log(grant, 1, [3, NaN, 2]);
    await fleet.log(grant, 1, [3, NaN, 2]);
    await expect(fleet.log(grant, 1, [9])).rejects.toThrow('other rows');
    const points = await readMetrics(fleet.db, { runId: grant.runId, fromRow: 0, limit: 10 });
    expect(points.map((point) => point.row)).toEqual([0, 1, 2]);
    const [trial] = await listTrials(fleet.db, { sweepId: id, order: 'best', after: 0, limit: 1 });
    expect(trial).toMatchObject({ value: 2, resource: 2 });
  });

  it('prune by ASHA in the reply, with the decision stored', async () => {
    const early = { type: 'asha', min_resource: 1, reduction_factor: 2, brackets: 1, mode: 'stop' } as const;
    const id = await fleet.submit(aSpec({ early_terminate: early }));
    await fleet.launch(id, 1, 2);
    const [good, bad] = await fleet.poll();
    if (good === undefined || bad === undefined) throw new Error('two grants expected');
    expect((await fleet.log(good, 1, [1])).command).toBeUndefined();
    const reply = await fleet.log(bad, 1, [2]);
    expect(reply.command).toMatchObject({ type: 'stop', reason: 'pruned' });
    expect(await fleet.log(bad, 1, [2])).toEqual(reply);
    await fleet.end(bad, stopped);
    expect(await states(id)).toEqual(['running', 'pruned']);
    const report = await readReport(fleet.db, id);
    expect(report.pruned[0]?.decision).toMatchObject({ rung: 0, value: 2, cutoff: 1, rank: 2, n: 2 });
  });

  it('pause and promote: a paused trial frees its place and comes back as an attempt that is no retry', async () => {
    const early = {
      type: 'asha',
      min_resource: 1,
      reduction_factor: 2,
      brackets: 1,
      mode: 'promote',
    } as const;
    const id = await fleet.submit(
      aSpec({ early_terminate: early, budget: { max_trials: 2, on_exhaust: 'stop_new' } }),
    );
    await fleet.launch(id, 1, 2);
    const [first, second] = await fleet.poll();
    if (first === undefined || second === undefined) throw new Error('two grants expected');
    expect((await fleet.log(first, 1, [1])).command).toMatchObject({ reason: 'paused' });
    await fleet.end(first, stopped);
    expect(await states(id)).toEqual(['paused', 'running']);
    const woken = `SELECT id FROM outbox WHERE topic = 'sweep.changed' AND key = $1`;
    expect((await fleet.db.query(woken, [id])).length).toBeGreaterThan(0);
    expect(await sweepStatus(fleet.db, id)).toMatchObject({ open: 1, launchable: 0 });
    expect((await fleet.log(second, 1, [2])).command).toMatchObject({ reason: 'paused' });
    await fleet.end(second, stopped);
    expect(await sweepStatus(fleet.db, id)).toMatchObject({ open: 0, launchable: 1 });
    expect(await finishSweep(fleet.db, id)).toBe('running');
    expect((await fleet.launch(id, 2, 2)).trialIds).toEqual([first.trialId]);
    const [again] = await fleet.poll();
    expect(again).toMatchObject({ trialId: first.trialId, attempt: 2 });
    if (again === undefined) throw new Error('a grant expected');
    await fleet.end(again);
    expect(await finishSweep(fleet.db, id)).toBe('finished');
    expect(await states(id)).toEqual(['finished', 'pruned']);
    expect((await readReport(fleet.db, id)).attempts).toEqual({ total: 3, retries: 0 });
  });

  it('of a fenced attempt are kept as late and judge nothing', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 1);
    const [grant] = await fleet.poll();
    if (grant === undefined) throw new Error('one grant expected');
    await fleet.end(grant);
    expect(await fleet.log(grant, 1, [1])).toEqual({ acked: 1, late: true });
    const points = await readMetrics(fleet.db, { runId: grant.runId, fromRow: 0, limit: 10 });
    expect(points).toMatchObject([{ late: true }]);
  });

  it('end the sweep when one reaches the target', async () => {
    const id = await fleet.submit(
      aSpec({ objectives: [{ name: 'loss', goal: 'minimize', value: 'best', target: 0.5 }] }),
    );
    await fleet.launch(id, 1, 2);
    const [grant] = await fleet.poll();
    if (grant === undefined) throw new Error('a grant expected');
    await fleet.log(grant, 1, [0.4]);
    expect(await sweepStatus(fleet.db, id)).toMatchObject({ state: 'stopping', reason: 'target' });
  });
});

describe('control', () => {
  it('cancels: queued trials end at once, running ones are told', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 3);
    const grants = await fleet.poll();
    await controlSweep(fleet.db, { sweepId: id, action: 'cancel', actor: 'me' });
    expect(await states(id)).toEqual(['running', 'running', 'not_run']);
    const reply = await renewLeases(fleet.db, fleet.nodeId, {
      incarnation: 'i1',
      generation: 1,
      leases: grants.map(({ leaseId, attempt }) => ({ leaseId, attempt })),
    });
    expect(reply.commands.map((command) => command.type)).toEqual(['stop', 'stop']);
    for (const grant of grants) await fleet.end(grant, stopped);
    expect(await finishSweep(fleet.db, id)).toBe('cancelled');
    await expect(controlSweep(fleet.db, { sweepId: id, action: 'pause', actor: 'me' })).rejects.toThrow(
      'is cancelled',
    );
  });

  it('stops one trial, adds a point, requeues failures', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 2);
    const [first, second] = await fleet.poll();
    if (first === undefined || second === undefined) throw new Error('two grants expected');
    await stopTrial(fleet.db, { trialId: first.trialId, actor: 'me' });
    await fleet.end(first, stopped);
    await fleet.end(second, { code: 1, signal: null, cause: 'exit', reaped: true, durationMs: 1 });
    expect(await states(id)).toEqual(['stopped', 'failed']);
    expect(await fleet.db.query('SELECT reason FROM trial WHERE id = $1', [second.trialId])).toEqual([
      { reason: { code: 'failed', text: 'exit code 1' } },
    ]);
    await enqueuePoint(fleet.db, { sweepId: id, parameters: { lr: 0.5 }, actor: 'me' });
    await expect(
      enqueuePoint(fleet.db, { sweepId: id, parameters: { lr: 0.5 }, actor: 'me' }),
    ).rejects.toThrow('exists');
    expect(await requeueFailed(fleet.db, { sweepId: id, actor: 'me' })).toBe(1);
    expect(await states(id)).toEqual(['stopped', 'queued', 'queued']);
    expect(await fleet.poll()).toHaveLength(2);
  });
});

describe('events', () => {
  it('are read in order from a cursor', async () => {
    const id = await fleet.submit(aSpec());
    await fleet.launch(id, 1, 1);
    const events = await readEvents(fleet.db, {
      projectId: 'pj_default',
      after: { txid: 0n, seq: 0n },
      topics: [],
      limit: 10,
    });
    expect(events.map((event) => event.name)).toEqual(['sweep.created', 'trial.created']);
    const last = events.at(-1)?.cursor ?? { txid: 0n, seq: 0n };
    expect(
      await readEvents(fleet.db, { projectId: 'pj_default', after: last, topics: [], limit: 10 }),
    ).toEqual([]);
  });
});
