import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTimeOf } from './end-process.mjs';
import { ProcessRegistry } from './process-registry.js';
import { restartPause, superviseProcess, type ProcessSpec } from './supervised-process.js';

let folder: string;
let registry: ProcessRegistry;
let lines: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'swath-supervise-'));
  lines = [];
  registry = await ProcessRegistry.open(folder, (line) => lines.push(line));
});

afterEach(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

function nodeProgram(source: string, rest: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'child',
    command: process.execPath,
    args: ['-e', source],
    env: process.env,
    ready: {},
    ...rest,
  };
}

const start = (spec: ProcessSpec) => superviseProcess(spec, { registry, log: (line) => lines.push(line) });
const gone = (pid: number | undefined) => vi.waitUntil(() => startTimeOf(pid ?? 0) === undefined, 5_000);
const FOREVER = 'setInterval(() => {}, 1e6);';

describe('superviseProcess', () => {
  it('resolves when the message, the line and the probe are all there', async () => {
    const order: string[] = [];
    const source = `process.on('message', () => { console.log('listening on 1'); process.send({ type: 'ready' }); }); ${FOREVER}
      process.send({ type: 'other' });`;
    const marker = join(folder, 'probed');
    const starting = start(
      nodeProgram(source.replace("process.on('message', () => {", 'setImmediate(() => {'), {
        ready: {
          message: true,
          output: /listening on \d/,
          probe: () => {
            order.push('probe');
            if (order.length < 3) return Promise.reject(new Error('not yet'));
            writeFileSync(marker, '');
            return Promise.resolve(true);
          },
        },
      }),
    );
    const child = await starting;
    expect(order).toEqual(['probe', 'probe', 'probe']);
    expect(lines).toContain('listening on 1');
    await child.stop();
  });

  it('rejects with the last lines of a program that ends before it is ready', async () => {
    await expect(
      start(nodeProgram(`console.error('port in use'); process.exit(3)`, { ready: { message: true } })),
    ).rejects.toThrow(/child ended before it was ready; its last lines:\n {2}port in use/);
  });

  it('rejects when there is no such program', async () => {
    await expect(
      start({ ...nodeProgram(''), command: '/no/such/program', ready: { message: true } }),
    ).rejects.toThrow(/cannot start \/no\/such\/program: .*ENOENT/);
  });

  it('rejects and leaves nothing running when a program is not ready in time', async () => {
    let pid = 0;
    const source = `console.log('pid', process.pid); ${FOREVER}`;
    const starting = start(nodeProgram(source, { ready: { output: /never/ }, readyTimeoutMs: 500 }));
    await expect(starting).rejects.toThrow(/child was not ready within 500 ms/);
    pid = Number(/pid (\d+)/.exec(lines.join('\n'))?.[1]);
    expect(startTimeOf(pid)).toBeUndefined();
  });

  it('starts a program again when it dies, and no more once it is stopped', async () => {
    const child = await start(
      nodeProgram(`process.send({ type: 'ready' }); ${FOREVER}`, { ready: { message: true } }),
    );
    const first = child.pid;
    process.kill(first ?? 0, 'SIGKILL');
    await vi.waitUntil(() => child.pid !== undefined && child.pid !== first, 5_000);
    const second = child.pid;
    await child.stop();
    expect(startTimeOf(second ?? 0)).toBeUndefined();
    expect(child.pid).toBeUndefined();
    expect(lines.filter((line) => line.includes('ended unexpectedly'))).toHaveLength(1);
  });

  it('stops with the signal first, and kills the whole group of a program that ignores it', async () => {
    const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(FOREVER)}], { stdio: 'ignore' }).pid`;
    const source = `process.on('SIGTERM', () => console.log('ignored')); console.log('grandchild', ${grandchild}); ${FOREVER}
      process.send({ type: 'ready' });`;
    const child = await start(
      nodeProgram(source, {
        ready: { message: true, output: /grandchild/ },
        stop: { signal: 'SIGTERM', deadlineMs: 300 },
      }),
    );
    const { pid } = child;
    const grandchildPid = Number(/grandchild (\d+)/.exec(lines.join('\n'))?.[1]);
    expect(startTimeOf(grandchildPid)).toBeDefined();
    await child.stop();
    expect(lines).toContain('ignored');
    await gone(pid);
    await gone(grandchildPid);
  });

  it('gives the child exactly the environment it is told', async () => {
    const child = await start(
      nodeProgram(`console.log(JSON.stringify(process.env)); ${FOREVER}`, {
        env: { ONLY: 'this' },
        ready: { output: /ONLY/ },
      }),
    );
    expect(JSON.parse(lines.find((line) => line.includes('ONLY')) ?? '')).toEqual({ ONLY: 'this' });
    await child.stop();
  });

  it('notes a running child in the data folder and forgets it when it has ended', async () => {
    const child = await start(nodeProgram(FOREVER));
    const noted = () => JSON.parse(readFileSync(join(folder, 'processes.json'), 'utf8')) as { pid: number }[];
    expect(noted().map(({ pid }) => pid)).toEqual([child.pid]);
    await child.stop();
    expect(noted()).toEqual([]);
  });
});

describe('restartPause', () => {
  it('doubles from a quarter of a second up to 15 s', () => {
    expect([1, 2, 3, 6, 7, 100].map(restartPause)).toEqual([250, 500, 1_000, 8_000, 15_000, 15_000]);
  });
});
