/** The `swath` Python module, imported by small scripts as a training script would. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseRows, pythonHas, rowsOf, run, start } from '../../../examples/run-script.js';

const folder = mkdtempSync(join(tmpdir(), 'swath-module-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = (lines: readonly string[], env: Record<string, string> = {}) => ({
  command: ['python3', '-c', ['import os, signal, swath', ...lines].join('\n')] as const,
  env: { PATH: process.env.PATH, ...env },
  cwd: folder,
});

describe.skipIf(!pythonHas())('swath.log', () => {
  it('prints rows in order with what the script prints when there is no agent', () => {
    const { stdout } = run(script(['print("before")', 'swath.log({"loss": 0.5}, step=3)', 'print("after")']));
    expect(stdout).toBe('before\n{"loss": 0.5, "step": 3}\nafter\n');
  });

  it('keeps NaN and infinities as strings, and takes scalars, arrays, fractions and nesting', () => {
    const [row] = rowsOf(
      script([
        'from fractions import Fraction',
        'class Scalar:',
        '  def item(self): return 0.25',
        'class Array:',
        '  def item(self): raise ValueError("more than one")',
        '  def tolist(self): return [1, float("nan")]',
        'inf = float("inf")',
        'swath.log({"nan": float("nan"), "up": inf, "down": -inf, "scalar": Scalar(), "array": Array(),',
        '           "half": Fraction(1, 2), "nested": {"a": (1, inf)}, "text": "é", "no": None, "yes": True})',
      ]),
    );
    const special = {
      nan: 'NaN',
      up: 'Infinity',
      down: '-Infinity',
      scalar: 0.25,
      array: [1, 'NaN'],
      half: 0.5,
    };
    expect(row).toEqual({ ...special, nested: { a: [1, 'Infinity'] }, text: 'é', no: null, yes: true });
  });

  it.skipIf(!pythonHas('numpy'))('takes the scalars and arrays of numpy', () => {
    const [row] = rowsOf(
      script([
        'import numpy as np',
        'swath.log({"f": np.float32(0.5), "i": np.int64(3), "b": np.bool_(True), "n": np.float64("nan"),',
        '           "zero": np.array(2.0), "many": np.array([1.0, np.inf])}, step=np.int64(4))',
      ]),
    );
    expect(row).toEqual({ f: 0.5, i: 3, b: true, n: 'NaN', zero: 2, many: [1, 'Infinity'], step: 4 });
  });

  it('appends whole lines to SWATH_METRICS from threads and forked processes, on disk at once', () => {
    const file = join(folder, 'metrics.jsonl');
    writeFileSync(file, '{"from": "before"}\n');
    const { status, stderr } = run(
      script(
        [
          'import threading',
          'child = os.fork()',
          'def work(): [swath.log({"pad": "x" * 3000, "pid": os.getpid()}, step=step) for step in range(50)]',
          'threads = [threading.Thread(target=work) for _ in range(4)]',
          '[thread.start() for thread in threads]; [thread.join() for thread in threads]',
          'child and os.waitpid(child, 0)',
          'os._exit(0)  # no buffer is flushed on this way out',
        ],
        { SWATH_METRICS: file },
      ),
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rows = parseRows(readFileSync(file, 'utf8'));
    expect(rows).toHaveLength(1 + 2 * 4 * 50);
    expect(rows.slice(1).every((row) => String(row['pad']).length === 3000)).toBe(true);
  });

  it.each([
    ['swath.log({"a": object()})', /TypeError: log\(\) cannot report a object/],
    ['swath.log({"a": 1}, step=-1)', /ValueError: step must be a whole number from 0, got -1/],
    ['swath.log({"a": 1}, step=1.5)', /ValueError: step must be a whole number from 0, got 1.5/],
    ['swath.log({"step": 2}, step=1)', /ValueError: log\(\) got step=1 and a metric named 'step' of 2/],
  ])('refuses %s', (line, message) => {
    const { status, stdout, stderr } = run(script([line]));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('reports the objective under its name', () => {
    const line = 'swath.report_objective(0.5, step=1)';
    expect(rowsOf(script([line], { SWATH_OBJECTIVE: 'val_loss' }))).toEqual([{ val_loss: 0.5, step: 1 }]);
    expect(rowsOf(script([line]))).toEqual([{ objective: 0.5, step: 1 }]);
  });
});

describe.skipIf(!pythonHas())('the trial as seen by a script', () => {
  it('has the parameters of SWATH_PARAMETERS, nested as they are, and none without it', () => {
    const file = join(folder, 'parameters.json');
    const parameters = { rate: 0.1, layers: { width: 8 }, name: 'é', flag: false, none: null };
    writeFileSync(file, JSON.stringify(parameters));
    const lines = ['swath.log({"config": swath.config})'];
    expect(rowsOf(script(lines, { SWATH_PARAMETERS: file }))).toEqual([{ config: parameters }]);
    expect(rowsOf(script(lines))).toEqual([{ config: {} }]);
  });

  it('has a folder for checkpoints and one to resume from only when the agent gives them', () => {
    const lines = [
      'swath.log({"dir": swath.checkpoint_dir(), "from": swath.resume_from(), "now": swath.should_checkpoint()})',
    ];
    expect(rowsOf(script(lines))).toEqual([{ dir: null, from: null, now: false }]);
    const dir = join(folder, 'a', 'b');
    const env = { SWATH_CHECKPOINT_DIR: dir, SWATH_RESUME_FROM: '/saved' };
    expect(rowsOf(script(lines, env))).toEqual([{ dir, from: '/saved', now: true }]);
    expect(existsSync(dir)).toBe(true);
  });

  it('resumes from a file of the folder only once it is there', () => {
    const saved = mkdtempSync(join(folder, 'saved-'));
    const named = script(['swath.log({"from": swath.resume_from("weights")})'], { SWATH_RESUME_FROM: saved });
    expect(rowsOf(named)).toEqual([{ from: null }]);
    writeFileSync(join(saved, 'weights'), '');
    expect(rowsOf(named)).toEqual([{ from: join(saved, 'weights') }]);
  });

  it('is asked for one checkpoint by each declared signal', () => {
    const lines = [
      'seen = [swath.should_checkpoint()]',
      'os.kill(os.getpid(), signal.SIGUSR1)',
      'seen += [swath.should_checkpoint(), swath.should_checkpoint()]',
      'swath.log({"seen": seen})',
    ];
    const env = { SWATH_CHECKPOINT_DIR: join(folder, 'signal'), SWATH_CHECKPOINT_SIGNAL: 'SIGUSR1' };
    expect(rowsOf(script(lines, env))).toEqual([{ seen: [false, true, false] }]);
  });
});

describe.skipIf(!pythonHas())('SIGTERM', () => {
  it('ends a script that never asks', async () => {
    const child = await start(script(['swath.log({"up": 1})', 'while True: signal.pause()']));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  });

  it('lets a script that asks end in order', async () => {
    const lines = [
      'swath.should_stop()',
      'swath.log({"up": 1})',
      'while not swath.should_stop(): signal.pause()',
      'exit(7)',
    ];
    const child = await start(script(lines));
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });
});
