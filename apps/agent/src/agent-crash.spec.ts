import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeGateway } from '../test/fake-gateway.js';
import type { Told } from '../test/fake-gateway.js';
import { testFolder, withMarker } from '../test/guards.js';
import { isAlive } from './guard/process-tree.js';
import { readRecord } from './attempt/attempt-record.js';

/** The agent as a process of its own, from the sources. */
const agentArgs = [
  '-C',
  '@swath/source',
  '--import',
  fileURLToPath(new URL('../test/typescript.mjs', import.meta.url)),
  fileURLToPath(new URL('../test/agent-process.ts', import.meta.url)),
];

let folder: string;
let gateway: FakeGateway;
let host: string;
const agents: ChildProcess[] = [];

beforeEach(async () => {
  folder = testFolder();
  gateway = new FakeGateway();
  host = await gateway.listen();
});

afterEach(async () => {
  for (const agent of agents.splice(0)) await stop(agent, 'SIGTERM');
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

async function startAgent(): Promise<ChildProcess> {
  const agent = spawn(process.execPath, agentArgs, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {
      PATH: process.env['PATH'],
      SWATH_HOST: host,
      SWATH_AGENT_KEY: 'agent-key-of-the-test',
      SWATH_AGENT_NAME: 'node-1',
      SWATH_AGENT_PROVIDER: 'simulated',
      SWATH_AGENT_SLOTS: '1',
      SWATH_AGENT_DIR: join(folder, 'agent'),
      SWATH_LOG_LEVEL: 'silent',
    },
  });
  agents.push(agent);
  await new Promise((resolve, reject) => {
    agent.once('message', resolve);
    agent.once('exit', (code) => reject(new Error(`agent exited with ${code}`)));
  });
  return agent;
}

async function stop(agent: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (agent.exitCode !== null || agent.signalCode !== null) return;
  const gone = new Promise((resolve) => agent.once('exit', resolve));
  agent.kill(signal);
  await gone;
}

const sh = (script: string): string[] => ['/bin/sh', '-c', script];
/** Measures ten times a second, for ever or `count` times. */
const training = (count: number): string =>
  `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo "{\\"step\\":$i,\\"loss\\":$i}" >> "$SWATH_METRICS"; echo "line $i"; sleep 0.1; done`;

function steps(told: Told): (number | undefined)[] {
  return gateway.rows(told).map((row) => row.step);
}

function first(): Told {
  const [told] = gateway.told();
  if (told === undefined) throw new Error('nothing was granted');
  return told;
}

const recordPath = (): string => join(folder, 'agent', 'attempts', 'at_abcdefgh-1-1', 'attempt.json');

describe('an agent that is killed', { timeout: 60_000 }, () => {
  it('is followed by one that adopts the attempt and loses no measurement and no line', async () => {
    gateway.add({ command: sh(training(40)) });
    const killed = await startAgent();
    await gateway.until(() => gateway.attempts.size === 1 && steps(first()).length >= 5);
    await stop(killed, 'SIGKILL');
    await startAgent();
    expect(gateway.registrations.at(-1)?.adopted).toEqual([first().grant.leaseId]);
    await gateway.until(() => first().completions.length === 1);
    expect(first().completions[0]?.exit).toMatchObject({ code: 0, cause: 'exit', reaped: true });
    const all = Array.from({ length: 40 }, (_, i) => i + 1);
    expect(steps(first())).toEqual(all);
    await gateway.until(() => gateway.lines(first()).length === 40);
    expect(gateway.lines(first())).toEqual(all.map((i) => `line ${i}`));
    expect(gateway.conflicts).toBe(0);
    expect(gateway.attempts.size).toBe(1);
  });

  it('is followed by one that reports the end that came while no agent was there', async () => {
    gateway.add({ command: sh(`${training(10)}; exit 3`) });
    const killed = await startAgent();
    await gateway.until(() => gateway.attempts.size === 1 && steps(first()).length >= 2);
    await stop(killed, 'SIGKILL');
    const exitFile = join(folder, 'agent', 'attempts', 'at_abcdefgh-1-1', 'exit.json');
    await expect.poll(() => existsSync(exitFile), { timeout: 20_000 }).toBe(true);
    await startAgent();
    await gateway.until(() => first().completions.length === 1);
    expect(first().completions[0]?.exit).toMatchObject({ code: 3, cause: 'exit', reaped: true });
    expect(steps(first())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('is followed by one that kills what has no live lease any more', async () => {
    gateway.add({ command: ['sleep', '300'] });
    const killed = await startAgent();
    await expect
      .poll(() => readRecord(recordPath())?.command?.pid ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const marker = `SWATH_ATTEMPT_ID=${first().grant.attemptId}`;
    await stop(killed, 'SIGKILL');
    expect(withMarker(marker)).toHaveLength(1);
    gateway.expire(first());
    await startAgent();
    await expect.poll(() => withMarker(marker), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => readdirSync(join(folder, 'agent', 'attempts')), { timeout: 20_000 }).toEqual([]);
  });

  it('is followed by one that tells of a start ahead which nobody told of, after the end that made room for it', async () => {
    gateway.grantsAhead = true;
    gateway.failure = { status: 503, code: 'server/unavailable', path: /:complete$/ };
    gateway.add({ command: sh(training(3)) }, { command: sh(training(30)) });
    const killed = await startAgent();
    const second = join(folder, 'agent', 'attempts', 'at_abcdefgh-2-1', 'output.jsonl');
    await expect.poll(() => existsSync(second), { timeout: 20_000 }).toBe(true);
    await stop(killed, 'SIGKILL');
    const told = gateway.told();
    expect(told.map(({ completions, started }) => ({ completions, started }))).toEqual([
      { completions: [], started: undefined },
      { completions: [], started: undefined },
    ]);
    gateway.failure = undefined;
    await startAgent();
    await gateway.until(() => told[1]?.started !== undefined);
    expect(told[0]?.completions).toHaveLength(1);
    expect(told[1]?.started).toMatchObject({ attempt: 1, slots: [0] });
    await gateway.until(() => told[1]?.completions.length === 1);
    expect(told[1]?.completions[0]?.exit).toMatchObject({ code: 0, reaped: true });
    expect(gateway.attempts.size).toBe(2);
  });

  it('leaves nothing behind when its guard is killed as well', async () => {
    gateway.add({ command: sh('setsid sh -c "(sleep 300 &) ; exit 0" & exec sleep 300') });
    const killed = await startAgent();
    await expect
      .poll(() => readRecord(recordPath())?.command?.pid ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const marker = `SWATH_ATTEMPT_ID=${first().grant.attemptId}`;
    await expect.poll(() => withMarker(marker).length, { timeout: 20_000 }).toBe(2);
    const guard = readRecord(recordPath())?.guard;
    if (guard === undefined) throw new Error('no guard on record');
    await stop(killed, 'SIGKILL');
    process.kill(guard.pid, 'SIGKILL');
    await expect.poll(() => isAlive(guard)).toBe(false);
    await startAgent();
    await gateway.until(() => first().completions.length === 1);
    expect(first().completions[0]?.exit).toMatchObject({ cause: 'node', reaped: true });
    expect(withMarker(marker)).toEqual([]);
  });

  it('reports an attempt whose guard alone was killed', async () => {
    gateway.add({ command: ['sleep', '300'] });
    await startAgent();
    await expect
      .poll(() => readRecord(recordPath())?.command?.pid ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(0);
    process.kill(readRecord(recordPath())?.guard.pid ?? 0, 'SIGKILL');
    await gateway.until(() => first().completions.length === 1);
    expect(first().completions[0]?.exit).toMatchObject({ cause: 'node', reaped: true });
    expect(withMarker(`SWATH_ATTEMPT_ID=${first().grant.attemptId}`)).toEqual([]);
  });

  it('lets nobody else have its folder while it lives', async () => {
    await startAgent();
    const second = spawn(process.execPath, agentArgs, {
      stdio: ['ignore', 'ignore', 'pipe', 'ignore'],
      env: {
        PATH: process.env['PATH'],
        SWATH_HOST: host,
        SWATH_AGENT_KEY: 'x',
        SWATH_AGENT_DIR: join(folder, 'agent'),
        SWATH_AGENT_PROVIDER: 'cpu',
      },
    });
    let said = '';
    second.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => second.once('close', resolve));
    expect(second.exitCode).toBe(1);
    expect(said).toContain('another agent');
    expect(readFileSync(join(folder, 'agent', 'agent.lock'), 'utf8')).toMatch(/^\d+ \d+$/);
  });

  it('kills what runs at once on a second signal', async () => {
    gateway.add({ command: sh('trap "" TERM; while :; do sleep 0.05; done'), graceMs: 30_000 });
    const agent = await startAgent();
    await expect
      .poll(() => readRecord(recordPath())?.command?.pid ?? 0, { timeout: 20_000 })
      .toBeGreaterThan(0);
    const marker = `SWATH_ATTEMPT_ID=${first().grant.attemptId}`;
    const gone = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGTERM');
    // Signals within the first second are one Ctrl-C that came twice.
    const again = setInterval(() => agent.kill('SIGTERM'), 400);
    await gone;
    clearInterval(again);
    await expect.poll(() => withMarker(marker), { timeout: 20_000 }).toEqual([]);
  });
});
