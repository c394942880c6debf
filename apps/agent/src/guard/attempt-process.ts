/**
 * The user's command and all its descendants, from exec to the proof that none is left. The guard owns one and passes
 * on what the agent asks for; the deadline needs no agent.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { GuardExit, GuardReport, GuardRequest, Launch } from './guard-messages.js';
import { OutputLines } from './output-lines.js';
import { recordProcess } from './process-journal.js';
import { killMembers, listMembers, signalProcess, startTicksOf, waitUntilEmpty } from './process-tree.js';
import type { TreeScope } from './process-tree.js';

/** How long SIGKILL may take to be seen; the protocol's kill confirmation. */
const KILL_CONFIRM_MS = 10_000;
/** What processes that outlive the command may take to end after SIGTERM. */
const LEFTOVER_GRACE_MS = 2000;
/** How long to wait for the last output of a command that failed, for the message. */
const LAST_WORDS_MS = 200;
/** Longest timer of Node; later deadlines are looked at again then. */
const LONGEST_TIMER_MS = 2_000_000_000;

type Ending = { readonly cause: 'stop' | 'preempted' | 'expired' };
type StopRequest = Extract<GuardRequest, { type: 'stop' }>;

/** One attempt of a guard. Starts the command in its constructor. */
export class AttemptProcess {
  /** Resolves when the exit is reported, all output is stored and no process is left (or could not be killed). */
  readonly closed: Promise<void>;
  readonly #launch: Launch;
  readonly #report: (message: GuardReport) => void;
  readonly #scope: TreeScope;
  readonly #child: ChildProcess;
  readonly #output: OutputLines;
  readonly #outputFd: number;
  readonly #startedNs = process.hrtime.bigint();
  readonly #oomKillsBefore: number;
  #deadlineNs: bigint;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #ending: Ending | undefined;
  #killAtNs: bigint | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #exited = false;

  /** @param wholeNamespace whether this guard is process 1 of a PID namespace */
  constructor(launch: Launch, wholeNamespace: boolean, report: (message: GuardReport) => void) {
    this.#launch = launch;
    this.#report = report;
    this.#deadlineNs = BigInt(launch.deadlineNs);
    this.#outputFd = openSync(launch.outputFile, 'a', 0o600);
    this.#output = new OutputLines(this.#outputFd, () => this.#elapsedMs());
    const [file = '', ...args] = launch.argv;
    this.#journal('start');
    this.#child = spawn(file, args, {
      cwd: launch.cwd,
      env: launch.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#oomKillsBefore = oomKills();
    this.#scope = { wholeNamespace, session: this.#child.pid, marker: launch.marker };
    this.closed = this.#live(this.#child);
    this.#armDeadline();
  }

  /** Moves the end of the lease. */
  renew(deadlineNs: bigint): void {
    this.#deadlineNs = deadlineNs;
    this.#armDeadline();
  }

  /** The lease ran on while the machine slept. */
  lostTime(ms: number): void {
    this.#deadlineNs -= BigInt(Math.round(ms * 1e6));
    this.#armDeadline();
  }

  /** Sends a signal to the command itself, not to its children: they may not expect it. */
  signal(name: string): void {
    const signal = signalName(name);
    if (signal !== undefined && this.#child.pid !== undefined && !this.#exited) {
      signalProcess(this.#child.pid, signal);
    }
  }

  /**
   * Ends the attempt: the checkpoint signal if asked for, SIGTERM to the group (after half of the grace when a
   * checkpoint is being written), SIGKILL to all members at the end of the grace. A second stop only shortens the grace.
   */
  stop(request: StopRequest): void {
    const first = this.#ending === undefined;
    this.#ending ??= { cause: request.cause };
    if (this.#exited) return;
    this.#killAfter(request.graceMs);
    if (first && request.checkpointSignal !== undefined && request.graceMs > 0) {
      this.signal(request.checkpointSignal);
      setTimeout(() => this.#terminate(), request.graceMs / 2);
    } else {
      this.#terminate();
    }
  }

  #armDeadline(): void {
    clearTimeout(this.#deadlineTimer);
    if (this.#exited) return;
    const leftMs = Number(this.#deadlineNs - process.hrtime.bigint()) / 1e6;
    this.#deadlineTimer = setTimeout(
      () => (process.hrtime.bigint() >= this.#deadlineNs ? this.#expire() : this.#armDeadline()),
      Math.min(Math.max(0, Math.ceil(leftMs)), LONGEST_TIMER_MS),
    );
  }

  #expire(): void {
    this.#ending ??= { cause: 'expired' };
    if (this.#exited) return;
    this.#killAfter(this.#launch.graceMs);
    this.#terminate();
  }

  #terminate(): void {
    if (this.#child.pid !== undefined && !this.#exited) signalProcess(-this.#child.pid, 'SIGTERM');
  }

  #killAfter(graceMs: number): void {
    const at = process.hrtime.bigint() + BigInt(Math.round(graceMs * 1e6));
    if (this.#killAtNs !== undefined && this.#killAtNs <= at) return;
    this.#killAtNs = at;
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => void killMembers(this.#scope, KILL_CONFIRM_MS), graceMs);
  }

  async #live(child: ChildProcess): Promise<void> {
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.on('data', (chunk: Buffer) => this.#output.write(name, chunk));
    }
    const streamsClosed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    if (child.pid === undefined) {
      const error = await new Promise<Error>((resolve) => child.once('error', resolve));
      this.#finish({
        code: null,
        signal: null,
        cause: 'spawn_failed',
        ...this.#spawnProblem(error),
        reaped: true,
      });
      closeSync(this.#outputFd);
      return;
    }
    this.#report({ type: 'started', pid: child.pid, startTicks: startTicksOf(child.pid) ?? '' });
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      child.once('exit', (...end) => resolve(end));
    });
    this.#exited = true;
    const durationMs = this.#elapsedMs();
    const reaped = await this.#endLeftovers();
    clearTimeout(this.#deadlineTimer);
    clearTimeout(this.#killTimer);
    const cause = this.#ending?.cause ?? (this.#wasOutOfMemory(signal) ? 'oom' : 'exit');
    if (code !== 0) await Promise.race([streamsClosed, timeout(LAST_WORDS_MS)]);
    const message = code === 0 ? '' : this.#output.lastErrorLine.slice(0, 2000);
    this.#finish({ code, signal, cause, reaped, ...(message === '' ? {} : { message }) }, durationMs);
    // Nobody is left to write; a pipe that stays open was passed to a process outside of the attempt.
    await Promise.race([streamsClosed, timeout(1000)]);
    this.#output.end();
    closeSync(this.#outputFd);
  }

  /** Ends what outlived the command; true when nothing is left. */
  async #endLeftovers(): Promise<boolean> {
    const members = listMembers(this.#scope);
    if (members.length === 0) return true;
    for (const member of members) signalProcess(member.pid, 'SIGTERM');
    const left = this.#killAtNs === undefined ? LEFTOVER_GRACE_MS : this.#leftMs(this.#killAtNs);
    if (await waitUntilEmpty(this.#scope, Math.min(left, LEFTOVER_GRACE_MS))) return true;
    return await killMembers(this.#scope, KILL_CONFIRM_MS);
  }

  #journal(type: 'start' | 'reap', reaped = true): void {
    const { file, attempt } = this.#launch.journal;
    recordProcess(file, attempt, {
      type,
      atNs: process.hrtime.bigint(),
      ...(type === 'reap' ? { reaped } : {}),
    });
  }

  #finish(exit: Omit<GuardExit, 'durationMs'>, durationMs = 0): void {
    this.#journal('reap', exit.reaped);
    const full: GuardExit = { ...exit, durationMs: Math.round(durationMs) };
    this.#report({ type: 'exit', exit: full });
    try {
      const partial = `${this.#launch.exitFile}.partial`;
      writeFileSync(partial, JSON.stringify(full), { mode: 0o600, flush: true });
      renameSync(partial, this.#launch.exitFile);
    } catch {
      // A full disk: the connected agent has the report.
    }
  }

  #spawnProblem(error: Error): { message: string } {
    const code = 'code' in error ? error.code : undefined;
    const file = this.#launch.argv[0] ?? '';
    if (!isFolder(this.#launch.cwd)) {
      return { message: `working directory ${this.#launch.cwd} does not exist on this node` };
    }
    if (code === 'ENOENT') return { message: `command not found on this node: ${file}` };
    if (code === 'EACCES') return { message: `command is not executable: ${file}` };
    return { message: error.message.slice(0, 2000) };
  }

  #wasOutOfMemory(signal: string | null): boolean {
    return signal === 'SIGKILL' && oomKills() > this.#oomKillsBefore;
  }

  #elapsedMs(): number {
    return Number(process.hrtime.bigint() - this.#startedNs) / 1e6;
  }

  #leftMs(atNs: bigint): number {
    return Math.max(0, Number(atNs - process.hrtime.bigint()) / 1e6);
  }
}

/** Processes the kernel has killed for lack of memory since boot; 0 where it does not tell. */
function oomKills(): number {
  try {
    return Number(/^oom_kill (\d+)$/m.exec(readFileSync('/proc/vmstat', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function signalName(name: string): NodeJS.Signals | undefined {
  return Object.keys(constants.signals).find((known): known is NodeJS.Signals => known === name);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
