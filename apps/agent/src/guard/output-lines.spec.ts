import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { outputOf } from '../../test/guards.js';
import { outputLimits, OutputLines } from './output-lines.js';
import type { OutputLimits } from './output-lines.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;

/** Writes chunks to stdout and gives the stored lines. */
function stored(
  chunks: readonly (string | Buffer)[],
  limits: Partial<OutputLimits> = {},
  now: () => number = () => 0,
): string[] {
  number += 1;
  const path = join(folder, `output-${number}`);
  const fd = openSync(path, 'a');
  const lines = new OutputLines(fd, now, { ...outputLimits, ...limits });
  for (const chunk of chunks) lines.write('stdout', Buffer.from(chunk));
  lines.end();
  closeSync(fd);
  return outputOf(path).map(({ x }) => x);
}

describe('OutputLines', () => {
  it.each<[string, (string | Buffer)[], string[]]>([
    ['lines', ['a\nb\n'], ['a', 'b']],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['empty lines', ['\n\n'], ['', '']],
    ['lines in pieces', ['a', 'b\nc', '\n'], ['ab', 'c']],
    ['line ends of Windows', ['a\r\nb\r\n'], ['a', 'b']],
    ['a progress bar as its last state', ['10%\r50%\r100%\n'], ['100%']],
    ['a character in pieces', [Buffer.from([0xc3]), Buffer.from([0xa4, 10])], ['ä']],
    ['what is not UTF-8', [Buffer.from([0x61, 0xff, 0x62, 10])], ['a\ufffdb']],
    ['control characters', ['a\u0001\u001b[31mb\n'], ['a\u0001\u001b[31mb']],
  ])('stores %s', (_what, chunks, lines) => {
    expect(stored(chunks)).toEqual(lines);
  });

  it('stores the same lines however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.array(fc.nat(20), { maxLength: 30 }),
        (text, cuts) => {
          const bytes = Buffer.from(text);
          const chunks: Buffer[] = [];
          let at = 0;
          for (const cut of cuts) {
            chunks.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          chunks.push(bytes.subarray(at));
          expect(stored(chunks)).toEqual(stored([bytes]));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('splits a line that is too long, and keeps all of it', () => {
    const lines = stored([`${'x'.repeat(250)}\nb\n`], { lineBytes: 100 });
    expect(lines).toEqual(['x'.repeat(100), 'x'.repeat(100), 'x'.repeat(50), 'b']);
  });

  it('does not grow with a line that never ends', () => {
    const lines = stored(
      Array.from({ length: 50 }, () => 'y'.repeat(10)),
      { lineBytes: 100 },
    );
    expect(lines.join('')).toBe('y'.repeat(500));
    expect(lines.length).toBeGreaterThan(3);
  });

  it('drops what is over the rate, counts it and goes on', () => {
    let at = 0;
    const chunks = ['a'.repeat(90) + '\n', 'b'.repeat(90) + '\n', 'c\n'];
    const lines = stored(chunks, { burstBytes: 100, bytesPerSecond: 100 }, () => (at += 50));
    expect(lines).toEqual([
      'a'.repeat(90),
      '[swath] 91 bytes of output dropped: over the limit of this node',
      'c',
    ]);
  });

  it('keeps the size of all output under its limit', () => {
    const lines = stored(
      Array.from({ length: 20 }, () => 'x'.repeat(9) + '\n'),
      { totalBytes: 55 },
    );
    expect(lines.filter((line) => line.startsWith('x'))).toHaveLength(5);
    expect(lines.at(-1)).toBe('[swath] 150 bytes of output dropped: over the limit of this node');
  });
});
