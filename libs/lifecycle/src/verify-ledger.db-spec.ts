import { aSpec, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { firstIds, verifyLedger } from './index.js';

let fleet: TestFleet;
let leases: readonly string[];

/** Books with one ended and one live lease in two budgets and one of the sweep. */
beforeEach(async () => {
  fleet = await TestFleet.start(2);
  for (const unit of ['money:USD', 'gpu_time']) await fleet.openBudget({ unit, limit: 10n ** 12n });
  const sweep = await fleet.submit(
    aSpec({ budget: { max_trials: 4, max_cost: '5', on_exhaust: 'stop_new' } }),
  );
  await fleet.launch(sweep, 1, 2);
  const [first, second] = await fleet.poll();
  if (first === undefined || second === undefined) throw new Error('two leases are needed');
  await fleet.end(first);
  leases = [first.leaseId, second.leaseId];
});
afterEach(async () => {
  await fleet.stop();
});

async function brokenRules(): Promise<string[]> {
  const { findings } = await verifyLedger(fleet.db, firstIds.org);
  return [...new Set(findings.map((finding) => finding.rule))].sort();
}

/** Writes behind the back of every function and trigger, as a bad restore or a hand edit would. */
async function damage(sql: string, parameters: readonly unknown[] = []): Promise<void> {
  await fleet.db.transaction(async (tx) => {
    await tx.query(`SET LOCAL session_replication_role = 'replica'`);
    await tx.query(sql, parameters);
  });
}

describe('verifyLedger', () => {
  it('finds nothing in books that were only written by the lifecycle, and says what it looked at', async () => {
    const { checked, findings } = await verifyLedger(fleet.db, firstIds.org);
    expect(findings).toEqual([]);
    expect(checked).toMatchObject({ leases: 2, usageRecords: 1 });
    expect(checked.transactions).toBeGreaterThan(8);
  });

  it.each([
    [
      'a balance that was edited',
      `UPDATE ledger_account SET balance = balance + 1 WHERE kind = 'spent' AND unit = 'gpu_time'`,
      ['balance', 'grant', 'unit-sum'],
    ],
    [
      'a transfer that was removed',
      `DELETE FROM ledger_transfer WHERE txn_seq = (SELECT min(seq) FROM ledger_txn WHERE kind = 'settle')`,
      ['balance', 'hold', 'settled-once'],
    ],
    [
      'a limit that was not granted',
      `UPDATE budget SET limit_amount = limit_amount + 1 WHERE unit = 'gpu_time'`,
      ['grant'],
    ],
    [
      'an overdraft',
      `UPDATE ledger_account SET balance = -1 WHERE kind = 'overdraft' AND unit = 'gpu_time'`,
      ['balance', 'grant', 'overdraft', 'unit-sum'],
    ],
  ])('finds %s', async (_what, sql, rules) => {
    await damage(sql);
    expect(await brokenRules()).toEqual(rules);
  });

  it.each([
    [
      'a hold of an ended lease that was never given back',
      'UPDATE lease_hold SET held = 5 WHERE lease_id = $1',
      ['hold'],
    ],
    ['a usage record that is missing', 'DELETE FROM usage_record WHERE lease_id = $1', ['usage-record']],
    [
      'a usage record of a micro-unit too much',
      'UPDATE usage_record SET cost_micros = cost_micros + 1 WHERE lease_id = $1',
      ['usage-amount'],
    ],
    [
      'a second settlement',
      `UPDATE ledger_txn SET kind = 'settle' WHERE lease_id = $1 AND kind = 'hold'`,
      ['settled-once'],
    ],
  ])('finds %s', async (_what, sql, rules) => {
    await damage(sql, [leases[0]]);
    expect(await brokenRules()).toEqual(rules);
  });
});
