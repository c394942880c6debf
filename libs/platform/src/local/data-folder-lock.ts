// One supervisor per data folder: takes the folder's lock, or says who holds it. A lock whose process is gone (kill -9, power cut) is
// taken over. Called first by the stack; what is started afterwards may rely on being alone in the folder.
import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, startTimeOf, type ProcessIdentity } from './end-process.mjs';

/** A held lock. */
export interface DataFolderLock {
  /** Gives the folder free; harmless when called twice. */
  release(): void;
}

/** The data folder is in use by another running process. */
export class DataFolderInUseError extends Error {
  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `the data folder ${dataDir} is in use by process ${pid}: stop that one first, or choose another folder with --data`,
    );
    this.name = 'DataFolderInUseError';
  }
}

/**
 * Takes the lock of a data folder, creating the folder (mode 0700) when it is missing.
 *
 * @throws DataFolderInUseError when a running process holds it
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'lock');
  const mine = JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) ?? '' });
  while (!create(path, mine)) {
    const held = readIfThere(path);
    if (held === undefined) continue;
    const holder = parseHolder(held);
    if (holder !== undefined && isRunning(holder)) throw new DataFolderInUseError(dataDir, holder.pid);
    removeStale(path, held);
  }
  return {
    release() {
      if (readIfThere(path) === mine) rmSync(path, { force: true });
    },
  };
}

// A hard link appears with its whole content or not at all, so nobody ever reads a half-written lock.
function create(path: string, content: string): boolean {
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, content, { mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch {
    if (!existsSync(path)) throw new Error(`cannot create ${path}: check that this user may write there`);
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

// Of several processes that saw the same stale lock only one moves it away. One that comes late moves a fresh lock, sees that it is
// not what it had read, and puts it back.
function removeStale(path: string, stale: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, path);
  } catch {
    // Another process was faster; the next round sees the result.
  }
  rmSync(aside, { force: true });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value))
      return undefined;
    return typeof value.pid === 'number' && typeof value.startTime === 'string'
      ? { pid: value.pid, startTime: value.startTime }
      : undefined;
  } catch {
    return undefined;
  }
}
