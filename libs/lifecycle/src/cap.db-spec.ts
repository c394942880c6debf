import { aSpec, cleanExit, ledgerDrift, overshoots, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  advanceTrial,
  completeLease,
  createPool,
  firstIds,
  openBudget,
  pollLeases,
  registerNode,
} from './index.js';

const POOLS = 4;
const SLOTS = 4;
const ROUNDS = 12;

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await TestFleet.start(1);
});
afterEach(async () => {
  await fleet.stop();
});

/** Opens one money budget over the whole project, and pools, nodes and sweeps that all spend from it. */
async function prepare(limit: bigint): Promise<string[]> {
  await fleet.db.transaction((tx) =>
    openBudget(tx, {
      orgId: firstIds.org,
      scopeKind: 'project',
      scopeId: firstIds.project,
      unit: 'money:USD',
      limit,
      mode: 'HARD',
      onExhaust: 'stop_new',
      actor: 'test',
    }),
  );
  const nodes: string[] = [];
  for (let pool = 0; pool < POOLS; pool += 1) {
    const name = `pool-${pool}`;
    await createPool(fleet.db, {
      orgId: firstIds.org,
      name,
      price: { currency: 'USD', microsPerHour: 3_600_000n, source: 'test' },
    });
    const slots = Array.from({ length: SLOTS }, (_, index) => ({
      index,
      kind: 'simulated' as const,
      uuid: `SIM-${pool}-${index}`,
      model: 'test',
      memoryMiB: 1024,
      healthy: true,
    }));
    const node = await registerNode(fleet.db, {
      orgId: firstIds.org,
      poolName: null,
      node: {
        name: 'n',
        pool: name,
        incarnation: 'i',
        protocols: [1],
        agentVersion: 't',
        isolation: 'session',
        slots,
      },
    });
    nodes.push(node.nodeId);
    const sweep = await fleet.submit(
      aSpec({ resources: { pool: name, gpus: 1 }, budget: { max_trials: 200, on_exhaust: 'stop_new' } }),
    );
    await fleet.launch(sweep, 1, 100);
  }
  return nodes;
}

/** One node's agent: takes what it gets, ends it at once, and says everything twice. */
async function work(nodeId: string): Promise<number> {
  let granted = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const poll = {
      offerId: `${nodeId}-${round}`,
      generation: 1,
      free: Array.from({ length: SLOTS }, (_, index) => index),
      waitMs: 0,
    };
    const look = (): ReturnType<typeof pollLeases> =>
      pollLeases(fleet.db, { nodeId, poll, secret: fleet.secret });
    // The second look may find what the first did not: the offer's leases are those of both answers.
    const replies = await Promise.all([look(), look()]);
    const leases = new Map(replies.flatMap((reply) => reply.leases).map((lease) => [lease.leaseId, lease]));
    granted += leases.size;
    for (const lease of leases.values()) {
      const body = { attempt: lease.attempt, exit: cleanExit };
      const end = (): Promise<object> => completeLease(fleet.db, { nodeId, leaseId: lease.leaseId, body });
      await Promise.all([end(), end()]);
      await advanceTrial(fleet.db, lease.trialId);
    }
  }
  return granted;
}

describe('a money cap shared by several pools', () => {
  it('holds at every moment under concurrent nodes that repeat each request', async () => {
    // Each lease holds 0.161 units; the cap allows four at a time beside what was spent.
    const nodes = await prepare(700_000n);
    const granted = await Promise.all(nodes.map(work));
    expect(granted.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(POOLS);
    expect(await overshoots(fleet.db)).toEqual([]);
    expect(await ledgerDrift(fleet.db)).toEqual([]);
    const [held] = await fleet.db.query<{ balance: bigint }>(
      `SELECT balance FROM ledger_account WHERE id LIKE 'bd_pj%:held'`,
    );
    expect(held?.balance).toBe(0n);
  });

  it('is what the lock and the CHECK hold: without both, the same run overshoots', async () => {
    await fleet.db.query(`ALTER TABLE ledger_account DROP CONSTRAINT ledger_avail_not_negative`);
    const [real] = await fleet.db.query<{ text: string }>(
      `SELECT pg_get_functiondef('ledger_lock(text[])'::regprocedure) AS text`,
    );
    const unlocked = real?.text
      .replace(/PERFORM 1 FROM ledger_account .* FOR UPDATE;/, '')
      .replace('ORDER BY a.id;', 'ORDER BY a.id; PERFORM pg_sleep(0.02);');
    expect(unlocked).not.toContain('FOR UPDATE');
    await fleet.db.query(unlocked ?? '');
    const nodes = await prepare(700_000n);
    await Promise.all(nodes.map(work));
    expect((await overshoots(fleet.db)).length).toBeGreaterThan(0);
  });
});
