import { readFileSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { guarded, outputOf, testFolder, withMarker } from '../../test/guards.js';
import { connectToGuard } from './guard-link.js';
import { detectIsolation, sessionIsolation } from './isolation.js';
import type { Isolation } from './isolation.js';
import { isAlive } from './process-tree.js';

const folder = testFolder();
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** For conditions of other processes on a machine that is busy. */
const soon = { timeout: 20_000, interval: 10 };
const sh = (script: string): string[] => ['/bin/sh', '-c', script];
/** A daemon as daemons are made: fork, new session, fork again, parents gone. */
const escape = 'setsid sh -c "(sleep 300 &) ; exit 0" & ';

// A PID namespace needs privileges; where they are missing the session means is what a node has, and it is tested alone.
const namespace = await detectIsolation();
const kinds: Isolation[] = [sessionIsolation, ...(namespace.kind === 'pid_namespace' ? [namespace] : [])];

describe.each(kinds)('a guard with $kind isolation', { timeout: 30_000 }, (isolation) => {
  it('reports start, exit and duration, and stores the output', async () => {
    const attempt = guarded(sh('echo one; echo two >&2; printf three; exit 7'), { isolation, folder });
    expect(await attempt.exit).toMatchObject({
      code: 7,
      signal: null,
      cause: 'exit',
      reaped: true,
      message: 'two',
    });
    await attempt.lost;
    expect(attempt.reports.map((report) => report.type)).toEqual(['started', 'exit', 'closed']);
    expect(
      outputOf(attempt.outputFile)
        .map(({ s, x }) => `${s}:${x}`)
        .sort(),
    ).toEqual(['stderr:two', 'stdout:one', 'stdout:three']);
    expect(JSON.parse(readFileSync(attempt.exitFile, 'utf8'))).toMatchObject({ code: 7, cause: 'exit' });
    const journal = readFileSync(attempt.journal, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(journal).toMatchObject([
      { type: 'start', trialId: 'tr', slots: [0] },
      { type: 'reap', trialId: 'tr', slots: [0], reaped: true },
    ]);
    expect(BigInt(journal[1].atNs) > BigInt(journal[0].atNs)).toBe(true);
  });

  it('ends what outlives the command: background, double fork, a session of its own', async () => {
    const attempt = guarded(sh(`sleep 300 & ${escape} sleep 0.3; exit 0`), { isolation, folder });
    expect(await attempt.exit).toMatchObject({ code: 0, cause: 'exit', reaped: true });
    expect(withMarker(attempt.marker)).toEqual([]);
    await attempt.lost;
  });

  it('stops with SIGTERM, and the command may end in its own way', async () => {
    const attempt = guarded(sh('trap "echo bye; exit 5" TERM; echo up; while :; do sleep 0.05; done'), {
      isolation,
      folder,
    });
    await expect.poll(() => outputOf(attempt.outputFile).length, soon).toBe(1);
    attempt.guard.send({ type: 'stop', cause: 'stop', graceMs: 5000 });
    expect(await attempt.exit).toMatchObject({ code: 5, cause: 'stop', reaped: true });
    await attempt.lost;
    expect(outputOf(attempt.outputFile).at(-1)?.x).toBe('bye');
  });

  it('kills what ignores SIGTERM when the grace is over, the escaped ones too', async () => {
    const attempt = guarded(sh(`trap "" TERM; ${escape} echo up; while :; do sleep 0.05; done`), {
      isolation,
      folder,
    });
    await expect.poll(() => outputOf(attempt.outputFile).length, soon).toBe(1);
    attempt.guard.send({ type: 'stop', cause: 'preempted', graceMs: 300 });
    expect(await attempt.exit).toMatchObject({
      code: null,
      signal: 'SIGKILL',
      cause: 'preempted',
      reaped: true,
    });
    expect(withMarker(attempt.marker)).toEqual([]);
    await attempt.lost;
  });

  it('sends the checkpoint signal first and SIGTERM after half of the grace', async () => {
    const script =
      'trap "echo saved" USR1; trap "echo end; exit 0" TERM; echo up; while :; do sleep 0.02; done';
    const attempt = guarded(sh(script), { isolation, folder });
    await expect.poll(() => outputOf(attempt.outputFile).length, soon).toBe(1);
    attempt.guard.send({ type: 'stop', cause: 'preempted', graceMs: 1000, checkpointSignal: 'SIGUSR1' });
    expect(await attempt.exit).toMatchObject({ code: 0, cause: 'preempted' });
    await attempt.lost;
    const said = outputOf(attempt.outputFile).filter(({ s }) => s === 'stdout');
    expect(said.map(({ x }) => x)).toEqual(['up', 'saved', 'end']);
  });

  it('ends the attempt at the end of its lease', async () => {
    const attempt = guarded(['sleep', '300'], { isolation, folder, ttlMs: 1500 });
    expect(await attempt.exit).toMatchObject({ cause: 'expired', signal: 'SIGTERM', reaped: true });
    await attempt.lost;
  });

  it('enforces the lease when the agent is gone', async () => {
    const attempt = guarded(sh(`trap "" TERM; ${escape} while :; do sleep 0.05; done`), {
      isolation,
      folder,
      graceMs: 100,
    });
    await expect.poll(() => withMarker(attempt.marker).length, soon).toBeGreaterThan(1);
    attempt.guard.send({ type: 'renew', deadlineNs: String(process.hrtime.bigint() + 500_000_000n) });
    attempt.guard.disconnect();
    await expect.poll(() => withMarker(attempt.marker), soon).toEqual([]);
    await expect.poll(() => isAlive(attempt.guard.process), soon).toBe(false);
    expect(JSON.parse(readFileSync(attempt.exitFile, 'utf8'))).toMatchObject({
      cause: 'expired',
      reaped: true,
    });
  });

  it('lets another agent take over: it hears what happened, renews and stops', async () => {
    const attempt = guarded(['sleep', '300'], { isolation, folder, ttlMs: 3000 });
    await expect.poll(() => attempt.reports.length, soon).toBe(1);
    attempt.guard.disconnect();
    const link = await connectToGuard(attempt.guard.process, attempt.socket);
    if (link === undefined) throw new Error('nobody listens');
    const heard: string[] = [];
    const over = new Promise<void>((resolve) => {
      link.listen((report) => {
        heard.push(report.type === 'exit' ? `exit ${report.exit.cause}` : report.type);
        if (report.type === 'lost') resolve();
      });
    });
    link.send({ type: 'renew', deadlineNs: String(process.hrtime.bigint() + 60_000_000_000n) });
    link.send({ type: 'stop', cause: 'stop', graceMs: 1000 });
    await over;
    expect(heard).toEqual(['started', 'exit stop', 'closed', 'lost']);
  });

  it('gives the command no descriptor but the standard ones', async () => {
    const attempt = guarded(sh('ls -l /proc/self/fd | grep -c "socket:\\|pipe:"'), { isolation, folder });
    await attempt.lost;
    // Standard output to grep, standard error, and those of the shell's own pipeline.
    expect(Number(outputOf(attempt.outputFile)[0]?.x)).toBeLessThanOrEqual(3);
  });

  it('drains output without end, drops what is over the limit and says so', async () => {
    const attempt = guarded(sh('head -c 100000000 /dev/zero | tr "\\0" "x" | fold -w 100; echo done >&2'), {
      isolation,
      folder,
    });
    expect(await attempt.exit).toMatchObject({ code: 0, cause: 'exit' });
    await attempt.lost;
    const lines = outputOf(attempt.outputFile);
    expect(lines.some(({ x }) => /^\[swath\] \d+ bytes of output dropped/.test(x))).toBe(true);
    expect(readFileSync(attempt.outputFile).length).toBeLessThan(40_000_000);
  });
});

describe.runIf(namespace.kind === 'pid_namespace')('a guard in a PID namespace', { timeout: 30_000 }, () => {
  it('takes everything with it when it is killed', async () => {
    const attempt = guarded(sh(`${escape} sleep 300`), { isolation: namespace, folder });
    await expect.poll(() => withMarker(attempt.marker).length, soon).toBeGreaterThan(1);
    process.kill(attempt.guard.process.pid, 'SIGKILL');
    await expect.poll(() => withMarker(attempt.marker), soon).toEqual([]);
  });

  it('cannot be killed by the command', async () => {
    const attempt = guarded(sh('kill -9 1; kill -9 $PPID; echo still; exit 0'), {
      isolation: namespace,
      folder,
    });
    expect(await attempt.exit).toMatchObject({ code: 0, cause: 'exit' });
    await attempt.lost;
  });
});

describe('detectIsolation', () => {
  it('says why nothing stronger than a session is used', () => {
    expect(namespace.why === '').toBe(namespace.kind === 'pid_namespace');
  });
});
