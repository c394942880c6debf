import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeGateway } from '../test/fake-gateway.js';
import { Agent } from './agent.js';
import type { AgentConfig } from './agent.config.js';
import type { Log } from './log.js';

const quiet: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
const guardScript = [
  '--import',
  fileURLToPath(new URL('../test/typescript.mjs', import.meta.url)),
  fileURLToPath(new URL('./guard/guard.ts', import.meta.url)),
];

let folder: string;
let gateway: FakeGateway;
let config: AgentConfig;
let agent: Agent | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'swath-agent-spec-'));
  gateway = new FakeGateway();
  config = {
    host: await gateway.listen(),
    agentKey: 'agent-key-of-the-test',
    pool: 'local',
    name: 'node-1',
    provider: 'simulated',
    slots: 2,
    folder: join(folder, 'agent'),
    logLevel: 'silent',
    inherited: process.env,
  };
});

afterEach(async () => {
  await agent?.drain(0, 1000);
  agent = undefined;
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<Agent> {
  agent = await Agent.start({ config, log: quiet, guardScript });
  return agent;
}

const sh = (script: string): string[] => ['/bin/sh', '-c', script];
const ended = (count: number) => () =>
  gateway.told().filter((told) => told.completions.length > 0).length >= count;

describe('Agent', { timeout: 30_000 }, () => {
  it('runs what it is leased and reports metrics, output and the end', async () => {
    gateway.add({
      command: sh(
        'echo "{\\"step\\":1,\\"loss\\":0.5}" >> "$SWATH_METRICS"; echo "{\\"step\\":2,\\"loss\\":NaN}" >> "$SWATH_METRICS"; echo out; echo err >&2; echo "$SWATH_TOKEN"; printf last',
      ),
    });
    await start();
    await gateway.until(ended(1));
    const [told] = gateway.told();
    if (told === undefined) throw new Error('nothing was granted');
    expect(told.completions[0]?.exit).toMatchObject({ code: 0, signal: null, cause: 'exit', reaped: true });
    expect(gateway.rows(told).map(({ step, values }) => ({ step, values }))).toEqual([
      { step: 1, values: { loss: 0.5 } },
      { step: 2, values: { loss: 'NaN' } },
    ]);
    await gateway.until(() => gateway.lines(told).length === 4);
    expect(gateway.lines(told).sort()).toEqual(['[secret]', 'err', 'last', 'out']);
    await expect.poll(() => readdirSync(join(config.folder, 'attempts'))).toEqual([]);
  });

  it('takes the next lease from the reply that acknowledges an end', async () => {
    config = { ...config, slots: 1 };
    gateway.add({ command: ['true'] }, { command: ['true'] }, { command: ['true'] });
    await start();
    await gateway.until(ended(3));
    expect(gateway.told().map((told) => told.completions.length)).toEqual([1, 1, 1]);
    // One poll for the first lease; the others came with completions.
    const besides = new Set(gateway.told().flatMap((told) => told.completions[0]?.poll?.offerId ?? []));
    expect([...gateway.offers.keys()].filter((offer) => besides.has(offer))).toHaveLength(2);
  });

  it('stops the process as soon as a measurement is judged bad', async () => {
    gateway.judge = (batch, told) =>
      batch.rows.some((row) => row.values['loss'] === 9)
        ? { type: 'stop', leaseId: told.grant.leaseId, reason: 'pruned', graceMs: 1000 }
        : undefined;
    gateway.add({ command: sh('echo "{\\"loss\\":9}" >> "$SWATH_METRICS"; exec sleep 300') });
    await start();
    await gateway.until(ended(1));
    expect(gateway.told()[0]?.completions[0]?.exit).toMatchObject({
      code: null,
      signal: 'SIGTERM',
      cause: 'stop',
      reaped: true,
    });
  });

  it('stops on a command of the event stream, and on one that comes with a heartbeat', async () => {
    gateway.heartbeatMs = 60_000;
    gateway.add({ command: ['sleep', '300'] });
    await start();
    await gateway.until(() => gateway.told().length === 1);
    const first = gateway.told()[0]?.grant.leaseId ?? '';
    await expect
      .poll(() => existsSync(join(config.folder, 'attempts', 'at_abcdefgh-1-1', 'attempt.json')))
      .toBe(true);
    gateway.command({ type: 'stop', leaseId: first, reason: 'stopped', graceMs: 500 });
    await gateway.until(ended(1));
    expect(gateway.told()[0]?.completions[0]?.exit.cause).toBe('stop');
  });

  it('says why a command cannot be started', async () => {
    gateway.add(
      { command: ['no-such-command-anywhere'] },
      { command: ['true'], workingDir: '/no/such/folder' },
    );
    await start();
    await gateway.until(ended(2));
    const exits = gateway.told().map((told) => told.completions[0]?.exit);
    expect(exits.map((exit) => exit?.cause)).toEqual(['spawn_failed', 'spawn_failed']);
    expect(exits[0]?.message).toContain('no-such-command-anywhere');
    expect(exits[1]?.message).toContain('/no/such/folder');
  });

  it('reports exit codes with the last line of standard error', async () => {
    gateway.add({ command: sh('echo fine; echo "ValueError: bad" >&2; exit 3') });
    await start();
    await gateway.until(ended(1));
    expect(gateway.told()[0]?.completions[0]?.exit).toMatchObject({
      code: 3,
      cause: 'exit',
      message: 'ValueError: bad',
    });
  });

  it('kills at the end of the lease when renewals are not granted', async () => {
    gateway.renews = false;
    gateway.add({ command: ['sleep', '300'], ttlMs: 700, graceMs: 200 });
    await start();
    await gateway.until(ended(1));
    expect(gateway.told()[0]?.completions[0]?.exit).toMatchObject({ cause: 'expired', signal: 'SIGTERM' });
  });

  it('keeps an attempt alive by renewing its lease', async () => {
    gateway.ttlMs = 1500;
    gateway.heartbeatMs = 300;
    gateway.add({ command: ['sleep', '3'] });
    await start();
    await gateway.until(ended(1));
    expect(gateway.told()[0]?.completions[0]?.exit).toMatchObject({ cause: 'exit', code: 0 });
  });

  it('loses nothing and doubles nothing when replies are lost', async () => {
    gateway.loseReplyOnce = /leases:poll/;
    gateway.add({ command: sh('echo "{\\"loss\\":1}" >> "$SWATH_METRICS"') });
    await start();
    await gateway.until(() => gateway.told().length === 1);
    gateway.loseReplyOnce = /:complete/;
    await gateway.until(
      () => (gateway.told()[0]?.completions.length ?? 0) >= 1 && gateway.loseReplyOnce === undefined,
    );
    const [told] = gateway.told();
    if (told === undefined) throw new Error('nothing was granted');
    expect(gateway.told()).toHaveLength(1);
    expect(gateway.rows(told)).toHaveLength(1);
    expect(gateway.conflicts).toBe(0);
  });

  it('gives back a lease that was granted at the moment it was told to leave', async () => {
    const running = await start();
    gateway.add({ command: ['sleep', '300'] });
    await running.drain(2000, 2000);
    agent = undefined;
    expect(gateway.told()).toHaveLength(1);
    for (const told of gateway.told()) {
      expect(told.completions[0]?.exit).toMatchObject({ cause: 'preempted', reaped: true });
    }
    expect(gateway.left).toBe(1);
  });

  it('preempts what runs when it is told to leave, and signs off', async () => {
    gateway.add({ command: ['sleep', '300'] });
    const running = await start();
    await expect
      .poll(() => existsSync(join(config.folder, 'attempts', 'at_abcdefgh-1-1', 'output.journal')))
      .toBe(true);
    await running.drain(2000, 2000);
    agent = undefined;
    expect(gateway.told()[0]?.completions[0]?.exit).toMatchObject({ cause: 'preempted', reaped: true });
    expect(gateway.left).toBe(1);
  });
});
