/**
 * Everything of an attempt that can be done before its slots are known: its folder, the files its command reads, and a guard
 * that waits for it. A lease ahead is prepared when it comes, any other right before its start.
 */
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { expandCommand } from '@swath/contracts';
import type { LeaseGrant } from '@swath/contracts';
import { restoreCheckpoint } from '../checkpoint/restore.js';
import type { GuardLink } from '../guard/guard-link.js';
import type { ReceivedLease } from '../lease/received-lease.js';
import type { AttemptContext } from './attempt-context.js';
import { attemptEnvironment } from './attempt-environment.js';
import { attemptFiles, createAttemptFiles, isSafeId, removeAttemptFiles } from './attempt-files.js';
import type { AttemptFiles } from './attempt-files.js';
import { Attempt } from './attempt.js';

/** An attempt that waits to be started. */
export class PreparedAttempt {
  readonly grant: LeaseGrant;
  readonly #context: AttemptContext;
  readonly #files: AttemptFiles;
  readonly #guard: GuardLink;
  /** Its checkpoint has been brought here, or there is none, or it cannot be had. Never rejects. */
  readonly restored: Promise<void>;
  readonly #unwanted = new AbortController();
  #ready: boolean;
  #resumed = false;
  #deadlineNs: bigint;

  /** @throws Error when an id cannot be a file name, or the folder cannot be written */
  constructor({ grant, sentNs }: ReceivedLease, context: AttemptContext) {
    // Ids become file names and parts of addresses here.
    for (const id of [grant.attemptId, grant.trialId, grant.leaseId, grant.runId]) {
      if (!isSafeId(id)) throw new Error(`the id ${JSON.stringify(id)} cannot be a file name`);
    }
    this.grant = grant;
    this.#context = context;
    this.#deadlineNs = sentNs + BigInt(grant.ttlMs) * 1_000_000n;
    this.#files = attemptFiles(context.agentFolder, grant);
    createAttemptFiles(this.#files, grant);
    this.#guard = context.guards.take();
    this.#ready = grant.resume === undefined;
    this.restored = this.#ready ? Promise.resolve() : this.#restore();
  }

  /** Whether it can be started: its checkpoint, if it has one, has been brought here. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Brings the checkpoint no further: the attempt is to be stopped. */
  giveUp(): void {
    this.#unwanted.abort();
  }

  async #restore(): Promise<void> {
    const signal = AbortSignal.any([this.#context.signal, this.#unwanted.signal]);
    this.#resumed = await restoreCheckpoint(this.grant, this.#files, { ...this.#context, signal });
    this.#ready = true;
  }

  /** End of the lease on CLOCK_MONOTONIC, nanoseconds: it must not be started after that. */
  get deadlineNs(): bigint {
    return this.#deadlineNs;
  }

  /** The lease was renewed. An answer that comes late never shortens it. */
  renew(deadlineNs: bigint): void {
    if (deadlineNs > this.#deadlineNs) this.#deadlineNs = deadlineNs;
  }

  /**
   * Starts the command. Once only.
   *
   * @param slots indices of this node
   * @param ahead whether the server has yet to be told on which slots it runs
   */
  start(slots: readonly number[], ahead: boolean): Attempt {
    const context = this.#context;
    const grant = { ...this.grant, slots: [...slots] };
    const files = this.#files;
    const devices = context.provider.environment(context.slots.pick(slots));
    const resumeFrom = this.#resumed ? files.checkpoints : undefined;
    const { host, inherited, pythonFolder } = context;
    const env = attemptEnvironment({ grant, files, host, inherited, pythonFolder, devices, resumeFrom });
    const argv = expandCommand(grant.command, {
      parameters: grant.parameters,
      program: grant.program,
      interpreter: interpreterOn(env['PATH'] ?? ''),
      environment: env,
      argsJsonFile: files.parameters,
    });
    const attempt = new Attempt({
      grant,
      files,
      guard: this.#guard,
      namespace: context.namespace,
      startedNs: process.hrtime.bigint(),
      deadlineNs: this.#deadlineNs,
      ahead,
      onGap: context.onGap,
      log: context.log,
    });
    // Here and not in the guard, whose own folder is the root: a relative folder counts from where the agent was started.
    const cwd = grant.workingDir === undefined ? files.work : resolve(grant.workingDir);
    attempt.start({ argv, cwd, env });
    context.log.info(
      { leaseId: grant.leaseId, trialId: grant.trialId, attempt: grant.attempt, slots: grant.slots },
      'attempt started',
    );
    return attempt;
  }

  /** Lets go of what was prepared: the lease is not this node's any more. */
  discard(): void {
    this.#unwanted.abort();
    this.#guard.send({ type: 'quit' });
    this.#guard.disconnect();
    void this.restored.then(() => {
      removeAttemptFiles(this.#files);
    });
  }
}

const interpreters = new Map<string, string>();

/** `python`, or `python3` where only that is there: W&B means whichever runs Python. */
function interpreterOn(path: string): string {
  const known = interpreters.get(path);
  if (known !== undefined) return known;
  const has = (name: string): boolean =>
    path.split(delimiter).some((folder) => existsSync(join(folder, name)));
  const found = !has('python') && has('python3') ? 'python3' : 'python';
  interpreters.set(path, found);
  return found;
}
