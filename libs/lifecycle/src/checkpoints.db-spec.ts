import { createHash } from 'node:crypto';
import type { LeaseGrant, SweepSpec } from '@swath/contracts';
import { aSpec, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  advanceTrial,
  completeLease,
  dropCheckpoints,
  forgetCheckpoints,
  isCheckpoint,
  recordCheckpoint,
  resumedCheckpoint,
} from './index.js';

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await TestFleet.start(4);
});
afterEach(() => fleet.stop());

const preempted = { code: null, signal: 'SIGTERM', cause: 'preempted', reaped: true, durationMs: 5 } as const;

function archive(text: string): { sha256: string; size: number } {
  return { sha256: createHash('sha256').update(text).digest('hex'), size: text.length };
}

async function running(trials: number, over: Partial<SweepSpec> = {}): Promise<LeaseGrant[]> {
  const sweepId = await fleet.submit(aSpec(over));
  await fleet.launch(sweepId, 1, trials);
  return fleet.poll();
}

function only(grants: readonly LeaseGrant[]): LeaseGrant {
  const [grant] = grants;
  if (grant === undefined) throw new Error('nothing was granted');
  return grant;
}

async function save({ leaseId, attempt }: LeaseGrant, text: string): Promise<string> {
  return recordCheckpoint(fleet.db, { leaseId, attempt, archive: archive(text) });
}

describe('checkpoints', () => {
  it('are resumed from by the next attempt: the newest that was recorded, and only while its attempt was live', async () => {
    const first = only(await running(1));
    expect(first.resume).toBeUndefined();
    await expect(resumedCheckpoint(fleet.db, first.leaseId)).rejects.toMatchObject({
      code: 'checkpoint/not-found',
    });
    await save(first, 'one');
    const checkpoint = await save(first, 'two');
    expect(await save(first, 'two')).toBe(checkpoint);
    await fleet.end(first, preempted);
    await expect(save(first, 'late')).rejects.toMatchObject({ code: 'lease/fenced' });
    const second = only(await fleet.poll());
    expect(second).toMatchObject({ attempt: 2, resume: { checkpoint, ...archive('two') } });
    expect(await resumedCheckpoint(fleet.db, second.leaseId)).toEqual(archive('two'));
    await expect(save({ ...second, attempt: 1 }, 'other')).rejects.toMatchObject({ code: 'lease/not-found' });
    // One without a checkpoint of its own hands on what it got.
    await fleet.end(second, preempted);
    expect(only(await fleet.poll())).toMatchObject({ attempt: 3, resume: { checkpoint } });
  });

  it('are not recorded of a lease ahead, which has not started', async () => {
    const sweepId = await fleet.submit(aSpec());
    await fleet.launch(sweepId, 1, 5);
    const { ahead } = await fleet.pollAhead(1, [0, 1, 2, 3]);
    const { leaseId = '', attempt = 1 } = ahead?.[0] ?? {};
    await expect(
      recordCheckpoint(fleet.db, { leaseId, attempt, archive: archive('x') }),
    ).rejects.toMatchObject({ code: 'lease/not-started' });
  });

  it('are kept of the three best finished trials and of those that go on; the rest is removed, archive first', async () => {
    const grants = await running(4);
    for (const [index, grant] of grants.entries()) {
      await save(grant, `older ${index}`);
      await save(grant, `newer ${index}`);
      if (index === 0) continue;
      await fleet.log(grant, 1, [index]);
      await fleet.end(grant);
    }
    const [fifth, sixth] = await (async () => {
      await fleet.launch(only(grants).sweepId, 2, 2);
      return fleet.poll();
    })();
    for (const [loss, grant] of [
      [0.5, fifth],
      [9, sixth],
    ] as const) {
      if (grant === undefined) throw new Error('six trials were expected');
      await save(grant, `loss ${loss}`);
      await fleet.log(grant, 1, [loss]);
      await fleet.end(grant);
    }
    await dropCheckpoints(fleet.db);
    const removed: string[] = [];
    await expect(
      forgetCheckpoints(fleet.db, () => Promise.reject(new Error('the disk is away'))),
    ).rejects.toThrow('the disk is away');
    await forgetCheckpoints(fleet.db, async (sha256) => {
      expect(await isCheckpoint(fleet.db, sha256)).toBe(true);
      removed.push(sha256);
    });
    const gone = [...[0, 1, 2, 3].map((index) => `older ${index}`), 'newer 3', 'loss 9'];
    expect(removed.sort()).toEqual(gone.map((text) => archive(text).sha256).sort());
    expect(await isCheckpoint(fleet.db, archive('newer 0').sha256)).toBe(true);
    expect(await isCheckpoint(fleet.db, archive('older 0').sha256)).toBe(false);
  });

  it('of a failed trial are kept until its sweep has ended, because it can be queued again', async () => {
    const grant = only(await running(1, { retries: { user: 0, preemption: 0, infrastructure: 0 } }));
    await save(grant, 'state');
    await completeLease(fleet.db, {
      nodeId: fleet.nodeId,
      leaseId: grant.leaseId,
      body: { attempt: 1, exit: { code: 1, signal: null, cause: 'exit', reaped: true, durationMs: 1 } },
    });
    await advanceTrial(fleet.db, grant.trialId);
    await dropCheckpoints(fleet.db);
    expect(await forgetCheckpoints(fleet.db, () => Promise.resolve())).toBe(0);
    await fleet.db.query('UPDATE sweep SET ended_at = clock_timestamp() WHERE id = $1', [grant.sweepId]);
    await dropCheckpoints(fleet.db);
    expect(await forgetCheckpoints(fleet.db, () => Promise.resolve())).toBe(1);
  });
});
