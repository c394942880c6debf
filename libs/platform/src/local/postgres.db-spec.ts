import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTimeOf } from './end-process.mjs';
import { startPostgres, type LocalPostgres } from './postgres.js';
import { ProcessRegistry } from './process-registry.js';

// The folder is closed to everybody else, as below a home folder: run as root, the server has to work without entering it by path.
let dataDir: string;
let registry: ProcessRegistry;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const start = () => startPostgres({ dataDir, registry, log, env: process.env });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'swath-postgres-'));
  registry = await ProcessRegistry.open(dataDir, log);
});

afterAll(async () => {
  await registry.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}

const serverPid = () =>
  Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);

describe('startPostgres', () => {
  let first: LocalPostgres;

  it('creates a cluster with a random password that only this user can read, and listens on 127.0.0.1', async () => {
    first = await start();
    expect(first.embedded).toBe(true);
    const { hostname, username, password, pathname } = new URL(first.url);
    expect({ hostname, username, pathname }).toEqual({
      hostname: '127.0.0.1',
      username: 'swath',
      pathname: '/swath',
    });
    expect(password).toMatch(/^[\w-]{32}$/);
    expect(statSync(join(dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);
    await expect(answers(first.url)).resolves.toBe(true);
  });

  it('stops, leaves no process, and starts again on the same data with the same password', async () => {
    const pid = serverPid();
    await first.stop();
    expect(startTimeOf(pid)).toBeUndefined();
    await expect(answers(first.url)).resolves.toBe(false);
    const again = await start();
    expect(new URL(again.url).password).toBe(new URL(first.url).password);
    await again.stop();
  });

  it('starts the server again on the same port when it is killed', async () => {
    const server = await start();
    const pid = serverPid();
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => startTimeOf(pid) === undefined, 10_000);
    await vi.waitUntil(() => answers(server.url), 20_000);
    await server.stop();
  });

  it('recovers from a postmaster.pid whose number another process has now', async () => {
    const file = join(dataDir, 'postgres', 'postmaster.pid');
    writeFileSync(file, `${process.pid}\n${join(dataDir, 'postgres')}\n1\n5432\n\n127.0.0.1\n`);
    const server = await start();
    expect(lines).toContain(`removing postmaster.pid of process ${process.pid}, which is gone`);
    await server.stop();
  });

  it('starts over when an earlier first start was cut off', async () => {
    rmSync(join(dataDir, 'postgres.password'));
    const server = await start();
    await expect(answers(server.url)).resolves.toBe(true);
    await server.stop();
  });

  it('leaves alone a server that is named by SWATH_DATABASE_URL', async () => {
    const url = 'postgres://somebody@db.example/theirs';
    const server = await startPostgres({ dataDir, registry, log, env: { SWATH_DATABASE_URL: url } });
    expect(server).toMatchObject({ url, embedded: false });
    await server.stop();
  });
});
