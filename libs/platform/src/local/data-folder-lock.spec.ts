import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderInUseError, lockDataFolder } from './data-folder-lock.js';
import { startTimeOf } from './end-process.mjs';

let parent: string;
let dataDir: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'swath-lock-'));
  dataDir = join(parent, 'data');
});
afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

describe('lockDataFolder', () => {
  it('creates the folder for this user alone, and leaves no file behind after release', () => {
    const lock = lockDataFolder(dataDir);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(readdirSync(dataDir)).toEqual(['lock']);
    lock.release();
    lock.release();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('refuses a folder that a running process holds, naming the process and what to do', () => {
    lockDataFolder(dataDir);
    expect(() => lockDataFolder(dataDir)).toThrow(DataFolderInUseError);
    expect(() => lockDataFolder(dataDir)).toThrow(
      `in use by process ${process.pid}: stop that one first, or choose another`,
    );
  });

  it('takes over the lock of a process that was killed', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
    await once(holder, 'spawn');
    lockDataFolder(dataDir).release();
    const pid = holder.pid ?? 0;
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid, startTime: startTimeOf(pid) }));
    expect(() => lockDataFolder(dataDir)).toThrow(DataFolderInUseError);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    lockDataFolder(dataDir).release();
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });

  it.each([
    [
      'of a process whose number another one has now',
      JSON.stringify({ pid: process.pid, startTime: 'before' }),
    ],
    ['that is cut off', '{"pid":'],
    ['that is empty', ''],
  ])('takes over a lock %s', (_case, content) => {
    lockDataFolder(dataDir).release();
    writeFileSync(join(dataDir, 'lock'), content);
    lockDataFolder(dataDir).release();
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('does not give free a lock that somebody else has taken over', () => {
    const lock = lockDataFolder(dataDir);
    writeFileSync(join(dataDir, 'lock'), 'another');
    lock.release();
    expect(existsSync(join(dataDir, 'lock'))).toBe(true);
  });
});
