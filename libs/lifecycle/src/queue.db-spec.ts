// What an offer and an end read of long tables, with the plans that a connection made while the tables were short.
import { aSpec, TestFleet } from '@swath/testing';
import { afterEach, describe, expect, it } from 'vitest';

const ROUNDS = 10;
const SWEEPS = 20;
const TRIALS = 200;

let fleet: TestFleet;
afterEach(() => fleet.stop());

async function queue(trials: number): Promise<void> {
  const id = await fleet.submit(aSpec({ budget: { max_trials: trials, on_exhaust: 'stop_new' } }));
  await fleet.launch(id, 1, trials);
}

async function runTrials(count: number): Promise<void> {
  for (let trial = 0; trial < count; trial += 1) {
    const grants = await fleet.poll();
    expect(grants).toHaveLength(1);
    for (const grant of grants) await fleet.end(grant);
  }
}

/** Rows of trials and attempts that were read so far, by whatever scan. */
async function rowsRead(): Promise<number> {
  // A connection hands in its counts when it is told to; the fleet has one that does all its work.
  await fleet.db.query('SELECT pg_stat_force_next_flush()');
  await fleet.db.query('SELECT pg_stat_clear_snapshot()');
  const [row] = await fleet.db.query<{ read: number }>(
    `SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN ('trial', 'attempt')) +
       (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname IN ('trial', 'attempt')))::int AS read`,
  );
  return row?.read ?? NaN;
}

describe('a long queue', () => {
  it.each([2, 20])('costs little also with plans made when %i attempts waited', async (short) => {
    fleet = await TestFleet.start(1);
    await queue(short);
    // The statistics stay as they are, as between two rounds of PostgreSQL's own.
    for (const table of ['attempt', 'trial', 'sweep', 'lease'])
      await fleet.db.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
    await fleet.db.query('ANALYZE');
    await runTrials(short);
    for (let sweep = 0; sweep < SWEEPS; sweep += 1) await queue(TRIALS);
    const before = await rowsRead();
    await runTrials(ROUNDS);
    const read = ((await rowsRead()) - before) / ROUNDS;
    expect(read).toBeGreaterThan(1);
    // Each of the two tables once, by the one statement that is outside of any transaction. A plan for short tables that is kept
    // reads all trials for each sweep: 80,000 rows.
    expect(read).toBeLessThan(3 * SWEEPS * TRIALS);
  });
});
