/** The training script as a user and the agent run it: flags, metrics, signals, checkpoints. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deserialize } from 'node:v8';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { parseRows, rowsOf, run, start } from '../run-script.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-digits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (flags: readonly string[], env: Record<string, string> = {}) => ({
  command: [process.execPath, 'train.mjs', ...flags] as const,
  env: { PATH: process.env.PATH, ...env },
  cwd: import.meta.dirname,
});

describe('train.mjs', () => {
  it('learns: nine in ten validation images are right after five epochs', () => {
    const rows = rowsOf(script(['--epochs=5']));
    expect(rows.map((row) => row['step'])).toEqual([1, 2, 3, 4, 5]);
    expect(rows.at(-1)).toMatchObject({ epoch: 5 });
    expect(rows.at(-1)?.['val_accuracy']).toBeGreaterThan(0.9);
    expect(rows.at(-1)?.['val_loss']).toBeLessThan(Number(rows[0]?.['val_loss']) / 2);
    expect(rows.at(-1)?.['train_loss']).toBeLessThan(Number(rows[0]?.['train_loss']) / 2);
  });

  it('appends its metrics to SWATH_METRICS and prints nothing then', () => {
    const file = join(folder, 'metrics.jsonl');
    const printed = rowsOf(script(['--epochs=2']));
    for (const round of [1, 2]) {
      expect(run(script(['--epochs=2'], { SWATH_METRICS: file }))).toEqual({
        status: 0,
        stdout: '',
        stderr: '',
      });
      expect(parseRows(readFileSync(file, 'utf8'))).toHaveLength(2 * round);
    }
    expect(parseRows(readFileSync(file, 'utf8'))).toEqual([...printed, ...printed]);
  });

  it('repeats itself with the same seed and differs with another', () => {
    const flags = ['--epochs=2', '--dropout=0.3', '--hidden_layers=2'];
    const first = rowsOf(script([...flags, '--seed=5']));
    expect(rowsOf(script([...flags, '--seed=5']))).toEqual(first);
    expect(rowsOf(script([...flags, '--seed=6']))).not.toEqual(first);
  });

  it('reports a loss that diverged as a string, and goes on', () => {
    const rows = rowsOf(
      script(['--optimizer=sgd', '--learning_rate=900', '--weight_decay=9', '--epochs=14']),
    );
    expect(rows).toHaveLength(14);
    expect(rows.at(-1)).toMatchObject({ step: 14, val_loss: 'NaN', train_loss: 'NaN' });
  });

  it.each([
    ['--lerning_rate=0.1', /unknown flag --lerning_rate; known are .*learning_rate/],
    ['--learning_rate=fast', /--learning_rate must be a number above 0 to 1000, got "fast"/],
    ['--learning_rate=', /--learning_rate must be .*, got ""/],
    ['--dropout=1', /--dropout must be a number from 0 below 1, got "1"/],
    ['--hidden_units=2.5', /--hidden_units must be a whole number from 1 to 1024, got "2.5"/],
    ['--activation=gelu', /--activation must be one of relu, tanh, got "gelu"/],
    ['--__proto__=1', /unknown flag --__proto__/],
    ['epochs=3', /expected --name=value, got "epochs=3"/],
  ])('answers the bad flag %j with one line and status 2', (flag, message) => {
    const { status, stdout, stderr } = run(script([flag]));
    expect({ status, stdout, lines: stderr.trim().split('\n').length }).toEqual({
      status: 2,
      stdout: '',
      lines: 1,
    });
    expect(stderr).toMatch(message);
  });

  it('ends at SIGTERM', async () => {
    const child = await start(script(['--epochs=10000']));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });
});

describe('checkpoints of train.mjs', () => {
  const flags = ['--dropout=0.2', '--weight_decay=0.01', '--activation=tanh'];
  const undisturbed = rowsOf(script([...flags, '--epochs=5']));

  it('lets a resumed run end as an undisturbed one', () => {
    const saved = join(folder, 'each-epoch');
    rowsOf(script([...flags, '--epochs=2'], { SWATH_CHECKPOINT_DIR: saved }));
    const resumed = rowsOf(script([...flags, '--epochs=5'], { SWATH_RESUME_FROM: saved }));
    expect(resumed).toEqual(undisturbed.slice(2));
  });

  it('that an attempt ended too early to write mean a fresh start', () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    const rows = rowsOf(script([...flags, '--epochs=2'], { SWATH_RESUME_FROM: empty }));
    expect(rows).toEqual(undisturbed.slice(0, 2));
  });

  it('are written when the declared signal asks, and not before', async () => {
    const saved = join(folder, 'on-signal');
    const file = join(saved, 'checkpoint.bin');
    const env = { SWATH_CHECKPOINT_DIR: saved, SWATH_CHECKPOINT_SIGNAL: 'SIGUSR2' };
    const child = await start(script([...flags, '--epochs=10000'], env));
    expect(existsSync(file)).toBe(false);
    child.kill('SIGUSR2');
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 20_000, interval: 5 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const { epoch } = deserialize(readFileSync(file)) as { epoch: number };
    const longer = [...flags, `--epochs=${epoch + 1}`];
    const resumed = rowsOf(script(longer, { SWATH_RESUME_FROM: file }));
    expect(resumed).toEqual(rowsOf(script(longer)).slice(epoch));
    expect(resumed).toHaveLength(1);
  });

  it('that are cut short or of another network are refused with one line', () => {
    const saved = join(folder, 'broken');
    rowsOf(script([...flags, '--epochs=1'], { SWATH_CHECKPOINT_DIR: saved }));
    const other = run(script([...flags, '--hidden_units=8'], { SWATH_RESUME_FROM: saved }));
    expect(other).toMatchObject({ status: 1, stdout: '' });
    expect(other.stderr).toMatch(
      /^train\.mjs: cannot resume from .*: it is of 64-32-10 tanh, not 64-8-10 tanh\n$/,
    );
    truncateSync(join(saved, 'checkpoint.bin'), 1000);
    const cut = run(script(flags, { SWATH_RESUME_FROM: saved }));
    expect(cut).toMatchObject({ status: 1, stdout: '' });
    expect(cut.stderr).toMatch(/^train\.mjs: cannot resume from [^\n]*\n$/);
  });
});
