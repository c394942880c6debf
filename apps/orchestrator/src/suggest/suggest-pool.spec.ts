import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SuggestRequest } from '@swath/search';
import { afterAll, describe, expect, it } from 'vitest';
import { SuggestionError, SuggestPool } from './suggest-pool.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-suggest-'));
const filename = join(folder, 'thread.mjs');
// A thread that tells where it ran, or does what the seed says. The real one needs the build; the whole-system tests run it.
writeFileSync(
  filename,
  `import { threadId } from 'node:worker_threads';
   export function runSuggest({ seed }) {
     if (seed === 1) throw new RangeError('no such point');
     if (seed === 2) process.exit(3);
     if (seed === 3) for (;;);
     return { suggestions: [], exhausted: true, model: { threadId } };
   }`,
);
const pool = new SuggestPool({ filename, threads: 2 });
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

const request: SuggestRequest = {
  space: { lr: { distribution: 'uniform', min: 0, max: 1 } },
  objectives: [{ name: 'loss', direction: 'minimize' }],
  method: 'gp',
  seed: 0,
  history: [],
  pending: [],
  nextNumber: 0,
  count: 1,
};

describe('SuggestPool', () => {
  it('runs searchers with a model in another thread', async () => {
    const { model } = await pool.suggest(request);
    expect(model).toMatchObject({ threadId: expect.toSatisfy((id: number) => id > 0) });
  });

  it('answers methods without a model here and at once', async () => {
    const { suggestions } = await pool.suggest({ ...request, method: 'random', count: 3 });
    expect(suggestions).toHaveLength(3);
  });

  it('says that a searcher threw, because no retry helps', async () => {
    await expect(pool.suggest({ ...request, seed: 1 })).rejects.toThrow(SuggestionError);
  });

  it('does not blame the searcher for a thread that died', async () => {
    await expect(pool.suggest({ ...request, seed: 2 })).rejects.not.toBeInstanceOf(SuggestionError);
    expect(await pool.suggest(request)).toMatchObject({ exhausted: true });
  });

  it('ends the work when the caller gives up', async () => {
    const giveUp = new AbortController();
    const answer = pool.suggest({ ...request, seed: 3 }, giveUp.signal);
    giveUp.abort();
    await expect(answer).rejects.toThrow(/abort/i);
  });
});
