/**
 * Measures what a slot waits between two trials with work queued (end of one process to the start of the next), and how
 * long a process lives after it wrote a bad measurement; each beside the floor of the same machine in the same run: a
 * plain parent that forks and execs the same command, a plain SIGTERM. Rounds of both are interleaved.
 *
 *   node -C @swath/source --import ./apps/agent/test/typescript.mjs apps/agent/bench/idle-gap.bench.ts [--json]
 *
 * Against a running API instead of the gateway of the tests: --host URL --key-file FILE --agent-key-file FILE [--pool NAME].
 */
import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { apiSource, gatewaySource } from './work-source.js';
import type { WorkSource } from './work-source.js';

const { values: options } = parseArgs({
  options: {
    host: { type: 'string' },
    'key-file': { type: 'string' },
    'agent-key-file': { type: 'string' },
    pool: { type: 'string', default: 'bench' },
    rounds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '12' },
    json: { type: 'boolean', default: false },
  },
});

const TRIAL_MS = 300;
const folder = mkdtempSync(join(tmpdir(), 'swath-bench-'));
const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The Python that `python3` leads to: a shim before it would be most of the floor, and hide the gap. */
function interpreter(): string {
  return execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
}

/** Writes the monotonic time at its start and at its end to the file that is its first argument. */
const markers: Readonly<Record<string, readonly string[]>> = {
  python: [
    interpreter(),
    '-c',
    `import time,sys
f=open(sys.argv[1],"a",buffering=1);n=time.monotonic_ns
f.write("s %d\\n"%n());time.sleep(${TRIAL_MS / 1000});f.write("e %d\\n"%n())`,
  ],
  // date is an exec of its own at both ends, in the floor as well.
  shell: ['/bin/sh', '-c', `date +"s %s%N" >> "$0"; sleep ${TRIAL_MS / 1000}; date +"e %s%N" >> "$0"`],
};

/**
 * Writes the time and a bad measurement, then trains on until it is told to stop, and writes when it leaves. For the
 * floor it gets its SIGTERM from a plain parent that waits for the first line.
 */
const badTrial = `import os,signal,sys,time
f=os.open(sys.argv[1],os.O_WRONLY|os.O_CREAT|os.O_APPEND)
def leave(*_):
    os.write(f,b"e %d\\n"%time.monotonic_ns())
    os._exit(143)
signal.signal(signal.SIGTERM,leave)
m=os.open(os.environ.get("SWATH_METRICS","/dev/null"),os.O_WRONLY|os.O_APPEND|os.O_CREAT)
if sys.argv[-1]=="i=0":
    os.write(m,b'{"step":1,"loss":0}\\n')
    sys.exit()
time.sleep(0.2)
os.write(f,b"b %d\\n"%time.monotonic_ns())
os.write(m,b'{"step":1,"loss":1e9}\\n')
print("written",flush=True)
while True: time.sleep(0.001)`;

interface Summary {
  readonly n: number;
  readonly median: number;
  readonly p95: number;
}

function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
  return { n: sorted.length, median: at(0.5), p95: at(0.95) };
}

/** Gaps in milliseconds between the `e` of one process and the `s` of the next. */
function gapsOf(path: string): number[] {
  const gaps: number[] = [];
  let end: bigint | undefined;
  for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
    const [kind, ns = '0'] = line.split(' ');
    if (kind === 's' && end !== undefined) gaps.push(Number(BigInt(ns) - end) / 1e6);
    if (kind === 'e') end = BigInt(ns);
  }
  return gaps;
}

async function plainRuns(command: readonly string[], path: string, count: number): Promise<void> {
  const [program = '', ...args] = command;
  for (let i = 0; i < count; i += 1) {
    await new Promise((resolve) =>
      spawn(program, [...args, path], { stdio: 'ignore' }).once('exit', resolve),
    );
  }
}

/** Milliseconds from the `b` line to the `e` line. */
function stopTimeOf(path: string): number {
  const [began = '', ended = ''] = readFileSync(path, 'utf8').trim().split('\n');
  return Number(BigInt(ended.slice(2)) - BigInt(began.slice(2))) / 1e6;
}

/** A parent that sends SIGTERM as soon as it sees a line of output: no server, no decision. */
async function plainStop(path: string): Promise<void> {
  const child = spawn('python3', ['-c', badTrial, path], { stdio: ['ignore', 'pipe', 'ignore'] });
  child.stdout.once('data', () => child.kill('SIGTERM'));
  await new Promise((resolve) => child.once('exit', resolve));
}

function startAgent(source: WorkSource): ChildProcess {
  const built = file('../dist/main.js');
  const args = existsSync(built)
    ? [built]
    : ['-C', '@swath/source', '--import', file('../test/typescript.mjs'), file('../src/main.ts')];
  return spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      SWATH_HOST: source.host,
      SWATH_AGENT_KEY: source.agentKey,
      SWATH_AGENT_POOL: source.pool,
      SWATH_AGENT_NAME: 'bench',
      SWATH_AGENT_PROVIDER: 'simulated',
      SWATH_AGENT_SLOTS: '1',
      SWATH_AGENT_DIR: join(folder, 'agent'),
      SWATH_LOG_LEVEL: 'warn',
    },
  });
}

async function measureGaps(source: WorkSource, name: string, command: readonly string[]) {
  const floor: number[] = [];
  const agent: number[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const plainFile = join(folder, `${name}-${round}-plain`);
    await plainRuns(command, plainFile, Number(options.trials));
    floor.push(...gapsOf(plainFile));
    const agentFile = join(folder, `${name}-${round}-agent`);
    writeFileSync(agentFile, '');
    await source.run([...command, agentFile], Number(options.trials));
    agent.push(...gapsOf(agentFile));
  }
  return {
    command: name,
    floor: summary(floor),
    agent: summary(agent),
    ratio: summary(agent).median / summary(floor).median,
  };
}

async function measureStops(source: WorkSource) {
  const floor: number[] = [];
  const agent: number[] = [];
  for (let round = 0; round < 3 * Number(options.rounds); round += 1) {
    const plainFile = join(folder, `stop-${round}-plain`);
    await plainStop(plainFile);
    floor.push(stopTimeOf(plainFile));
    const agentFile = join(folder, `stop-${round}-agent`);
    await source.runUntilStopped(['python3', '-c', badTrial, agentFile]);
    agent.push(stopTimeOf(agentFile));
  }
  return { floor: summary(floor), agent: summary(agent) };
}

async function main(): Promise<void> {
  const { host, 'key-file': keyFile, 'agent-key-file': agentKeyFile, pool } = options;
  const source =
    host === undefined || keyFile === undefined || agentKeyFile === undefined
      ? await gatewaySource()
      : await apiSource({ host, keyFile, agentKeyFile, pool });
  const agent = startAgent(source);
  await new Promise((resolve) => agent.once('message', resolve));
  try {
    const gaps = [];
    for (const [name, command] of Object.entries(markers))
      gaps.push(await measureGaps(source, name, command));
    const stop = await measureStops(source);
    print({ source: source.name, gaps, stop });
  } finally {
    agent.kill('SIGTERM');
    await new Promise((resolve) => agent.once('exit', resolve));
    await source.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(result: {
  source: string;
  gaps: Awaited<ReturnType<typeof measureGaps>>[];
  stop: Awaited<ReturnType<typeof measureStops>>;
}): void {
  if (options.json) {
    console.log(JSON.stringify(result));
    return;
  }
  const ms = (value: Summary): string =>
    `${value.median.toFixed(1)} / ${value.p95.toFixed(1)} ms (n=${value.n})`;
  for (const { command, floor, agent, ratio } of result.gaps) {
    console.log(
      `idle gap, ${command}, ${result.source}: median / p95 ${ms(agent)}; fork+exec ${ms(floor)}; ${ratio.toFixed(2)}x`,
    );
  }
  console.log(
    `bad measurement to process gone, ${result.source}: ${ms(result.stop.agent)}; line to SIGTERM by a plain parent ${ms(result.stop.floor)}`,
  );
}

await main();
