// The supervisor of these tests is a process of its own, because it gets killed. It runs the compiled text of the sources.
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTimeOf } from './end-process.mjs';
import { ProcessRegistry } from './process-registry.js';

let folder: string;
const CHILD = `process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('up')`;
const SUPERVISOR = `
  import { ProcessRegistry } from './process-registry.js';
  import { superviseProcess } from './supervised-process.js';
  const registry = await ProcessRegistry.open(process.argv[2], () => {});
  const children = [];
  for (const name of ['first', 'second']) {
    children.push(await superviseProcess({
      name, command: process.execPath, args: ['-e', ${JSON.stringify(CHILD)}], env: process.env,
      ready: { output: /up/ }, stop: { signal: 'SIGTERM', deadlineMs: 100 },
    }, { registry, log: () => {} }));
  }
  console.log(JSON.stringify(children.map((child) => child.pid)));
`;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'swath-registry-'));
  for (const name of ['process-registry', 'supervised-process']) {
    const source = readFileSync(new URL(`./${name}.ts`, import.meta.url), 'utf8');
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(join(folder, `${name}.js`), outputText);
  }
  for (const name of ['end-process.mjs', 'watchdog.mjs']) {
    copyFileSync(new URL(`./${name}`, import.meta.url), join(folder, name));
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'supervisor.js'), SUPERVISOR);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function startSupervisor(dataDir: string): Promise<{ supervisor: ChildProcess; children: number[] }> {
  const supervisor = spawn(process.execPath, [join(folder, 'supervisor.js'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: supervisor.stdout })) {
    return { supervisor, children: JSON.parse(line) as number[] };
  }
  throw new Error('the supervisor printed nothing');
}

const areGone = (pids: readonly number[]) => pids.every((pid) => startTimeOf(pid) === undefined);

// The watchdog is the supervisor's first child.
function watchdogOf(supervisor: ChildProcess, children: readonly number[]): number {
  const pids = readFileSync(`/proc/${supervisor.pid}/task/${supervisor.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  const others = pids.filter((pid) => !children.includes(pid));
  expect(others).toHaveLength(1);
  return others[0] ?? 0;
}

describe('a supervisor killed with kill -9', () => {
  it('leaves no child, not even ones that ignore SIGTERM, and no watchdog', async () => {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    const { supervisor, children } = await startSupervisor(dataDir);
    expect(areGone([children[0] ?? 0])).toBe(false);
    supervisor.kill('SIGKILL');
    await vi.waitUntil(() => areGone(children), 10_000);
  });

  it.runIf(process.platform === 'linux')(
    'leaves its children to the next start when the watchdog was killed as well',
    async () => {
      const dataDir = mkdtempSync(join(folder, 'data-'));
      const { supervisor, children } = await startSupervisor(dataDir);
      process.kill(watchdogOf(supervisor, children), 'SIGKILL');
      supervisor.kill('SIGKILL');
      await vi.waitUntil(() => areGone([supervisor.pid ?? 0]), 10_000);
      expect(areGone(children)).toBe(false);

      const found: string[] = [];
      const registry = await ProcessRegistry.open(dataDir, (line) => found.push(line));
      expect(areGone(children)).toBe(true);
      expect(found).toEqual(
        [...children].reverse().map((pid) => `ending process ${pid}, left running by an earlier start`),
      );
      await registry.close();
    },
  );
});

describe('ProcessRegistry', () => {
  it('does not end a process that merely has the number of a noted one', async () => {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    const innocent = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    await vi.waitUntil(() => startTimeOf(innocent.pid ?? 0) !== undefined, 5_000);
    const entry = { pid: innocent.pid, startTime: 'earlier', signal: 'SIGTERM', deadlineMs: 100 };
    writeFileSync(join(dataDir, 'processes.json'), JSON.stringify([entry, { pid: 'nonsense' }]));
    const registry = await ProcessRegistry.open(dataDir, () => {});
    expect(startTimeOf(innocent.pid ?? 0)).toBeDefined();
    innocent.kill('SIGKILL');
    await registry.close();
  });

  it('ends what is still noted when it is closed', async () => {
    const registry = await ProcessRegistry.open(mkdtempSync(join(folder, 'data-')), () => {});
    const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { detached: true });
    registry.add(left.pid ?? 0, { signal: 'SIGTERM', deadlineMs: 5_000 });
    await registry.close();
    expect(areGone([left.pid ?? 0])).toBe(true);
  });
});
