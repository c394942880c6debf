// Remembers which processes a supervisor has started, in two places that survive it: a watchdog process that ends them when the
// supervisor is killed, and a file in the data folder from which the next start ends what is left when the watchdog was killed as well.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endProcess, isRunning, startTimeOf, type ProcessIdentity, type StopRule } from './end-process.mjs';

const WATCHDOG = fileURLToPath(new URL('./watchdog.mjs', import.meta.url));

type RegisteredProcess = ProcessIdentity & StopRule;

/** The started processes of one supervisor. */
export class ProcessRegistry {
  readonly #processes = new Map<number, RegisteredProcess>();

  private constructor(
    private readonly file: string,
    private readonly watchdog: ChildProcess,
  ) {}

  /**
   * Ends what an earlier supervisor of this folder left running, then starts the watchdog.
   *
   * @param dataDir an existing folder that this process has for itself
   * @param log receives one line for each process found and ended
   */
  static async open(dataDir: string, log: (line: string) => void): Promise<ProcessRegistry> {
    const file = join(dataDir, 'processes.json');
    for (const left of readRegistered(file).reverse()) {
      if (!isRunning(left)) continue;
      log(`ending process ${left.pid}, left running by an earlier start`);
      await endProcess(left, left);
    }
    rmSync(file, { force: true });
    const watchdog = spawn(process.execPath, [WATCHDOG], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      cwd: '/',
    });
    // A watchdog that was killed must not take the supervisor down with a broken pipe.
    watchdog.stdin.on('error', () => {});
    watchdog.unref();
    return new ProcessRegistry(file, watchdog);
  }

  /** Notes a process directly after its start. */
  add(pid: number, stop: StopRule): void {
    const startTime = startTimeOf(pid);
    if (startTime === undefined) return;
    const entry = { pid, startTime, signal: stop.signal, deadlineMs: stop.deadlineMs };
    this.#processes.set(pid, entry);
    this.#tell({ add: entry });
  }

  /** Forgets a process that has ended. */
  remove(pid: number): void {
    if (this.#processes.delete(pid)) this.#tell({ remove: pid });
  }

  /** Ends the watchdog, and with it every process that is still noted. Stop supervised processes before: they would start again. */
  async close(): Promise<void> {
    if (this.watchdog.exitCode === null && this.watchdog.signalCode === null) {
      const gone = new Promise((resolve) => this.watchdog.once('exit', resolve));
      this.watchdog.ref();
      this.watchdog.stdin?.end();
      await gone;
    }
    rmSync(this.file, { force: true });
  }

  #tell(message: { add: RegisteredProcess } | { remove: number }): void {
    this.watchdog.stdin?.write(`${JSON.stringify(message)}\n`);
    writeFileSync(`${this.file}.new`, JSON.stringify([...this.#processes.values()]), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }
}

function readRegistered(file: string): RegisteredProcess[] {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(value) ? value.filter(isRegistered) : [];
  } catch {
    return [];
  }
}

function isRegistered(value: unknown): value is RegisteredProcess {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'startTime' in value &&
    typeof value.startTime === 'string' &&
    'signal' in value &&
    (value.signal === 'SIGTERM' || value.signal === 'SIGINT') &&
    'deadlineMs' in value &&
    typeof value.deadlineMs === 'number'
  );
}
