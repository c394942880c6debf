/**
 * Runs many attempts one after another on one agent and looks at what it has gathered: zombies, descriptors, memory.
 * Fails when anything is left or grows beyond its bound.
 *
 *   node -C @swath/source --import ./apps/agent/test/typescript.mjs apps/agent/bench/soak.ts [--attempts 1000]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gatewaySource } from './work-source.js';

const { values: options } = parseArgs({ options: { attempts: { type: 'string', default: '1000' } } });
const MAX_GROWTH_KIB = 20 * 1024;
/** Attempts before the first look: code is compiled, pools are full. */
const WARM_UP = 50;

interface Look {
  readonly residentKiB: number;
  readonly descriptors: number;
  readonly zombies: number;
  readonly children: number;
}

function look(pid: number): Look {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const children = readdirSync('/proc').filter((name) => parentOf(name) === pid);
  return {
    residentKiB: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    zombies: children.filter((name) => stateOf(name) === 'Z').length,
    children: children.length,
  };
}

function statOf(name: string): string[] {
  try {
    const text = readFileSync(`/proc/${name}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function parentOf(name: string): number {
  return /^\d+$/.test(name) ? Number(statOf(name)[1]) : -1;
}

function stateOf(name: string): string | undefined {
  return statOf(name)[0];
}

const folder = mkdtempSync(join(tmpdir(), 'swath-soak-'));
const source = await gatewaySource();
const agent = spawn(process.execPath, [fileURLToPath(new URL('../dist/main.js', import.meta.url))], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  env: {
    PATH: process.env['PATH'],
    SWATH_HOST: source.host,
    SWATH_AGENT_KEY: source.agentKey,
    SWATH_AGENT_NAME: 'soak',
    SWATH_AGENT_PROVIDER: 'simulated',
    SWATH_AGENT_SLOTS: '1',
    SWATH_AGENT_DIR: folder,
    SWATH_LOG_LEVEL: 'warn',
  },
});
await new Promise((resolve) => agent.once('message', resolve));
const command = [
  '/bin/sh',
  '-c',
  'echo "{\\"loss\\":1}" >> "$SWATH_METRICS"; echo out; (sleep 300 &) ; exit 0',
];
try {
  const pid = agent.pid ?? 0;
  await source.run(command, WARM_UP);
  const before = look(pid);
  await source.run(command, Number(options.attempts));
  // The last guard needs a moment to leave.
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const after = look(pid);
  const growthKiB = after.residentKiB - before.residentKiB;
  const left = readdirSync(join(folder, 'attempts')).length;
  console.log(
    JSON.stringify({ attempts: Number(options.attempts), before, after, growthKiB, foldersLeft: left }),
  );
  if (
    growthKiB > MAX_GROWTH_KIB ||
    after.zombies > 0 ||
    after.descriptors > before.descriptors + 2 ||
    left > 0
  ) {
    process.exitCode = 1;
  }
} finally {
  agent.kill('SIGTERM');
  await new Promise((resolve) => agent.once('exit', resolve));
  await source.close();
  rmSync(folder, { recursive: true, force: true });
}
