import { TestFleet } from '@swath/testing';
import { parseExactRow, writeExactRow, type Database, type ExactRow } from '@swath/persistence';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../principals.js';
import { ensureProject, type ClientProject } from './projects.js';
import { rewindRun } from './end-run.js';
import { readHistory } from './read-history.js';
import { recordStream } from './record-stream.js';
import { findRun } from './run-rows.js';
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
let number = 0;

beforeAll(async () => {
  fleet = await TestFleet.start();
  db = fleet.db;
  project = await ensureProject(db, caller, { project: 'fidelity' });
});
afterAll(async () => {
  await fleet.stop();
});

async function newRun(): Promise<string> {
  number += 1;
  const { run } = await upsertRun(db, { caller, project, name: `run-${number}`, fields: { host: 'here' } });
  return run.id;
}

/** A value as a Python client writes it. */
const valueText = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map((value) => {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }),
  fc.constantFrom('NaN', 'Infinity', '-Infinity', 'true', 'false', 'null', '1e400', '-0', '1.795558623e+09'),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => JSON.stringify(text)),
  fc.constantFrom(
    '{"_type":"histogram","values":[1,2,NaN],"bins":[0.5,1.0]}',
    '[1,[2,{"a":null}]]',
    '{"p":{"q":3}}',
  ),
);
const names = fc.constantFrom(
  'loss',
  'train/loss',
  'ünï',
  'a.b',
  '__proto__',
  'constructor',
  'x'.repeat(200),
);
const line = fc.dictionary(names, valueText, { maxKeys: 5, noNullPrototype: false });

/** What a value means, whatever its spelling: integers stay integers, everything else is compared as it reads. */
function meaning(text: string): string {
  if (/^-?\d+$/.test(text)) return text === '-0' ? '-0' : `int ${BigInt(text).toString()}`;
  if (/^-?(\d|Infinity)|^NaN$/.test(text)) {
    const value = Number(text);
    return `real ${Object.is(value, -0) ? '-0' : String(value)}`;
  }
  return text;
}

function meaningOf(row: ExactRow): Record<string, string> {
  return Object.fromEntries([...row].map(([name, text]) => [`.${name}`, meaning(text)]));
}

describe('a stream of lines', () => {
  it('is stored exactly, however it is cut, repeated and reordered', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 40 }),
        fc.infiniteStream(fc.nat()),
        async (lines, chance) => {
          const pick = (below: number): number => (chance.next().value ?? 0) % below;
          const sent = lines.map((values, step) =>
            parseExactRow(
              `{${[...Object.entries(values), ['_step', String(step)] as const].map(([k, v]) => `${JSON.stringify(k)}:${v}`).join(',')}}`,
            ),
          );
          const posts: { offset: number; lines: ExactRow[] }[] = [];
          for (let at = 0; at < sent.length;) {
            const end = Math.min(sent.length, at + 1 + pick(7));
            posts.push({ offset: at, lines: sent.slice(at, end) });
            at = end;
          }
          for (let extra = pick(6); extra > 0; extra -= 1) {
            const from = pick(sent.length);
            posts.push({ offset: from, lines: sent.slice(from, from + 1 + pick(9)) });
          }
          for (let index = posts.length - 1; index > 0; index -= 1) {
            const other = pick(index + 1);
            [posts[index], posts[other]] = [
              posts[other] ?? { offset: 0, lines: [] },
              posts[index] ?? { offset: 0, lines: [] },
            ];
          }
          const runId = await newRun();
          for (const history of posts)
            await recordStream(db, { runId, projectId: project.id, post: { history } });
          const stored = await readHistory(db, { runId, kind: 'history' });
          expect(stored.map(meaningOf)).toEqual(sent.map(meaningOf));
        },
      ),
      { numRuns: 60 },
    );
  }, 240_000);

  it('counts lines for a client that resumes, and forgets what a rewind takes back', async () => {
    const runId = await newRun();
    const lines = Array.from({ length: 10 }, (_, step) => parseExactRow(`{"_step":${step},"v":${step}.5}`));
    await recordStream(db, { runId, projectId: project.id, post: { history: { offset: 0, lines } } });
    await rewindRun(db, runId, 6);
    const run = await findRun(db, { projectId: project.id, name: `run-${number}` });
    expect(run).toMatchObject({ historyLines: 7, lastStep: 6 });
    const rows = await readHistory(db, { runId, kind: 'history', range: { from: 5, to: 9 } });
    expect(rows.map(writeExactRow)).toEqual(['{"_step":5,"v":5.5}', '{"_step":6,"v":6.5}']);
  });

  it('reads a step that was written twice once, the last one', async () => {
    const runId = await newRun();
    const lines = [0, 1, 2].map((step) => parseExactRow(`{"_step":${step}}`));
    await recordStream(db, { runId, projectId: project.id, post: { history: { offset: 0, lines } } });
    await recordStream(db, { runId, projectId: project.id, post: { history: { offset: 3, lines } } });
    expect(await readHistory(db, { runId, kind: 'history' })).toHaveLength(3);
  });

  it('keeps the rows of several writers of one run apart', async () => {
    const runId = await newRun();
    const lines = [0, 1].map((step) => parseExactRow(`{"_step":${step}}`));
    for (const writer of ['one', 'two']) {
      const post = { history: { offset: 0, lines }, summary: `{"${writer}":1}`, writer };
      await recordStream(db, { runId, projectId: project.id, post });
    }
    expect(await readHistory(db, { runId, kind: 'history' })).toHaveLength(4);
  });
});
