// The log files of a local stack, one for each process, in the data folder's `logs`. The terminal stays free for the sweep.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

const LARGEST_BYTES = 10_000_000;

/**
 * Opens the log of a process; a file above 10 MB is first set aside as `NAME.old.log`.
 *
 * @returns a function that appends one line
 */
export function openLogFile(dataDir: string, name: string): (line: string) => void {
  const folder = join(dataDir, 'logs');
  const path = join(folder, `${name}.log`);
  mkdirSync(folder, { recursive: true });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_BYTES)
    renameSync(path, join(folder, `${name}.old.log`));
  return (line) => {
    appendFileSync(path, `${line}\n`);
  };
}
