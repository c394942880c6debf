// Runs one child process for as long as the stack lives: starts it, waits until it is ready, starts it again with growing pauses when
// it dies, and stops it in order (signal, deadline, kill of its group). Called for PostgreSQL, Temporal and our own processes alike.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { StopRule } from './end-process.mjs';
import type { Environment } from './cache-folder.js';
import type { ProcessRegistry } from './process-registry.js';

const TAIL_LINES = 20;
const PROBE_PAUSE_MS = 50;
const STEADY_MS = 60_000;

/** What to start and when it counts as ready. Every given readiness condition must hold; with none, a started process is ready. */
export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The child's whole environment. */
  readonly env: Environment;
  readonly cwd?: string;
  /** OS user and group to run as; needs root. */
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly ready: {
    /** The child sends `{ type: 'ready' }` over its IPC channel. */
    readonly message?: boolean;
    /** A line of the child's output matches. */
    readonly output?: RegExp;
    /** Answers true; asked again every 50 ms. */
    readonly probe?: () => Promise<boolean>;
  };
  /** Milliseconds a start may take; default 60,000. */
  readonly readyTimeoutMs?: number;
  /** Default SIGTERM with 10,000 ms. */
  readonly stop?: StopRule;
  /** Start again when it dies after it was ready once; default true. */
  readonly restart?: boolean;
}

/** Where a supervised process reports to. */
export interface Supervision {
  /** Receives each line the child prints, and lines about its life. */
  readonly log: (line: string) => void;
  /** Notes the child, so that it does not outlive its supervisor. */
  readonly registry: ProcessRegistry;
}

/**
 * The pause before a start that follows `deaths` deaths in a row: 0.25 s, doubled each time, at most 15 s.
 *
 * @param deaths 1 or more
 */
export function restartPause(deaths: number): number {
  return Math.min(250 * 2 ** (deaths - 1), 15_000);
}

/**
 * Starts a process and resolves once it is ready for the first time.
 *
 * @throws Error with the last lines of its output when it ends or exceeds its start time before that; nothing is left running then
 */
export async function superviseProcess(
  spec: ProcessSpec,
  supervision: Supervision,
): Promise<SupervisedProcess> {
  const supervised = new SupervisedProcess(spec, supervision);
  await supervised.start();
  return supervised;
}

/** A running child and its restarts. */
export class SupervisedProcess {
  readonly #tail: string[] = [];
  readonly #stopping = new AbortController();
  readonly #stopRule: StopRule;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #deaths = 0;
  #readySince: number | undefined;

  /** @internal use {@link superviseProcess} */
  constructor(
    private readonly spec: ProcessSpec,
    private readonly supervision: Supervision,
  ) {
    this.#stopRule = spec.stop ?? { signal: 'SIGTERM', deadlineMs: 10_000 };
  }

  get name(): string {
    return this.spec.name;
  }

  /** The present child's process number; undefined while none runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @internal use {@link superviseProcess} */
  async start(): Promise<void> {
    const child = this.#spawn();
    const timeoutMs = this.spec.readyTimeoutMs ?? 60_000;
    const settled = new AbortController();
    try {
      await Promise.race([
        this.#becomesReady(child, settled.signal),
        this.#exited.then(() => {
          throw new Error(`${this.name} ended before it was ready${this.#lastLines()}`);
        }),
        delay(timeoutMs, undefined, { signal: settled.signal }).then(() => {
          throw new Error(`${this.name} was not ready within ${timeoutMs} ms${this.#lastLines()}`);
        }),
      ]);
      this.#readySince = performance.now();
    } catch (error) {
      await this.#end(child);
      throw error;
    } finally {
      settled.abort();
    }
  }

  /** Ends the process for good: its stop signal, its deadline, then SIGKILL to its group. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#child !== undefined) await this.#end(this.#child);
  }

  #spawn(): ChildProcess {
    const { spec } = this;
    const child = spawn(spec.command, spec.args, {
      // Its own process group: Ctrl-C in the terminal reaches only the supervisor, which then stops everything in order.
      detached: true,
      stdio: spec.ready.message === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
      env: spec.env,
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...spec.user,
    });
    this.#child = child;
    this.#readySince = undefined;
    if (child.pid !== undefined) this.supervision.registry.add(child.pid, this.#stopRule);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#print(line));
    }
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        this.#print(`cannot start ${spec.command}: ${error.message}`);
        resolve();
      });
      child.once('exit', () => {
        resolve();
      });
    });
    void this.#exited.then(() => this.#afterExit(child));
    return child;
  }

  async #becomesReady(child: ChildProcess, settled: AbortSignal): Promise<void> {
    const { message, output, probe } = this.spec.ready;
    const waits: Promise<unknown>[] = [];
    if (message === true) {
      waits.push(
        new Promise<void>((resolve) => {
          child.on('message', (received) => {
            if (isReadyMessage(received)) resolve();
          });
        }),
      );
    }
    if (output !== undefined) waits.push(firstMatch(child, output));
    await Promise.all(waits);
    while (probe !== undefined && !settled.aborted && !(await probe().catch(() => false)))
      await delay(PROBE_PAUSE_MS);
  }

  #afterExit(child: ChildProcess): void {
    const pid = child.pid;
    if (pid !== undefined) {
      killGroup(pid);
      this.supervision.registry.remove(pid);
    }
    const wasReady = this.#readySince;
    if (this.#child === child) this.#child = undefined;
    if (wasReady === undefined || this.#stopping.signal.aborted || this.spec.restart === false) return;
    void this.#restart(performance.now() - wasReady);
  }

  async #restart(livedMs: number): Promise<void> {
    this.#deaths = livedMs > STEADY_MS ? 1 : this.#deaths + 1;
    while (!this.#stopping.signal.aborted) {
      const pauseMs = restartPause(this.#deaths);
      this.supervision.log(
        `${this.name} ended unexpectedly; starting it again in ${pauseMs} ms${this.#lastLines()}`,
      );
      try {
        await delay(pauseMs, undefined, { signal: this.#stopping.signal });
        await this.start();
        return;
      } catch {
        this.#deaths += 1;
      }
    }
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => {
      child.once('exit', () => {
        resolve();
      });
    });
    child.kill(this.#stopRule.signal);
    const inTime = new AbortController();
    await Promise.race([
      exited,
      delay(this.#stopRule.deadlineMs, undefined, { signal: inTime.signal }).catch(() => {}),
    ]);
    inTime.abort();
    if (child.exitCode === null && child.signalCode === null) {
      this.supervision.log(`${this.name} did not stop within ${this.#stopRule.deadlineMs} ms; killing it`);
      killGroup(child.pid);
      child.kill('SIGKILL');
      await exited;
    }
  }

  #print(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    this.supervision.log(line);
  }

  #lastLines(): string {
    return this.#tail.length === 0 ? '' : `; its last lines:\n  ${this.#tail.join('\n  ')}`;
  }
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (pattern.test(line)) resolve();
      });
    }
  });
}

function isReadyMessage(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready';
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has no member left.
  }
}
