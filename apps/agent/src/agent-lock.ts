/** One agent per folder: a second one would adopt the first one's attempts. The lock of a dead process does not count. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startTicksOf } from './guard/process-tree.js';

/**
 * Takes the folder for this process.
 *
 * @returns gives it back
 * @throws Error when another agent has it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'agent.lock');
  const own = `${process.pid} ${startTicksOf(process.pid) ?? ''}`;
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch {
      const [pid = '', startTicks = ''] = readOwner(path).split(' ');
      if (isAlive({ pid: Number(pid), startTicks })) {
        throw new Error(
          `another agent (process ${pid}) uses ${folder}: stop it, or set SWATH_AGENT_DIR to another folder`,
        );
      }
      rmSync(path, { force: true });
    }
  }
  throw new Error(`cannot create ${path}: check the permissions of ${folder}`);
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
