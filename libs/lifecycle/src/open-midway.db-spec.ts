import type { LeaseGrant } from '@swath/contracts';
import { aSpec, ledgerDrift, overshoots, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changeBudgetLimit,
  changeLimits,
  firstIds,
  pendingCommands,
  renewLeases,
  verifyLedger,
} from './index.js';

const { org } = firstIds;

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await TestFleet.start(2);
});
afterEach(async () => {
  expect((await verifyLedger(fleet.db, org)).findings).toEqual([]);
  expect(await overshoots(fleet.db)).toEqual([]);
  expect(await ledgerDrift(fleet.db)).toEqual([]);
  await fleet.stop();
});

/** A sweep with four trials in its queue and two that run. */
async function running(): Promise<{ sweep: string; leases: readonly LeaseGrant[] }> {
  const sweep = await fleet.submit(aSpec({ budget: { max_trials: 4, on_exhaust: 'stop_new' } }));
  await fleet.launch(sweep, 1, 4);
  const leases = await fleet.poll();
  expect(leases).toHaveLength(2);
  return { sweep, leases };
}

function cut(budgetId: string, limit: bigint): Promise<void> {
  return changeBudgetLimit(fleet.db, { orgId: org, budgetId, limit, actor: 'us_ada', reason: 'less' });
}

describe('a budget that is opened in the middle of a run', () => {
  it('holds what runs, and gives back what is not used', async () => {
    const { leases } = await running();
    const id = await fleet.openBudget();
    const during = await fleet.readBudget(id);
    expect(during.held).toBeGreaterThan(0n);
    expect(during).toMatchObject({ pendingCut: 0n, avail: 1_000_000n - during.held - during.spent });
    for (const lease of leases) await fleet.end(lease);
    expect(await fleet.readBudget(id)).toMatchObject({ held: 0n, pendingCut: 0n });
    expect(await fleet.poll()).toHaveLength(2);
  });

  it('below what is held starts nothing more, takes back as trials end, and never lets more be spent', async () => {
    const { leases } = await running();
    const id = await fleet.openBudget({ limit: 100n });
    const during = await fleet.readBudget(id);
    expect(during).toMatchObject({ avail: 0n, pendingCut: during.held + during.spent - 100n });
    const [first, second] = leases;
    if (first === undefined || second === undefined) throw new Error('two leases run');
    await fleet.end(first);
    expect(await fleet.readBudget(id)).toMatchObject({ avail: 0n });
    expect(await fleet.poll()).toEqual([]);
    await fleet.end(second);
    const after = await fleet.readBudget(id);
    expect(after).toMatchObject({ held: 0n, pendingCut: 0n, overdraft: 0n });
    expect(after.spent + after.avail).toBe(100n);
    expect(await fleet.poll()).toEqual([]);
  });

  it('stops what runs at once when it says so', async () => {
    const { leases } = await running();
    await fleet.openBudget({ limit: 100n, onExhaust: 'kill' });
    const commands = await pendingCommands(fleet.db, fleet.nodeId);
    expect(commands.map(({ type, leaseId }) => [type, leaseId]).sort()).toEqual(
      leases.map(({ leaseId }) => ['stop', leaseId]).sort(),
    );
    for (const lease of leases) await fleet.end(lease);
  });

  it('counts GPU time as well', async () => {
    const { leases } = await running();
    const id = await fleet.openBudget({ unit: 'gpu_time', limit: 10n ** 12n });
    expect((await fleet.readBudget(id)).held).toBeGreaterThan(0n);
    for (const lease of leases) await fleet.end(lease);
  });
});

describe('a limit on trials that a sweep gets in the middle', () => {
  it('counts those that were created, now and when it is raised', async () => {
    const sweep = await fleet.submit(aSpec({ budget: { on_exhaust: 'stop_new' } }));
    await fleet.launch(sweep, 1, 3);
    const id = `bd_${sweep}_trials`;
    await changeLimits(fleet.db, { sweepId: sweep, maxTrials: 5, actor: 'us_ada' });
    expect(await fleet.readBudget(id)).toMatchObject({ limit: 5n, spent: 3n, avail: 2n });
    await changeLimits(fleet.db, { sweepId: sweep, maxTrials: 6, actor: 'us_ada' });
    expect(await fleet.readBudget(id)).toMatchObject({ limit: 6n, spent: 3n, avail: 3n });
  });
});

describe('a limit that is lowered below what is held', () => {
  it('follows as holds are given back, and can be raised again meanwhile', async () => {
    const id = await fleet.openBudget();
    const { leases } = await running();
    await cut(id, 1n);
    const low = await fleet.readBudget(id);
    expect(low).toMatchObject({ limit: 1n, avail: 0n, pendingCut: low.held + low.spent - 1n });
    await cut(id, 2_000_000n);
    expect(await fleet.readBudget(id)).toMatchObject({
      pendingCut: 0n,
      avail: 2_000_000n - low.held - low.spent,
    });
    await cut(id, 1n);
    for (const lease of leases) await fleet.end(lease);
    const after = await fleet.readBudget(id);
    expect(after).toMatchObject({ held: 0n, avail: after.spent > 1n ? 0n : 1n - after.spent });
    expect(await fleet.poll()).toEqual([]);
  });

  it('ends the renewals of what runs under it', async () => {
    const { sweep, leases } = await running();
    await changeLimits(fleet.db, { sweepId: sweep, maxCost: '0.0001', actor: 'us_ada' });
    await fleet.db.query(
      `UPDATE lease SET granted_at = granted_at - interval '90 seconds', settled_until = settled_until - interval '90 seconds',
         expires_at = expires_at - interval '90 seconds' WHERE sweep_id = $1`,
      [sweep],
    );
    const [node] = await fleet.db.query<{ incarnation: string; generation: number }>(
      'SELECT incarnation, generation FROM node WHERE id = $1',
      [fleet.nodeId],
    );
    if (node === undefined) throw new Error('the node is registered');
    const beat = await renewLeases(fleet.db, fleet.nodeId, {
      ...node,
      leases: leases.map(({ leaseId, attempt }) => ({ leaseId, attempt })),
    });
    expect(beat.commands.map((command) => command.type === 'stop' && command.reason)).toEqual([
      'budget',
      'budget',
    ]);
    for (const lease of leases) await fleet.end(lease);
  });
});
