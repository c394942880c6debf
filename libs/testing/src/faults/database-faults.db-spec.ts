import { readReport, editPool, firstIds } from '@swath/lifecycle';
import { isConnectionLoss } from '@swath/persistence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSpec, TestFleet } from '../fleet.js';
import { ledgerDrift, overshoots } from '../ledger-checks.js';
import { databaseFaults } from './database-faults.js';
import { recordHistory } from './history.js';
import { checkHistory } from './invariants.js';
import { Seeded } from './seeded.js';

const faults = databaseFaults(new Seeded(20), {
  before: 0.01,
  'reply-lost': 0.01,
  deadlock: 0.02,
  serialization: 0.02,
  'connection-drop': 0.01,
});
let fleet: TestFleet;
beforeAll(async () => {
  faults.on = false;
  fleet = await TestFleet.start(4, faults.inject);
  await editPool(fleet.db, {
    orgId: firstIds.org,
    poolId: firstIds.pool,
    price: { currency: 'USD', microsPerHour: 3_600_000n, source: 'test' },
  });
});
afterAll(async () => {
  await fleet.stop();
});

/** Repeats a step as agents, relay and activities do: after a lost connection, and after five deadlocks in a row. */
async function insist<Result>(step: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (!isConnectionLoss(error) && code !== '40001' && code !== '40P01') throw error;
    }
  }
}

describe('the lifecycle on a database that fails', () => {
  it('has every effect exactly once', async () => {
    const sweepId = await fleet.submit(
      aSpec({ budget: { max_trials: 40, max_cost: '1000', on_exhaust: 'stop_new' } }),
    );
    faults.on = true;
    for (let round = 1; round <= 10; round += 1) {
      await insist(() => fleet.launch(sweepId, round, 4));
      const grants = await insist(() => fleet.poll(`offer-of-round-${round}`));
      for (const grant of grants) {
        const reply = await insist(() => fleet.log(grant, 1, [round, round + 1]));
        expect(reply.late).toBe(false);
        await insist(() => fleet.end(grant));
      }
    }
    faults.on = false;
    const history = await recordHistory(fleet.db);
    expect(checkHistory(history, [])).toEqual([]);
    expect(history.trials.map((trial) => trial.state)).toEqual(Array.from({ length: 40 }, () => 'finished'));
    expect(history.leases).toHaveLength(40);
    expect(await ledgerDrift(fleet.db)).toEqual([]);
    expect(await overshoots(fleet.db)).toEqual([]);
    const report = await readReport(fleet.db, sweepId);
    expect(report.attempts).toMatchObject({ total: 40, retries: 0 });
    // Each kind was met at both points, or the test shows nothing.
    expect([...faults.counts.keys()]).toEqual(
      expect.arrayContaining(['reply-lost commit', 'deadlock commit', 'before statement']),
    );
  });
});
