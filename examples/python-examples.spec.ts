/** The Python examples, run alone as their READMEs say: they learn, repeat themselves, and resume where they stopped. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { pythonHas, rowsOf } from './run-script.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-python-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  { example: 'python-digits', modules: [], epochs: 4 },
  { example: 'sklearn', modules: ['sklearn'], epochs: 4 },
  { example: 'pytorch-like', modules: ['numpy'], epochs: 5 },
])('examples/$example', ({ example, modules, epochs }) => {
  const parameters = (count: number) => {
    const file = join(folder, `${example}-${count}.json`);
    writeFileSync(file, JSON.stringify({ epochs: count }));
    return file;
  };
  const train = (count: number, env: Record<string, string> = {}) =>
    rowsOf({
      command: ['python3', 'train.py'],
      cwd: join(import.meta.dirname, example),
      env: { PATH: process.env.PATH, SWATH_PARAMETERS: parameters(count), ...env },
    });

  const runs = pythonHas(...modules);
  const reason = runs
    ? ''
    : ` (skipped: python3${modules.map((name) => ` with ${name}`).join('')} is not here)`;
  it.skipIf(!runs)(`learns, and ends as if undisturbed when resumed${reason}`, { timeout: 60_000 }, () => {
    const undisturbed = train(epochs);
    expect(undisturbed.map((row) => row['step'])).toEqual(
      Array.from({ length: epochs }, (_, index) => index + 1),
    );
    expect(undisturbed.at(-1)?.['val_accuracy']).toBeGreaterThan(0.88);
    const saved = join(folder, example);
    expect(train(2, { SWATH_CHECKPOINT_DIR: saved })).toEqual(undisturbed.slice(0, 2));
    expect(train(epochs, { SWATH_RESUME_FROM: saved })).toEqual(undisturbed.slice(2));
  });
});
