import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeGateway } from '../test/fake-gateway.js';
import type { Told } from '../test/fake-gateway.js';
import { guardScript } from '../test/guards.js';
import { Agent } from './agent.js';

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

let folder: string;
let gateway: FakeGateway;
let agent: Agent | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'swath-ahead-'));
  gateway = new FakeGateway();
  gateway.grantsAhead = true;
  const config = {
    host: await gateway.listen(),
    agentKey: 'agent-key-of-the-test',
    pool: 'local',
    name: 'node-1',
    provider: 'simulated' as const,
    slots: 1,
    folder,
    logLevel: 'silent' as const,
    inherited: process.env,
  };
  agent = await Agent.start({ config, log: silent, guardScript });
});

afterEach(async () => {
  await agent?.drain(0, 1000);
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

const sh = (script: string): string[] => ['/bin/sh', '-c', script];
/** Runs until the file is there. */
const waitFor = (name: string): string[] => sh(`until [ -e ${join(folder, name)} ]; do sleep 0.02; done`);
const touch = (name: string): string[] => sh(`touch ${join(folder, name)}`);

function toldOf(index: number): Told {
  const told = gateway.told()[index];
  if (told === undefined) throw new Error(`attempt ${index} was not granted`);
  return told;
}
const granted = (count: number): Promise<void> => gateway.until(() => gateway.told().length === count);
const ended = (index: number): Promise<void> => gateway.until(() => toldOf(index).completions.length > 0);
const attempts = (): string[] => readdirSync(join(folder, 'attempts'));

describe('an agent with leases ahead', { timeout: 60_000 }, () => {
  it('starts the next attempt before it reports the end of the last, and says so in one request', async () => {
    gateway.failure = { status: 503, code: 'server/unavailable', path: /:complete$/ };
    gateway.add({ command: waitFor('go') }, { command: touch('second-ran') });
    await granted(2);
    await expect.poll(attempts).toHaveLength(2);
    expect(toldOf(1).grant.slots).toEqual([]);
    writeFileSync(join(folder, 'go'), '');
    await expect.poll(() => readdirSync(folder), { timeout: 20_000 }).toContain('second-ran');
    expect(gateway.told().map(({ completions }) => completions)).toEqual([[], []]);
    gateway.failure = undefined;
    await ended(1);
    const [completion] = toldOf(0).completions;
    expect(completion?.start).toMatchObject({ leaseId: toldOf(1).grant.leaseId, attempt: 1, slots: [0] });
    expect(completion?.start?.agoMs).toBeGreaterThan(0);
    expect(toldOf(1).completions[0]?.exit).toMatchObject({ code: 0, reaped: true });
  });

  it('gives a lease back that the server asks for, and runs nothing of it', async () => {
    gateway.add({ command: waitFor('go') }, { command: touch('second-ran') });
    await granted(2);
    await expect.poll(attempts).toHaveLength(2);
    gateway.command({ type: 'recall', leaseId: toldOf(1).grant.leaseId });
    await gateway.until(() => toldOf(1).released === 1);
    writeFileSync(join(folder, 'go'), '');
    await ended(0);
    expect(toldOf(0).completions[0]?.start).toBeUndefined();
    expect(readdirSync(folder)).not.toContain('second-ran');
    await expect.poll(attempts).toEqual([]);
  });

  it('renews what waits', async () => {
    gateway.add({ command: waitFor('go') }, { command: ['true'] });
    await granted(2);
    await gateway.until(() => toldOf(1).renewals >= 2);
    expect(toldOf(1).started).toBeUndefined();
  });

  it('reports the end also when this node cannot start what follows, and gives that back', async () => {
    gateway.add({ command: waitFor('go') }, { command: touch('second-ran') });
    await granted(2);
    await expect.poll(attempts).toHaveLength(2);
    rmSync(join(folder, 'attempts', toldOf(1).grant.attemptId), { recursive: true });
    writeFileSync(join(folder, 'go'), '');
    await ended(0);
    await gateway.until(() => toldOf(1).released === 1);
    expect(toldOf(0).completions[0]).toMatchObject({ exit: { code: 0 }, poll: { free: [0] } });
    expect(toldOf(1)).toMatchObject({ started: undefined, completions: [] });
    expect(readdirSync(folder)).not.toContain('second-ran');
  });

  it('gives everything back when it leaves', async () => {
    gateway.add({ command: ['sleep', '300'] }, { command: touch('second-ran') });
    await granted(2);
    await expect.poll(attempts).toHaveLength(2);
    await agent?.drain(500, 2000);
    agent = undefined;
    expect(toldOf(1)).toMatchObject({ released: 1, started: undefined, completions: [] });
    expect(toldOf(0).completions[0]?.exit).toMatchObject({ cause: 'preempted' });
    expect(readdirSync(folder)).not.toContain('second-ran');
  });

  it('kills what it started when the lease had ended on the server, and sends nothing of it', async () => {
    // Heartbeats would tell of it before the start.
    gateway.failure = { status: 503, code: 'server/unavailable', path: /heartbeat$/ };
    gateway.add(
      { command: waitFor('go') },
      { command: sh('echo "{\\"loss\\":1}" >> "$SWATH_METRICS"; exec sleep 300') },
    );
    await granted(2);
    await expect.poll(attempts).toHaveLength(2);
    gateway.expire(toldOf(1));
    writeFileSync(join(folder, 'go'), '');
    await ended(0);
    expect(toldOf(0).completions[0]?.start).toBeDefined();
    await expect.poll(attempts, { timeout: 20_000 }).toEqual([]);
    expect(toldOf(1)).toMatchObject({ started: undefined, completions: [] });
    expect(toldOf(1).metrics.size + toldOf(1).logs.size).toBe(0);
  });
});
