import { TestFleet } from '@swath/testing';
import { type Database } from '@swath/persistence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../principals.js';
import { countClientRuns, listClientRuns } from './list-runs.js';
import { ensureProject, type ClientProject } from './projects.js';
import { upsertRun } from './upsert-run.js';

let fleet: TestFleet;
let db: Database;
let project: ClientProject;
const caller: Principal = {
  kind: 'user',
  id: 'us_first',
  orgId: 'og_default',
  projectId: 'pj_default',
  role: 'admin',
};

beforeAll(async () => {
  fleet = await TestFleet.start();
  db = fleet.db;
  project = await ensureProject(db, caller, { project: 'filters' });
  for (const [name, config] of [
    ['a', '{"lr":{"value":0.1},"name":{"value":"m1"}}'],
    ['b', '{"lr":{"value":NaN},"name":{"value":"m2\\u0000"}}'],
    ['c', '{"name":{"value":{"deep":[1,2]}}}'],
  ] as const) {
    await upsertRun(db, { caller, project, name, fields: { config, tags: [`tag-${name}`] } });
  }
});
afterAll(async () => {
  await fleet.stop();
});

async function names(filter: unknown, order = '+name'): Promise<string[]> {
  const rows = await listClientRuns(db, { projectId: project.id, filter, order, offset: 0, limit: 10 });
  return rows.map((row) => row.name);
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = [value];
  return value;
}

describe('filters of runs', () => {
  it.each<[unknown, string[]]>([
    [{ 'config.name': { $regex: '^m[12]' } }, ['a', 'b']],
    [{ tags: { $regex: 'tag-[bc]' } }, ['b', 'c']],
    [{ 'config.name': { $regex: '(?=m)m\\d' }, 'config.lr': { $nin: [] } }, ['a', 'b']],
    [{ 'config.name': 'm2\u0000' }, ['b']],
    [{ tags: 'tag\u0000' }, []],
    [{ 'config.a\u0000b': 1 }, []],
    [{ 'config.name': { deep: [1, 2] } }, ['c']],
    [{ 'config.lr': { $gt: 0 } }, ['a']],
    [{ 'config.lr': '\ud800' }, []],
  ])('%j finds %j', async (filter, expected) => {
    expect(await names(filter)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ['a pattern that only other languages can read', { name: { $regex: '(?<year>\\d+)' } }],
    ['a pattern that is not closed', { tags: { $regex: '(' } }],
    ['a pattern that is too long', { name: { $regex: 'a'.repeat(501) } }],
    ['a pattern that is no text', { name: { $regex: 3 } }],
    ['a value nested too deep', { 'config.name': nested(5_000) }],
    ['conditions nested too deep', { $and: [nestedAnd(30)] }],
    ['too many terms', { $or: Array.from({ length: 2_000 }, (_, n) => ({ name: String(n) })) }],
    ['an unknown operator', { name: { $where: 'sleep(1)' } }],
    ['an unknown field', { password: 1 }],
  ])('refuses %s', async (_what, filter) => {
    const query = { projectId: project.id, filter };
    await expect(names(filter)).rejects.toMatchObject({ code: 'request/invalid' });
    await expect(countClientRuns(db, query)).rejects.toMatchObject({ code: 'request/invalid' });
  });
});

function nestedAnd(depth: number): unknown {
  let filter: unknown = {};
  for (let level = 0; level < depth; level += 1) filter = { $and: [filter] };
  return filter;
}
