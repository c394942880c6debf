/**
 * One attempt while its process runs, as the agent sees it: the line to its guard, its deadline, and what the server has
 * asked of it. Heartbeat, commands and metric replies act on it; `run-attempt.ts` waits for its end.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitSchema } from '@swath/contracts';
import type { LeaseCommand, LeaseGrant, ProcessExit, StartReply, StopReason } from '@swath/contracts';
import type { GuardReport, Launch } from '../guard/guard-messages.js';
import type { GuardLink } from '../guard/guard-link.js';
import { recordProcess } from '../guard/process-journal.js';
import type { JournaledAttempt } from '../guard/process-journal.js';
import { isAlive, killMembers, signalProcess, startTicksOf } from '../guard/process-tree.js';
import type { ProcessIdentity } from '../guard/process-tree.js';
import type { Log } from '../log.js';
import { MARKER } from './attempt-environment.js';
import { resumable } from '../checkpoint/may-go-on.js';
import type { AttemptFiles } from './attempt-files.js';
import { bootId, writeRecord } from './attempt-record.js';

/** What an attempt is made of. */
export interface AttemptOptions {
  readonly grant: LeaseGrant;
  readonly files: AttemptFiles;
  readonly guard: GuardLink;
  /** Whether the guard is process 1 of a PID namespace. */
  readonly namespace: boolean;
  readonly startedNs: bigint;
  readonly deadlineNs: bigint;
  /** The user's process, when the attempt is adopted. */
  readonly command?: ProcessIdentity | undefined;
  /** Started from a lease ahead: the server has yet to be told. */
  readonly ahead: boolean;
  /** The machine slept: leases must be renewed now. */
  readonly onGap: () => void;
  readonly log: Log;
}

/** How long SIGKILL may take to be seen, milliseconds. */
const KILL_CONFIRM_MS = 10_000;

/** A running attempt. */
export class Attempt {
  /** How the process ended; never rejects. */
  readonly exit: Promise<ProcessExit>;
  /** The command runs, or could not be started. */
  readonly running: Promise<void>;
  /** The guard has left: all output is in the file. */
  readonly closed: Promise<void>;
  /**
   * What the server said to the report of the start; nothing else is to be sent of the attempt before, and nothing at all when it was
   * `fenced`: the same attempt may be granted again. Never rejects.
   */
  readonly confirmed: Promise<StartReply['state']>;
  readonly #options: AttemptOptions;
  #deadlineNs: bigint;
  #command: ProcessIdentity | undefined;
  #stopReason: StopReason | undefined;
  #hasExit = false;
  #resolveExit: (exit: ProcessExit) => void = () => undefined;
  #resolveRunning: () => void = () => undefined;
  #resolveClosed: () => void = () => undefined;
  #resolveConfirmed: (state: StartReply['state']) => void = () => undefined;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#deadlineNs = options.deadlineNs;
    this.#command = options.command;
    this.exit = new Promise((resolve) => (this.#resolveExit = resolve));
    this.running = new Promise((resolve) => (this.#resolveRunning = resolve));
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.confirmed = options.ahead
      ? new Promise((resolve) => (this.#resolveConfirmed = resolve))
      : Promise.resolve('live');
    this.#record();
    options.guard.listen((report) => this.#hear(report));
  }

  get grant(): LeaseGrant {
    return this.#options.grant;
  }

  get files(): AttemptFiles {
    return this.#options.files;
  }

  /** When it was started here, CLOCK_MONOTONIC. */
  get startedNs(): bigint {
    return this.#options.startedNs;
  }

  /** Whether it was started from a lease ahead. */
  get ahead(): boolean {
    return this.#options.ahead;
  }

  /** Why the server or this node stopped it; undefined while nobody did. */
  get stopReason(): StopReason | undefined {
    return this.#stopReason;
  }

  /** Milliseconds since the attempt was started here. */
  elapsedMs(): number {
    return Number(process.hrtime.bigint() - this.#options.startedNs) / 1e6;
  }

  /** Starts the command; the guard was idle until now. */
  start(
    launch: Omit<
      Launch,
      'marker' | 'outputFile' | 'exitFile' | 'socket' | 'deadlineNs' | 'graceMs' | 'journal'
    >,
  ): void {
    const { files, guard, grant } = this.#options;
    guard.send({
      type: 'start',
      launch: {
        ...launch,
        marker: `${MARKER}=${grant.attemptId}`,
        outputFile: files.output,
        exitFile: files.exit,
        socket: files.socket,
        deadlineNs: String(this.#deadlineNs),
        graceMs: grant.graceMs,
        journal: { file: journalOf(files), attempt: journaled(grant) },
      },
    });
  }

  /** The server has answered the report of its start. `fenced`: the lease had ended, and the command is killed. */
  confirm(state: StartReply['state']): void {
    if (state === 'fenced') this.stop('fenced', 0);
    this.#resolveConfirmed(state);
  }

  /** The lease was renewed. An answer that comes late never shortens it. */
  renew(deadlineNs: bigint): void {
    if (deadlineNs <= this.#deadlineNs) return;
    this.#deadlineNs = deadlineNs;
    this.#options.guard.send({ type: 'renew', deadlineNs: String(deadlineNs) });
  }

  /** Does what the server asks. */
  obey(command: LeaseCommand): void {
    if (command.leaseId !== this.grant.leaseId) return;
    if (command.type === 'stop') this.stop(command.reason, command.graceMs);
    else if (command.type === 'checkpoint') this.checkpoint();
  }

  /** Ends the attempt. The first reason counts; a repeated stop may shorten the grace. */
  stop(reason: StopReason, graceMs: number): void {
    const { guard, grant, log } = this.#options;
    if (this.#hasExit) return;
    if (this.#stopReason === undefined)
      log.info({ leaseId: grant.leaseId, reason, graceMs }, 'stopping attempt');
    this.#stopReason ??= reason;
    const checkpoint = resumable.includes(reason) ? grant.checkpointSignal : undefined;
    guard.send({
      type: 'stop',
      cause: reason === 'preempted' ? 'preempted' : 'stop',
      graceMs: reason === 'fenced' ? 0 : graceMs,
      ...(checkpoint === undefined ? {} : { checkpointSignal: checkpoint }),
    });
  }

  /** Asks the command for a checkpoint, if its spec says how; others would die of the signal. */
  checkpoint(): void {
    const { guard, grant } = this.#options;
    if (grant.checkpointSignal !== undefined) guard.send({ type: 'signal', signal: grant.checkpointSignal });
  }

  /** Kills everything at once, synchronously, without waiting: the agent is being forced to leave. */
  killNow(): void {
    const { guard, namespace } = this.#options;
    if (this.#hasExit) return;
    if (!namespace && this.#command !== undefined) signalProcess(-this.#command.pid, 'SIGKILL');
    if (isAlive(guard.process)) signalProcess(guard.process.pid, 'SIGKILL');
  }

  #hear(report: GuardReport | { readonly type: 'lost' }): void {
    switch (report.type) {
      case 'started':
        this.#command = { pid: report.pid, startTicks: report.startTicks };
        this.#resolveRunning();
        this.#record();
        return;
      case 'gap':
        this.#options.log.warn(
          { leaseId: this.grant.leaseId, ms: report.ms },
          'this machine slept or its clock was set',
        );
        this.#options.onGap();
        return;
      case 'exit':
        this.#end(report.exit);
        return;
      case 'closed':
        this.#resolveClosed();
        return;
      case 'lost':
        if (this.#hasExit) this.#resolveClosed();
        else void this.#guardDied();
    }
  }

  /** The guard was killed: its exit record if it got to write one, else the end of what it may have left. */
  async #guardDied(): Promise<void> {
    const { grant, log } = this.#options;
    log.error({ leaseId: grant.leaseId }, 'the guard of an attempt died');
    const reaped = await endWithoutGuard(this.#options, this.#command);
    this.#end(readExit(this.files.exit) ?? exitOfLostGuard(this.elapsedMs(), reaped));
    this.#resolveClosed();
  }

  #end(exit: ProcessExit): void {
    if (this.#hasExit) return;
    this.#hasExit = true;
    this.#resolveRunning();
    this.#resolveExit(exit);
  }

  #record(): void {
    const { grant, guard, namespace, startedNs, files, ahead } = this.#options;
    writeRecord(files.record, {
      grant,
      guard: guard.process,
      ...(this.#command === undefined ? {} : { command: this.#command }),
      bootId: bootId(),
      namespace,
      startedNs: String(startedNs),
      deadlineNs: String(this.#deadlineNs),
      ...(ahead ? { ahead } : {}),
    });
  }
}

/** The node's record of processes. */
export function journalOf(files: Pick<AttemptFiles, 'folder'>): string {
  return join(files.folder, '..', '..', 'processes.jsonl');
}

function journaled({ attemptId, trialId, attempt, slots }: LeaseGrant): JournaledAttempt {
  return { attemptId, trialId, attempt, slots };
}

/** Ends what an attempt has left when nobody guards it any more; whether nothing is left. */
export async function endWithoutGuard(
  attempt: {
    readonly grant: LeaseGrant;
    readonly files: Pick<AttemptFiles, 'folder'>;
    readonly namespace: boolean;
    readonly guard: { readonly process: ProcessIdentity };
  },
  command: ProcessIdentity | undefined,
): Promise<boolean> {
  const { guard } = attempt;
  if (isAlive(guard.process)) signalProcess(guard.process.pid, 'SIGKILL');
  // Inside a namespace the pid has no meaning here; the marker finds what is still dying.
  const known =
    command !== undefined && !attempt.namespace && startTicksOf(command.pid) === command.startTicks;
  const scope = {
    wholeNamespace: false,
    session: known ? command.pid : undefined,
    marker: `${MARKER}=${attempt.grant.attemptId}`,
  };
  const reaped = await killMembers(scope, KILL_CONFIRM_MS);
  const atNs = process.hrtime.bigint();
  recordProcess(journalOf(attempt.files), journaled(attempt.grant), { type: 'reap', atNs, reaped });
  return reaped;
}

/** The exit that a guard wrote; undefined when it did not. */
export function readExit(path: string): ProcessExit | undefined {
  try {
    const parsed = exitSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** The exit of an attempt whose guard is gone without a word. */
export function exitOfLostGuard(elapsedMs: number, reaped: boolean): ProcessExit {
  return {
    code: null,
    signal: 'SIGKILL',
    cause: 'node',
    message: 'the guard of this attempt was killed on the node',
    reaped,
    durationMs: Math.max(0, Math.min(2_000_000_000, Math.round(elapsedMs))),
  };
}
