import { aSpec, TestFleet } from '@swath/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  changeBudgetLimit,
  describeWaiting,
  firstIds,
  listAttempts,
  listBudgetEntries,
  listBudgets,
  readBudget,
  readBudgetVersions,
  verifyLedger,
} from './index.js';

const { org, team, project } = firstIds;

let fleet: TestFleet;
beforeEach(async () => {
  fleet = await TestFleet.start(2);
});
afterEach(async () => {
  await fleet.stop();
});

/** One sweep with trials in its queue. */
async function queueTrials(): Promise<string> {
  const sweep = await fleet.submit(aSpec());
  await fleet.launch(sweep, 1, 2);
  return sweep;
}

describe('budgets', () => {
  it('keep each limit as a version with who set it and why, and move only the difference', async () => {
    const id = await fleet.openBudget();
    const change = { orgId: org, budgetId: id, actor: 'us_ada', reason: 'more work' };
    await changeBudgetLimit(fleet.db, { ...change, limit: 3_000_000n, version: 1 });
    await changeBudgetLimit(fleet.db, { ...change, limit: 2_500_000n });
    await changeBudgetLimit(fleet.db, { ...change, limit: 2_500_000n });
    expect(await fleet.readBudget(id)).toMatchObject({ limit: 2_500_000n, avail: 2_500_000n, version: 3 });
    const versions = await readBudgetVersions(fleet.db, id, 10);
    expect(versions.map(({ version, limit, actor }) => [version, limit, actor])).toEqual([
      [3, 2_500_000n, 'us_ada'],
      [2, 3_000_000n, 'us_ada'],
      [1, 1_000_000n, 'us_first'],
    ]);
    await expect(changeBudgetLimit(fleet.db, { ...change, limit: 1n, version: 1 })).rejects.toMatchObject({
      code: 'request/precondition-failed',
    });
    await expect(fleet.db.query(`UPDATE budget_version SET actor = 'me'`)).rejects.toThrow('insert-only');
    expect((await verifyLedger(fleet.db, org)).findings).toEqual([]);
  });

  it('are refused twice, on a scope that is not there, and to another organisation', async () => {
    const id = await fleet.openBudget();
    await expect(fleet.openBudget()).rejects.toMatchObject({ code: 'budget/exists' });
    await expect(fleet.openBudget({ scopeId: 'pj_none' })).rejects.toMatchObject({
      code: 'budget/scope-not-found',
    });
    await expect(fleet.openBudget({ orgId: 'og_other' })).rejects.toMatchObject({
      code: 'budget/scope-not-found',
    });
    await expect(
      readBudget(fleet.db, { budgetId: id, orgId: 'og_other', projectId: null }),
    ).rejects.toMatchObject({ code: 'budget/not-found' });
  });

  it('on organisation, team and project all hold the same lease', async () => {
    const ids = [
      await fleet.openBudget(),
      await fleet.openBudget({ scopeKind: 'team', scopeId: team }),
      await fleet.openBudget({ scopeKind: 'org', scopeId: org, unit: 'gpu_time', limit: 10n ** 12n }),
      await fleet.openBudget({ scopeKind: 'org', scopeId: org, mode: 'MONITOR', limit: 0n }),
    ];
    await queueTrials();
    const [grant] = await fleet.poll();
    const budgets = await Promise.all(ids.map((id) => fleet.readBudget(id)));
    for (const budget of budgets) expect(budget.held).toBeGreaterThan(0n);
    if (grant === undefined) throw new Error('no lease was granted');
    await fleet.end(grant);
    const entries = await listBudgetEntries(fleet.db, { budgetId: ids[0] ?? '', before: null, limit: 10 });
    expect(entries.map((entry) => entry.kind)).toEqual(['settle', 'hold', 'hold', 'grant']);
    const older = { budgetId: ids[0] ?? '', before: entries[1]?.seq ?? 0n, limit: 1 };
    expect((await listBudgetEntries(fleet.db, older)).map((entry) => entry.seq)).toEqual([entries[2]?.seq]);
    expect((await verifyLedger(fleet.db, org)).findings).toEqual([]);
  });

  it('in another currency do not count a lease', async () => {
    const id = await fleet.openBudget({ unit: 'money:EUR', limit: 0n });
    await queueTrials();
    expect(await fleet.poll()).toHaveLength(2);
    expect(await fleet.readBudget(id)).toMatchObject({ held: 0n, spent: 0n });
  });

  it('that are short make attempts wait with a reason that says how much is missing and who can help', async () => {
    const id = await fleet.openBudget({ limit: 100n });
    const sweep = await queueTrials();
    expect(await fleet.poll()).toEqual([]);
    const [trial] = await fleet.db.query<{ id: string }>('SELECT id FROM trial WHERE sweep_id = $1', [sweep]);
    const [attempt] = await listAttempts(fleet.db, trial?.id ?? '');
    expect(describeWaiting(attempt?.waiting ?? null)).toMatch(
      /^the budget bd_pj_default_money-USD of project pj_default has 0\.000100 USD left and the lease needs 0\.00\d+ USD; a budget owner/,
    );
    await changeBudgetLimit(fleet.db, {
      orgId: org,
      budgetId: id,
      limit: 10n ** 6n,
      actor: 'a',
      reason: 'r',
    });
    expect(await fleet.poll()).toHaveLength(2);
  });

  it('are listed for a key of one project only along its path', async () => {
    await fleet.openBudget();
    await fleet.openBudget({ scopeKind: 'org', scopeId: org });
    await fleet.db.query(`INSERT INTO team (id, org_id, name) VALUES ('te_b', $1, 'b')`, [org]);
    await fleet.db.query(`INSERT INTO project (id, org_id, team_id, name) VALUES ('pj_b', $1, 'te_b', 'b')`, [
      org,
    ]);
    await fleet.openBudget({ scopeId: 'pj_b' });
    await fleet.openBudget({ scopeKind: 'team', scopeId: 'te_b' });
    const ids = async (projectId: string | null): Promise<string[]> =>
      (await listBudgets(fleet.db, { orgId: org, projectId })).map(({ scopeId }) => scopeId);
    expect((await ids(null)).sort()).toEqual([org, project, 'pj_b', 'te_b'].sort());
    expect((await ids(project)).sort()).toEqual([org, project].sort());
  });
});
