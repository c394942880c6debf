// A command that cannot run costs as many attempts as its sweep allows, however many slots there are; one that has run once costs nothing.
import type { LeaseGrant, ProcessExit } from '@swath/contracts';
import { aSpec, TestFleet } from '@swath/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { finishSweep, sweepStatus } from './index.js';

const crash: ProcessExit = { code: 1, signal: null, cause: 'exit', reaped: true, durationMs: 1 };

let fleet: TestFleet;
afterEach(() => fleet.stop());

async function poisoned(limit: number, slots: number, retries = 0): Promise<string> {
  fleet = await TestFleet.start(slots);
  const id = await fleet.submit(
    aSpec({
      budget: { max_trials: 50, max_consecutive_initial_failures: limit, on_exhaust: 'stop_new' },
      retries: { infrastructure: 3, preemption: 10, user: retries },
    }),
  );
  await fleet.launch(id, 1, 50);
  return id;
}

/** Polls and crashes what starts, one after the other, until nothing starts any more. */
async function crashAll(): Promise<LeaseGrant[]> {
  const started: LeaseGrant[] = [];
  const running: LeaseGrant[] = [];
  for (;;) {
    const granted = await fleet.poll();
    started.push(...granted);
    running.push(...granted);
    const next = running.shift();
    if (next === undefined) return started;
    await fleet.end(next, crash);
  }
}

describe('a sweep whose every attempt crashes', () => {
  it.each([
    { limit: 3, slots: 1, starts: 3 },
    { limit: 5, slots: 2, starts: 5 },
    { limit: 2, slots: 4, starts: 4 },
  ])(
    'starts $starts when $limit may fail on $slots slots, and ends as failed',
    async ({ limit, slots, starts }) => {
      const id = await poisoned(limit, slots);
      expect(await crashAll()).toHaveLength(starts);
      expect(await sweepStatus(fleet.db, id)).toMatchObject({ state: 'stopping', reason: 'failures' });
      expect(await finishSweep(fleet.db, id)).toBe('failed');
      const [use] = await fleet.db.query<{ leases: number; ms: bigint }>(
        'SELECT count(*)::int AS leases, sum(milli_gpu_ms) AS ms FROM usage_record WHERE sweep_id = $1',
        [id],
      );
      expect(use?.leases).toBe(starts);
    },
  );

  it('counts attempts, so that retries are within the limit', async () => {
    await poisoned(3, 1, 5);
    const started: LeaseGrant[] = [];
    for (let grants = await fleet.poll(); grants.length > 0; grants = await fleet.poll()) {
      started.push(...grants);
      for (const grant of grants) await fleet.end(grant, crash);
    }
    expect(started).toHaveLength(3);
  });

  it('says why no more of it run', async () => {
    await poisoned(3, 4);
    const grants = await fleet.poll();
    expect(grants).toHaveLength(4);
    await fleet.end(grants[0] ?? expect.fail(), crash);
    expect(await fleet.poll()).toEqual([]);
    const [row] = await fleet.db.query<{ waiting: unknown }>(
      `SELECT waiting FROM attempt WHERE state = 'queued' AND waiting IS NOT NULL LIMIT 1`,
    );
    expect(row?.waiting).toEqual({ code: 'parallel', limit: 2, failures: 1 });
  });
});

describe('a sweep of which one attempt has proved that the command runs', () => {
  it.each([
    ['by a metric', (grant: LeaseGrant) => fleet.log(grant, 1, [0.5])],
    ['by its end', (grant: LeaseGrant) => fleet.end(grant)],
  ])('%s has no such limit', async (_, prove) => {
    const id = await poisoned(2, 1);
    const [first] = await fleet.poll();
    await prove(first ?? expect.fail());
    if (_ === 'by a metric') await fleet.end(first ?? expect.fail(), crash);
    expect(await crashAll()).toHaveLength(49);
    expect(await sweepStatus(fleet.db, id)).toMatchObject({ state: 'running' });
  });

  it('is leased ahead, and not before', async () => {
    await poisoned(2, 1);
    const [first] = await fleet.poll();
    expect((await fleet.pollAhead(1)).ahead ?? []).toEqual([]);
    await fleet.log(first ?? expect.fail(), 1, [0.5]);
    expect((await fleet.pollAhead(1)).ahead).toHaveLength(1);
  });
});

describe('a limit of trials at once', () => {
  it('counts trials, not their slots', async () => {
    fleet = await TestFleet.start(8);
    const id = await fleet.submit(aSpec({ parallel: 3, resources: { pool: 'local', gpus: 2 } }));
    await fleet.launch(id, 1, 5);
    expect(await fleet.poll()).toHaveLength(3);
  });
});
