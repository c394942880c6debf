import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BatchJournal, replayJournal } from './batch-journal.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;

/** Steps of a sender: cut a batch of some bytes after a gap, or settle the oldest that waits. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('cut' as const),
      gap: fc.nat(100),
      bytes: fc.integer({ min: 1, max: 1e6 }),
    }),
    fc.record({ kind: fc.constant('settle' as const) }),
  ),
  { maxLength: 40 },
);
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** Writes a journal, and says what must be pending after it. */
function write(path: string, todo: Steps): number[] {
  const journal = new BatchJournal(path);
  let { seq, offset } = journal.initial;
  const pending = journal.initial.pending.map((batch) => batch.seq);
  for (const step of todo) {
    if (step.kind === 'cut') {
      seq += 1;
      const from = offset + step.gap;
      offset = from + step.bytes;
      journal.cut({ seq, from, to: offset, offsetMs: seq * 10, crc: 4_294_967_295 });
      pending.push(seq);
    } else if (pending.length > 0) {
      journal.settle(pending.shift() ?? 0);
    }
  }
  journal.close();
  return pending;
}

describe('BatchJournal', () => {
  it('gives the same state after any number of restarts', () => {
    fc.assert(
      fc.property(fc.array(steps, { minLength: 1, maxLength: 4 }), (lives) => {
        number += 1;
        const path = join(folder, `journal-${number}`);
        let pending: number[] = [];
        for (const life of lives) pending = write(path, life);
        expect(replayJournal(readFileSync(path, 'latin1')).pending.map((batch) => batch.seq)).toEqual(
          pending,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('is never ahead of what was written when it is torn anywhere: no number is used for other bytes', () => {
    number += 1;
    const path = join(folder, `journal-${number}`);
    write(path, [
      { kind: 'cut', gap: 0, bytes: 100 },
      { kind: 'cut', gap: 7, bytes: 50 },
      { kind: 'settle' },
      { kind: 'cut', gap: 0, bytes: 12_345 },
    ]);
    const text = readFileSync(path, 'latin1');
    const full = replayJournal(text);
    for (let length = 0; length <= text.length; length += 1) {
      const torn = replayJournal(text.slice(0, length));
      expect(torn.seq).toBeLessThanOrEqual(full.seq);
      for (const batch of torn.pending) {
        const known = [...full.pending, { seq: 1, from: 0, to: 100, offsetMs: 10, crc: 4_294_967_295 }];
        expect(known).toContainEqual(batch);
      }
    }
  });

  it('goes on behind a torn line', () => {
    number += 1;
    const path = join(folder, `journal-${number}`);
    write(path, [{ kind: 'cut', gap: 0, bytes: 10 }]);
    writeFileSync(path, readFileSync(path, 'latin1') + 'B 2 10 2');
    write(path, [{ kind: 'cut', gap: 0, bytes: 20 }]);
    expect(replayJournal(readFileSync(path, 'latin1'))).toMatchObject({ seq: 2, offset: 30 });
  });

  it('ignores what was damaged and all that follows it', () => {
    number += 1;
    const path = join(folder, `journal-${number}`);
    write(path, [
      { kind: 'cut', gap: 0, bytes: 10 },
      { kind: 'cut', gap: 0, bytes: 10 },
    ]);
    const damaged = readFileSync(path, 'latin1').replace('B 2 10 20', 'B 2 10 30');
    expect(replayJournal(damaged)).toMatchObject({ seq: 1, offset: 10 });
  });
});
