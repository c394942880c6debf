// The promise of `npm start`: one command runs the example sweep to its report; Ctrl-C in the middle leaves nothing behind; the next start
// goes on with the same sweep. Runs the built product, as `npm start` does after its build.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SweepReport } from '@swath/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'swath-e2e-'));
});
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

interface Run {
  readonly process: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly exited: Promise<unknown>;
}

function up(...flags: string[]): Run {
  const { SWATH_DATABASE_URL: _database, SWATH_TEMPORAL_ADDRESS: _temporal, ...env } = process.env;
  const child = spawn(process.execPath, ['apps/cli/dist/main.js', 'up', '--data', dataDir, ...flags], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  return { process: child, output, exited: once(child, 'close') };
}

// Every process of the stack, down to the trials' commands, has the data folder in its arguments or its environment.
function processesOf(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const belongs = (file: string): boolean => {
        try {
          return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(folder);
        } catch {
          return false;
        }
      };
      return belongs('cmdline') || belongs('environ');
    });
}

describe.runIf(process.platform === 'linux')('npm start', () => {
  it('is interrupted in the middle of the example sweep and leaves no process and no lock', async () => {
    const run = up('--once', '--json');
    await vi.waitUntil(() => /trial=\d+ decision=/.test(run.output.stderr) || run.process.exitCode !== null, {
      timeout: 200_000,
      interval: 50,
    });
    expect(processesOf(dataDir).length, run.output.stderr).toBeGreaterThan(5);
    run.process.kill('SIGINT');
    await run.exited;
    expect(run.process.exitCode, run.output.stderr).toBe(130);
    expect(run.output.stdout).toBe('');
    expect(processesOf(dataDir)).toEqual([]);
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
    expect(existsSync(join(dataDir, 'processes.json'))).toBe(false);
  });

  it('finishes the same sweep on the next start, and prints its report as the only thing on standard output', async () => {
    const run = up('--once', '--json');
    await run.exited;
    expect(run.process.exitCode, run.output.stderr).toBe(0);
    const report = JSON.parse(run.output.stdout) as SweepReport;
    expect(report).toMatchObject({ schema: 'swath.report/1', state: 'finished', method: 'bayes' });
    expect(report.sweep.name).toBe('digits');
    const counted = Object.values(report.trials.byState).reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(report.trials.total);
    expect(report.trials.total).toBe(28);
    expect(report.best?.parameters).toHaveProperty('learning_rate');
    expect(report.cost.total.amount).toMatch(/^\d+\.\d{6}$/);
    expect(report.cost.byClass.map((row) => row.class)).toContain('useful');
    for (const { decision } of report.pruned)
      expect(decision).toMatchObject({ rung: expect.any(Number) as number });
    expect(processesOf(dataDir)).toEqual([]);
  });

  it('prints the report of that sweep again when there is nothing left to run', async () => {
    const run = up('--once', '--json');
    await run.exited;
    expect(run.process.exitCode, run.output.stderr).toBe(0);
    expect((JSON.parse(run.output.stdout) as SweepReport).state).toBe('finished');
  });
});
