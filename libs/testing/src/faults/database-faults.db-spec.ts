import { readReport, editPool, firstIds } from '@swath/lifecycle';
import { isConnectionLoss } from '@swath/persistence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSpec, TestFleet } from '../fleet.js';
import { ledgerDrift, overshoots } from '../ledger-checks.js';
import { databaseFaults } from './database-faults.js';
import { recordHistory } from './history.js';
import { checkHistory } from './invariants.js';
import { Seeded } from './seeded.js';

const rates = {
  before: 0.02,
  'reply-lost': 0.02,
  deadlock: 0.02,
  serialization: 0.02,
  'connection-drop': 0.02,
};
const faults = databaseFaults(new Seeded(20), rates);
/** Every kind of fault at every point: fewer, and the test shows less than it says. */
const kinds = Object.keys(rates).flatMap((fault) => [`${fault} statement`, `${fault} commit`]);
const LEAST_ROUNDS = 10;
const MOST_ROUNDS = 100;
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
      aSpec({ budget: { max_trials: 4 * MOST_ROUNDS, max_cost: '1000', on_exhaust: 'stop_new' } }),
    );
    faults.on = true;
    let round = 0;
    while (round < LEAST_ROUNDS || (round < MOST_ROUNDS && kinds.some((kind) => !faults.counts.has(kind)))) {
      round += 1;
      const request = round;
      const offer = `offer-of-round-${round}`;
      await insist(() => fleet.launch(sweepId, request, 4));
      const grants = await insist(() => fleet.poll(offer));
      for (const grant of grants) {
        const reply = await insist(() => fleet.log(grant, 1, [round, round + 1]));
        expect(reply.late).toBe(false);
        await insist(() => fleet.end(grant));
      }
    }
    faults.on = false;
    const history = await recordHistory(fleet.db);
    expect(checkHistory(history, [])).toEqual([]);
    expect(history.trials.map((trial) => trial.state)).toEqual(
      Array.from({ length: 4 * round }, () => 'finished'),
    );
    expect(history.leases).toHaveLength(4 * round);
    expect(await ledgerDrift(fleet.db)).toEqual([]);
    expect(await overshoots(fleet.db)).toEqual([]);
    const report = await readReport(fleet.db, sweepId);
    expect(report.attempts).toMatchObject({ total: 4 * round, retries: 0 });
    expect([...faults.counts.keys()].toSorted()).toEqual(kinds.toSorted());
  });
});
