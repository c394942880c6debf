import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { GatewayError } from '../gateway/http-json.js';
import type { Log } from '../log.js';
import { StreamUploader } from './stream-uploader.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
let number = 0;

/** A server that keeps batches by number, and fails as it is told to: before it stores, or after. */
class Store {
  readonly batches = new Map<number, string[]>();
  conflicts = 0;
  posts = 0;
  failures: ('before' | 'after')[] = [];

  post(seq: number, rows: string[]): Promise<void> {
    this.posts += 1;
    const failure = this.failures.shift();
    if (failure === 'before') return Promise.reject(new GatewayError('down', { status: 503 }));
    const known = this.batches.get(seq);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(rows)) this.conflicts += 1;
    this.batches.set(seq, rows);
    return failure === 'after'
      ? Promise.reject(new GatewayError('reply lost', { status: 0 }))
      : Promise.resolve();
  }

  rows(): string[] {
    return [...this.batches].sort(([a], [b]) => a - b).flatMap(([, rows]) => rows);
  }
}

interface Fixture {
  readonly file: string;
  readonly store: Store;
  open(): { uploader: StreamUploader<string>; kill: () => void };
}

function fixture(): Fixture {
  number += 1;
  const file = join(folder, `stream-${number}.jsonl`);
  const store = new Store();
  return {
    file,
    store,
    open: () => {
      const killed = new AbortController();
      const uploader = new StreamUploader<string>({
        file,
        journal: `${file}.journal`,
        maxLineBytes: 1000,
        intervalMs: 1,
        parse: (line) => (line.startsWith('#') ? undefined : line),
        post: ({ seq, rows }) => store.post(seq, rows),
        elapsedMs: () => performance.now(),
        signal: killed.signal,
        log: quiet,
      });
      return {
        uploader,
        kill: () => {
          killed.abort();
          uploader.close();
        },
      };
    },
  };
}

describe('StreamUploader', () => {
  it('sends every line once and in order, also the last one without a line end', async () => {
    const { file, store, open } = fixture();
    const { uploader } = open();
    appendFileSync(file, 'a\nb\n');
    await expect.poll(() => store.rows(), { timeout: 10_000 }).toEqual(['a', 'b']);
    appendFileSync(file, '# no row\nc\nd');
    await uploader.finish();
    expect(store.rows()).toEqual(['a', 'b', 'c', 'd']);
    expect(uploader.skippedLines).toBe(1);
    uploader.close();
  });

  it('sends a line that is written in pieces as one', async () => {
    const { file, store, open } = fixture();
    const { uploader } = open();
    for (const piece of ['grö', 'ße=', '1\nne', 'xt\n']) appendFileSync(file, piece);
    await uploader.finish();
    expect(store.rows()).toEqual(['größe=1', 'next']);
    uploader.close();
  });

  it('skips a line over the limit and goes on', async () => {
    const { file, store, open } = fixture();
    const { uploader } = open();
    appendFileSync(file, `a\n${'x'.repeat(200_000)}\nb\n`);
    await uploader.finish();
    expect(store.rows()).toEqual(['a', 'b']);
    uploader.close();
  });

  it('gives up a batch that the server will never take, and goes on', async () => {
    const { file, open } = fixture();
    const seen: string[][] = [];
    const refusing = new StreamUploader<string>({
      file,
      journal: `${file}.journal`,
      maxLineBytes: 1000,
      intervalMs: 1,
      parse: (line) => line,
      post: ({ rows }) => {
        seen.push(rows);
        return seen.length === 1
          ? Promise.reject(new GatewayError('no', { status: 400 }))
          : Promise.resolve();
      },
      elapsedMs: () => 0,
      signal: new AbortController().signal,
      log: quiet,
    });
    appendFileSync(file, 'bad\n');
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1);
    appendFileSync(file, 'good\n');
    await refusing.finish();
    expect(seen).toEqual([['bad'], ['good']]);
    refusing.close();
    expect(open().uploader.skippedLines).toBe(0);
  });

  it('stores exactly what was written whatever is lost and however often the agent is killed', async () => {
    const life = fc.record({
      lines: fc.array(fc.stringMatching(/^[ -~äß€]{0,30}$/), { maxLength: 20 }),
      failures: fc.array(fc.constantFrom('before' as const, 'after' as const), { maxLength: 2 }),
      turns: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 4 }), async (lives) => {
        const { file, store, open } = fixture();
        const written: string[] = [];
        for (const { lines, failures, turns } of lives) {
          store.failures = [...failures];
          const { kill } = open();
          for (const line of lines) appendFileSync(file, `${line}\n`);
          written.push(...lines.filter((line) => line.trim() !== '' && !line.startsWith('#')));
          for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          kill();
        }
        store.failures = [];
        const { uploader } = open();
        await uploader.finish();
        uploader.close();
        expect(store.rows()).toEqual(written);
        expect(store.conflicts).toBe(0);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
