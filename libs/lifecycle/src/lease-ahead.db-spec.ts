import type { AheadGrant, CompleteReply, LeaseCommand, LeaseGrant, SweepSpec } from '@swath/contracts';
import {
  aSpec,
  checkHistory,
  cleanExit,
  ledgerDrift,
  overshoots,
  recordHistory,
  TestFleet,
} from '@swath/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  advanceTrial,
  completeLease,
  controlSweep,
  expireLeases,
  firstIds,
  listTrials,
  pendingCommands,
  pollLeases,
  registerNode,
  releaseLease,
  renewLeases,
  setNodeState,
  startLease,
  stopTrial,
  verifyLedger,
} from './index.js';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await TestFleet.start(1);
});
afterEach(async () => {
  expect(checkHistory(await recordHistory(fleet.db), [])).toEqual([]);
  expect(await overshoots(fleet.db)).toEqual([]);
  expect(await ledgerDrift(fleet.db)).toEqual([]);
  expect((await verifyLedger(fleet.db, firstIds.org)).findings).toEqual([]);
  await fleet.stop();
});

function only<Item>(items: readonly Item[] | undefined): Item {
  const [item] = items ?? [];
  if (item === undefined || items?.length !== 1) throw new Error(`one expected, ${items?.length ?? 0} given`);
  return item;
}

/** A sweep whose first attempt runs on the only slot and whose second is leased ahead. */
async function oneAhead(
  over: Partial<SweepSpec> = {},
): Promise<{ sweepId: string; running: LeaseGrant; next: AheadGrant }> {
  const sweepId = await fleet.submit(aSpec(over));
  await fleet.launch(sweepId, 1, 3);
  const reply = await fleet.pollAhead(1, [0]);
  return { sweepId, running: only(reply.leases), next: only(reply.ahead) };
}

const startOf = (lease: AheadGrant, agoMs = 0) => ({
  leaseId: lease.leaseId,
  attempt: lease.attempt,
  slots: [0],
  agoMs,
});
/** The agent's word of an end with a start in its place; the workflow then moves the ended trial on. */
const succeed = async (from: LeaseGrant, to: AheadGrant, agoMs = 0): Promise<CompleteReply> => {
  const reply = await completeLease(fleet.db, {
    nodeId: fleet.nodeId,
    leaseId: from.leaseId,
    body: { attempt: from.attempt, exit: cleanExit, start: startOf(to, agoMs) },
  });
  await advanceTrial(fleet.db, from.trialId);
  return reply;
};
const start = (lease: AheadGrant) => {
  const { leaseId, ...body } = startOf(lease);
  return startLease(fleet.db, { nodeId: fleet.nodeId, leaseId, body });
};
const release = (lease: AheadGrant): Promise<void> =>
  releaseLease(fleet.db, { nodeId: fleet.nodeId, leaseId: lease.leaseId, attempt: lease.attempt });
const beat = async (...leases: LeaseGrant[]): Promise<LeaseCommand[]> => {
  const body = leases.map(({ leaseId, attempt }) => ({ leaseId, attempt }));
  return (await renewLeases(fleet.db, fleet.nodeId, { incarnation: 'i1', generation: 1, leases: body }))
    .commands;
};
const states = async (sweepId: string): Promise<string[]> =>
  (await listTrials(fleet.db, { sweepId, order: 'number', after: 0, limit: 100 })).map((row) => row.state);
/** Lets the whole time of a lease pass, its tail too. */
const letExpire = (lease: LeaseGrant): Promise<object[]> =>
  fleet.db.query(
    `UPDATE lease SET expires_at = expires_at - interval '1 day', granted_at = granted_at - interval '1 day',
       settled_until = settled_until - interval '1 day' WHERE id = $1`,
    [lease.leaseId],
  );
const recall = (lease: LeaseGrant): LeaseCommand => ({ type: 'recall', leaseId: lease.leaseId });

/** Another node of the pool with one slot. */
async function anotherNode(): Promise<{ nodeId: string; poll: (offerId: string) => Promise<LeaseGrant[]> }> {
  const slot = {
    index: 0,
    kind: 'simulated' as const,
    uuid: 'SIM-0',
    model: 'test',
    memoryMiB: 1,
    healthy: true,
  };
  const { nodeId } = await registerNode(fleet.db, {
    orgId: firstIds.org,
    poolName: null,
    node: {
      ...{ name: 'node-2', pool: 'local', incarnation: 'i2', protocols: [1], agentVersion: 'test' },
      isolation: 'session',
      slots: [slot],
    },
  });
  const { db, secret } = fleet;
  const poll = async (offerId: string): Promise<LeaseGrant[]> =>
    (await pollLeases(db, { nodeId, secret, poll: { offerId, generation: 1, free: [0], waitMs: 0 } })).leases;
  return { nodeId, poll };
}

describe('a lease ahead', () => {
  it('is granted with its hold, while its trial waits and nobody else can take it', async () => {
    const { sweepId, next } = await oneAhead({
      budget: { max_trials: 2, max_cost: '10', on_exhaust: 'stop_new' },
    });
    expect(next).toMatchObject({ slots: [], successor: false, trialNumber: 2 });
    expect(await states(sweepId)).toEqual(['running', 'queued']);
    const { poll } = await anotherNode();
    expect(await poll('o')).toEqual([]);
  });

  it('is asked for only by agents that know of it, and answers a repeated offer with itself', async () => {
    const sweepId = await fleet.submit(aSpec());
    await fleet.launch(sweepId, 1, 3);
    expect(await fleet.poll('first')).toHaveLength(1);
    const poll = { offerId: 'again', generation: 1, free: [], waitMs: 0, ahead: 1 };
    const look = () => pollLeases(fleet.db, { nodeId: fleet.nodeId, secret: fleet.secret, poll });
    const lease = only((await look()).ahead);
    expect(only((await look()).ahead).leaseId).toBe(lease.leaseId);
  });

  it('takes over the slot at the moment its process was started', async () => {
    const { running, next, sweepId } = await oneAhead();
    await letPass(running, next, 60_000);
    expect(await succeed(running, next, 40_000)).toEqual({ start: 'live' });
    expect(await states(sweepId)).toEqual(['finished', 'running', 'queued']);
    const [gone, live] = (await recordHistory(fleet.db)).leases;
    expect(live?.grantedMs).toBe(gone?.endMs);
    const [used] = (await recordHistory(fleet.db)).usage;
    expect((used?.toMs ?? 0) - (used?.fromMs ?? 0)).toBeGreaterThanOrEqual(20_000);
    expect((used?.toMs ?? 0) - (used?.fromMs ?? 0)).toBeLessThan(40_000);
    expect(await succeed(running, next, 90_000)).toEqual({ start: 'live' });
    expect((await recordHistory(fleet.db)).leases[1]?.grantedMs).toBe(live?.grantedMs);
  });

  it('never starts before its grant, whatever the agent says', async () => {
    const { running, next } = await oneAhead();
    await succeed(running, next, 1_000_000);
    const { leases } = await recordHistory(fleet.db);
    expect(leases[1]?.grantedMs).toBeGreaterThanOrEqual(leases[0]?.grantedMs ?? 0);
  });

  it('starts on a slot that became free another way, once', async () => {
    const { running, next } = await oneAhead();
    expect(await start(next)).toEqual({ state: 'fenced' });
    await fleet.end(running);
    expect(await Promise.all([start(next), start(next)])).toEqual([{ state: 'live' }, { state: 'live' }]);
    expect((await fleet.end(next)).status).toBe('closed');
    expect(await start(next)).toEqual({ state: 'live' });
  });

  it('goes back to the queue when it is released, and comes again under another id', async () => {
    const { next, running } = await oneAhead({
      budget: { max_trials: 3, max_cost: '10', on_exhaust: 'stop_new' },
    });
    await release(next);
    await release(next);
    expect(await start(next)).toEqual({ state: 'fenced' });
    const again = only((await fleet.pollAhead(1)).ahead);
    expect(again).toMatchObject({ attemptId: next.attemptId, attempt: 1, leaseId: `${next.leaseId}-2` });
    await succeed(running, again);
    await expect(release(again)).rejects.toMatchObject({ code: 'lease/fenced' });
    await fleet.end(again);
  });

  it('is recalled by a pause, and waits then', async () => {
    const { sweepId, running, next } = await oneAhead();
    await controlSweep(fleet.db, { sweepId, action: 'pause', actor: 'a' });
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([recall(next)]);
    expect(await beat(running, next)).toEqual([recall(next)]);
    await release(next);
    expect(await states(sweepId)).toEqual(['running', 'queued', 'queued']);
    await controlSweep(fleet.db, { sweepId, action: 'resume', actor: 'a' });
    expect((await fleet.pollAhead(1)).ahead).toHaveLength(1);
  });

  it('is accepted when it was started before the pause came, and runs on', async () => {
    const { sweepId, running, next } = await oneAhead();
    await controlSweep(fleet.db, { sweepId, action: 'pause', actor: 'a' });
    expect(await succeed(running, next)).toEqual({ start: 'live' });
    expect(await beat(next)).toEqual([]);
  });

  it('is stopped when it was started before the cancellation came', async () => {
    const { sweepId, running, next } = await oneAhead();
    await controlSweep(fleet.db, { sweepId, action: 'cancel', actor: 'a' });
    expect(await beat(next)).toEqual([recall(next)]);
    expect(await succeed(running, next)).toEqual({ start: 'live' });
    expect(await beat(next)).toMatchObject([{ type: 'stop', reason: 'cancelled' }]);
  });

  it.each(['stop', 'cancel'] as const)(
    'leaves its trial not run when it is released after a %s',
    async (action) => {
      const { sweepId, next } = await oneAhead();
      await controlSweep(fleet.db, { sweepId, action, actor: 'a' });
      expect(await states(sweepId)).toEqual(['running', 'queued', 'not_run']);
      await release(next);
      expect(await states(sweepId)).toEqual(['running', 'not_run', 'not_run']);
    },
  );

  it('ends its trial when a person stopped that', async () => {
    const { sweepId, next } = await oneAhead();
    await stopTrial(fleet.db, { trialId: next.trialId, actor: 'a' });
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([recall(next)]);
    await release(next);
    const [, second] = await listTrials(fleet.db, { sweepId, order: 'number', after: 0, limit: 2 });
    expect(second).toMatchObject({ state: 'stopped', reason: { code: 'stopped', by: 'a' } });
  });

  it('is lost with its whole hold when its agent falls silent, and fenced after', async () => {
    const { next, sweepId } = await oneAhead({
      budget: { max_trials: 3, max_cost: '10', on_exhaust: 'stop_new' },
    });
    await letExpire(next);
    expect(await expireLeases(fleet.db)).toBe(1);
    expect(await start(next)).toEqual({ state: 'fenced' });
    const history = await recordHistory(fleet.db);
    expect(only(history.usage).toMs - only(history.usage).fromMs).toBe(161_000);
    expect(await advanceTrial(fleet.db, next.trialId)).toEqual({ status: 'waiting', attempt: 2 });
    expect(await states(sweepId)).toEqual(['running', 'queued', 'queued']);
  });

  it('is not granted while a slot of the pool is free, and recalled when one stays empty', async () => {
    const { nodeId, poll } = await anotherNode();
    const first = await fleet.submit(aSpec({ budget: { max_trials: 2, on_exhaust: 'stop_new' } }));
    await fleet.launch(first, 1, 2);
    const reply = await fleet.pollAhead(1, [0]);
    expect(reply).toMatchObject({ leases: [{ trialNumber: 1 }] });
    expect(reply.ahead).toBeUndefined();
    const [second] = await poll('o1');
    const more = await fleet.submit(aSpec({ budget: { max_trials: 1, on_exhaust: 'stop_new' } }));
    await fleet.launch(more, 1, 1);
    const next = only((await fleet.pollAhead(1)).ahead);
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([]);
    if (second === undefined) throw new Error('no lease');
    const body = { attempt: second.attempt, exit: cleanExit };
    await completeLease(fleet.db, { nodeId, leaseId: second.leaseId, body });
    await advanceTrial(fleet.db, second.trialId);
    expect(await poll('o2')).toEqual([]);
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([recall(next)]);
    await release(next);
    expect(await poll('o3')).toMatchObject([{ trialId: next.trialId }]);
  });

  it('keeps a sweep at its limit by starting only in place of its own attempt', async () => {
    const { running, next, sweepId } = await oneAhead({ parallel: 1 });
    expect(next.successor).toBe(true);
    expect((await fleet.pollAhead(1)).ahead).toBeUndefined();
    await succeed(running, next);
    expect(await states(sweepId)).toEqual(['finished', 'running', 'queued']);
    expect((await recordHistory(fleet.db)).leases.filter(({ state }) => state === 'live')).toHaveLength(1);
  });

  it('gives way to a higher priority', async () => {
    const { next, running } = await oneAhead();
    const urgent = await fleet.submit(aSpec({ priority: 5 }));
    await fleet.launch(urgent, 1, 1);
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([recall(next)]);
    await release(next);
    const better = only((await fleet.pollAhead(1)).ahead);
    expect(better.sweepId).toBe(urgent);
    await fleet.end(running);
    expect(await fleet.poll()).toEqual([]);
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([recall(better)]);
  });

  it('is given back by an agent that starts anew or leaves, and asked back by a drain', async () => {
    const { next } = await oneAhead();
    await setNodeState(fleet.db, fleet.nodeId, 'draining');
    expect(await pendingCommands(fleet.db, fleet.nodeId)).toEqual([recall(next)]);
    await setNodeState(fleet.db, fleet.nodeId, 'offline');
    expect(await start(next)).toEqual({ state: 'fenced' });
  });

  it('takes no money that a running trial may need for its renewal', async () => {
    // A hold is 161 s at 0.36 USD an hour: 0.0161 USD. One may be ahead while as much is left as is held.
    const hold = 0.0161;
    const granted = async (factor: number): Promise<number> => {
      const max_cost = (hold * factor).toFixed(4);
      const id = await fleet.submit(aSpec({ budget: { max_trials: 3, max_cost, on_exhaust: 'stop_new' } }));
      await fleet.launch(id, 1, 3);
      const { leases, ahead } = await fleet.pollAhead(1, [0]);
      for (const lease of leases) await fleet.end(lease);
      for (const lease of ahead ?? []) await release(lease);
      await controlSweep(fleet.db, { sweepId: id, action: 'cancel', actor: 'a' });
      return ahead?.length ?? 0;
    };
    expect(await granted(3.9)).toBe(0);
    expect(await granted(4.1)).toBe(1);
  });

  it('is asked back before a renewal is refused for money', async () => {
    const { running, next, sweepId } = await oneAhead({
      budget: { max_trials: 3, max_cost: '0.07', on_exhaust: 'stop_new' },
    });
    await fleet.db.query(
      `SELECT ledger_post(jsonb_build_array(jsonb_build_object('orgId', $1::text, 'kind', 'adjust', 'key', 'drain', 'hash', 'x',
         'transfers', jsonb_build_array(jsonb_build_object('from', $2 || ':avail', 'to', 'issuer:' || $1 || ':money:USD',
           'amount', (SELECT balance::text FROM ledger_account WHERE id = $2 || ':avail'))))))`,
      [firstIds.org, `bd_${sweepId}_money-USD`],
    );
    await fleet.db.query(
      'UPDATE budget SET limit_amount = (SELECT sum(balance) FROM ledger_account WHERE budget_id = budget.id)',
    );
    await letPass(running, next, 80_000);
    expect(await beat(running, next)).toEqual([recall(next)]);
    await release(next);
    expect(await beat(running)).toEqual([]);
    expect((await recordHistory(fleet.db)).leases[0]?.endMs).toBeGreaterThan(Date.now() + 60_000);
  });
});

/** Moves the times of leases into the past. */
async function letPass(a: LeaseGrant, b: LeaseGrant, ms: number): Promise<void> {
  await fleet.db.query(
    `UPDATE lease SET expires_at = expires_at - $2 * interval '1 millisecond', granted_at = granted_at - $2 * interval '1 millisecond',
       settled_until = settled_until - $2 * interval '1 millisecond' WHERE id = ANY ($1)`,
    [[a.leaseId, b.leaseId], ms],
  );
}

const steps = [
  'poll',
  'succeed',
  'end',
  'start',
  'release',
  'repeat',
  'pause',
  'resume',
  'beat',
  'expire',
  'register',
] as const;

describe('leases ahead in any order of words', () => {
  it('keep every invariant: exact counts, one attempt a slot, no second twice, no money beyond the cap', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...steps), { minLength: 8, maxLength: 24 }),
        async (words) => {
          const sweepId = await fleet.submit(
            aSpec({ budget: { max_trials: 6, max_cost: '0.2', on_exhaust: 'stop_new' } }),
          );
          await fleet.launch(sweepId, 1, 6);
          let running: LeaseGrant | undefined;
          let next: AheadGrant | undefined;
          let last: (() => Promise<unknown>) | undefined;
          const say = async (word: () => Promise<unknown>): Promise<void> => {
            last = word;
            await word();
          };
          for (const word of words) {
            const [now, then] = [running, next];
            switch (word) {
              case 'poll': {
                const reply = await fleet.pollAhead(then === undefined ? 1 : 0, now === undefined ? [0] : []);
                running ??= reply.leases[0];
                next ??= reply.ahead?.[0];
                break;
              }
              case 'succeed':
                if (now === undefined || then === undefined) break;
                await say(() => succeed(now, then, 5).catch(() => undefined));
                [running, next] = [then, undefined];
                break;
              case 'end':
                if (now === undefined) break;
                await say(() => fleet.end(now).catch(() => undefined));
                running = undefined;
                break;
              case 'start':
                if (now !== undefined || then === undefined) break;
                await say(() => start(then));
                [running, next] = [then, undefined];
                break;
              case 'release':
                if (then === undefined) break;
                await say(() => release(then));
                next = undefined;
                break;
              case 'repeat':
                await last?.();
                break;
              case 'pause':
              case 'resume':
                await controlSweep(fleet.db, { sweepId, action: word, actor: 'a' }).catch(() => undefined);
                break;
              case 'beat':
                await beat(...[now, then].filter((lease) => lease !== undefined));
                break;
              case 'expire': {
                const lease = then ?? now;
                if (lease === undefined) break;
                await fleet.db.query(
                  `UPDATE lease SET expires_at = clock_timestamp() - (tail_ms + 1) * interval '1 millisecond',
                   granted_at = least(granted_at, clock_timestamp() - (quantum_ms + tail_ms + 1) * interval '1 millisecond'),
                   settled_until = clock_timestamp() - (quantum_ms + tail_ms + 1) * interval '1 millisecond'
                 WHERE id = $1 AND state = 'ahead'`,
                  [lease.leaseId],
                );
                if ((await expireLeases(fleet.db)) > 0) await advanceTrial(fleet.db, lease.trialId);
                break;
              }
              case 'register':
                if (now !== undefined) break;
                await registerAgain();
                next = undefined;
            }
            const history = await recordHistory(fleet.db);
            expect(checkHistory(history, [])).toEqual([]);
          }
          if (next !== undefined) await release(next);
          if (running !== undefined) await fleet.end(running).catch(() => undefined);
          await controlSweep(fleet.db, { sweepId, action: 'cancel', actor: 'a' }).catch(() => undefined);
          expect(await overshoots(fleet.db)).toEqual([]);
        },
      ),
      { numRuns: 12 },
    );
  }, 60_000);
});

/** The agent was started anew under its name and has nothing: the same inventory, the generation that the tests name. */
async function registerAgain(): Promise<void> {
  const slot = {
    index: 0,
    kind: 'simulated' as const,
    uuid: 'SIM-0',
    model: 'test',
    memoryMiB: 1024,
    healthy: true,
  };
  await registerNode(fleet.db, {
    orgId: firstIds.org,
    poolName: null,
    node: {
      ...{ name: 'node-1', pool: 'local', incarnation: 'i1', protocols: [1], agentVersion: 'test' },
      isolation: 'session',
      slots: [slot],
    },
  });
  await fleet.db.query(`UPDATE node SET generation = 1 WHERE id = $1`, [fleet.nodeId]);
}
