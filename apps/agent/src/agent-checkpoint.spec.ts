import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
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
let host: string;
const agents: Agent[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'swath-checkpoint-'));
  gateway = new FakeGateway();
  host = await gateway.listen();
});

afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.drain(0, 1000);
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A node with a folder of its own. */
async function node(name: string): Promise<Agent> {
  const config = {
    host,
    agentKey: 'agent-key-of-the-test',
    pool: 'local',
    name,
    provider: 'simulated' as const,
    slots: 1,
    folder: join(folder, name),
    logLevel: 'silent' as const,
    inherited: process.env,
  };
  const agent = await Agent.start({ config, log: silent, guardScript });
  agents.push(agent);
  return agent;
}

const sh = (script: string): string[] => ['/bin/sh', '-c', script];
/** Saves a state whole and then waits to be ended. */
const saver = (content: string): string[] =>
  sh(
    `echo ${content} > "$SWATH_CHECKPOINT_DIR/state.tmp"; mv "$SWATH_CHECKPOINT_DIR/state.tmp" "$SWATH_CHECKPOINT_DIR/state";` +
      ` echo half > "$SWATH_CHECKPOINT_DIR/next.tmp"; touch ${folder}/saved; exec sleep 300`,
  );
/** Tells what it resumes from: the state, or "nothing", and what else is there. */
const teller = sh(
  'cat "${SWATH_RESUME_FROM:-/nowhere}/state" 2>/dev/null || echo nothing; ls "$SWATH_CHECKPOINT_DIR"',
);

function toldOf(index: number): Told {
  const told = gateway.told()[index];
  if (told === undefined) throw new Error(`attempt ${index} was not granted`);
  return told;
}
const ended = (index: number): Promise<void> =>
  gateway.until(() => (gateway.told()[index]?.completions.length ?? 0) > 0);
const saved = (): Promise<void> =>
  expect.poll(() => readdirSync(folder), { timeout: 20_000 }).toContain('saved');

/** What the newest archive is known as. */
function newest(): { checkpoint: string; sha256: string; size: number } {
  const [sha256, archive] = [...gateway.archives].at(-1) ?? [];
  if (sha256 === undefined || archive === undefined) throw new Error('no checkpoint was stored');
  return { checkpoint: `cp_${sha256.slice(0, 32)}`, sha256, size: archive.length };
}

/** Runs an attempt on one node until it has saved its state, and preempts it. */
async function preempted(): Promise<void> {
  const first = await node('node-1');
  gateway.add({ command: saver('seven') });
  await saved();
  await first.drain(2000, 20_000);
  agents.splice(0);
  await ended(0);
}

describe('a checkpoint', { timeout: 60_000 }, () => {
  it('is stored before the end of a preempted attempt is reported, and resumed from on another node, whole', async () => {
    await preempted();
    expect(gateway.archives.size).toBeGreaterThan(0);
    await node('node-2');
    gateway.add({ command: teller, attempt: 2, resume: newest() });
    await ended(1);
    await gateway.until(() => gateway.lines(toldOf(1)).length >= 2);
    expect(gateway.lines(toldOf(1))).toEqual(['seven', 'state']);
  });

  it('is stored while the attempt runs, so that a node that dies takes nothing with it', async () => {
    await node('node-1');
    gateway.add({ command: saver('eight') });
    await gateway.until(() => gateway.archives.size === 1);
    expect(toldOf(0).completions).toEqual([]);
  });

  it('that arrives damaged again and again is not resumed from', async () => {
    await preempted();
    const resume = newest();
    gateway.archives.set(resume.sha256, Buffer.alloc(resume.size, 1));
    await node('node-2');
    gateway.add({ command: teller, attempt: 2, resume });
    await ended(1);
    await gateway.until(() => gateway.lines(toldOf(1)).length >= 1);
    expect(gateway.lines(toldOf(1))).toEqual(['nothing']);
  });

  it('that was cut on its way is brought again', async () => {
    await preempted();
    gateway.cutArchives = 2;
    await node('node-2');
    gateway.add({ command: teller, attempt: 2, resume: newest() });
    await ended(1);
    await gateway.until(() => gateway.lines(toldOf(1)).length >= 2);
    expect(gateway.lines(toldOf(1))).toEqual(['seven', 'state']);
  });

  it('that is not there any more lets the attempt start from the beginning', async () => {
    await node('node-1');
    const resume = { checkpoint: 'cp_gone', sha256: 'a'.repeat(64), size: 10 };
    gateway.add({ command: teller, attempt: 2, resume });
    await ended(0);
    await gateway.until(() => gateway.lines(toldOf(0)).length >= 1);
    expect(gateway.lines(toldOf(0))).toEqual(['nothing']);
  });

  it('of a trial that has succeeded is not waited for', async () => {
    await node('node-1');
    gateway.failure = { status: 503, code: 'server/unavailable', path: /:checkpoint/ };
    gateway.add({ command: sh('echo done > "$SWATH_CHECKPOINT_DIR/state"') });
    await ended(0);
    expect(gateway.archives.size).toBe(0);
  });

  it('is sent again when the reply was lost, and counts once', async () => {
    gateway.loseReplyOnce = /:checkpoint/;
    await preempted();
    expect(gateway.loseReplyOnce).toBeUndefined();
    expect(gateway.archives.size).toBe(1);
  });

  it('keeps a lease renewed, and gives way to a stop, while it is brought here', async () => {
    await preempted();
    const resume = newest();
    gateway.failure = { status: 503, code: 'server/unavailable', path: /\/checkpoint$/ };
    await node('node-2');
    gateway.add({ command: sh(`touch ${folder}/ran; exec sleep 300`), attempt: 2, resume });
    await gateway.until(() => gateway.told().length === 2 && toldOf(1).renewals >= 2);
    gateway.command({ type: 'stop', leaseId: toldOf(1).grant.leaseId, reason: 'cancelled', graceMs: 0 });
    await ended(1);
    expect(toldOf(1).completions[0]?.exit.code).not.toBe(0);
  });
});
