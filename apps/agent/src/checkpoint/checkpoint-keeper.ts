/**
 * Makes the checkpoints of an attempt durable: what its command leaves in SWATH_CHECKPOINT_DIR is packed and sent while it runs, and
 * once more at its end when the trial may go on. Only what the server has acknowledged is resumed from, on whatever node.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessExit } from '@swath/contracts';
import type { AttemptContext } from '../attempt/attempt-context.js';
import type { Attempt } from '../attempt/attempt.js';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import { pack, stateOf } from './archive.js';
import { mayGoOn } from './may-go-on.js';
import type { PackedCheckpoint } from './archive.js';

/** Between two looks at the folder. A checkpoint is taken when two in a row see the same. */
const LOOK_MS = 2000;
/** Shortest pause between two uploads, and how many times as long as the last upload it is. */
const PAUSE_MS = 10_000;
const PAUSE_FACTOR = 5;
/** Longest time for the last upload: until then the end is not reported. */
const LAST_MS = 120_000;

/** What the keeper needs of an attempt, running or ended. */
export type CheckpointedAttempt = Pick<Attempt, 'grant' | 'files' | 'stopReason'>;

/** The checkpoints of one attempt. */
export class CheckpointKeeper {
  readonly #attempt: CheckpointedAttempt;
  readonly #context: Pick<AttemptContext, 'gateway' | 'signal' | 'log'>;
  readonly #ended = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #refused = false;

  constructor(attempt: CheckpointedAttempt, context: Pick<AttemptContext, 'gateway' | 'signal' | 'log'>) {
    this.#attempt = attempt;
    this.#context = context;
  }

  /** Watches the folder until `finish`. The server must know of the start. */
  watch(): void {
    this.#running = this.#watch();
  }

  /** The last checkpoint is durable, or the trial does not go on, or the time for it is over. */
  async finish(exit: ProcessExit): Promise<void> {
    this.#ended.abort();
    await this.#running;
    if (!mayGoOn(exit, this.#attempt.stopReason) || this.#refused) return;
    const signal = AbortSignal.any([this.#context.signal, AbortSignal.timeout(LAST_MS)]);
    await this.#attend(async () => {
      const state = await stateOf(this.#attempt.files.checkpoints);
      if (state !== undefined && state !== this.#durable()) await this.#store(state, signal);
    });
  }

  async #watch(): Promise<void> {
    const signal = AbortSignal.any([this.#context.signal, this.#ended.signal]);
    let seen: string | undefined;
    let pauseUntil = 0;
    for (;;) {
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.#refused) return;
      await this.#attend(async () => {
        const state = await stateOf(this.#attempt.files.checkpoints);
        const settled = state === seen;
        seen = state;
        if (state === undefined || state === this.#durable() || !settled || performance.now() < pauseUntil)
          return;
        const began = performance.now();
        await this.#store(state, this.#context.signal);
        pauseUntil = performance.now() + Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - began));
      });
    }
  }

  async #store(state: string, signal: AbortSignal): Promise<void> {
    const { grant, files } = this.#attempt;
    const packed = await pack(files.checkpoints, state, {
      file: join(files.folder, 'checkpoint.tar'),
      label: {
        attemptId: grant.attemptId,
        at: new Date().toISOString(),
        clock: String(process.hrtime.bigint()),
      },
    });
    if (packed === undefined) return;
    try {
      await this.#send(packed, signal);
      writeFileSync(files.checkpointState, state);
      this.#context.log.debug({ leaseId: grant.leaseId, bytes: packed.size }, 'checkpoint stored');
    } finally {
      rmSync(packed.file, { force: true });
    }
  }

  /** State of the folder that is durable; on disk, for an agent that was restarted. */
  #durable(): string | undefined {
    const { checkpointState: file } = this.#attempt.files;
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  async #send(packed: PackedCheckpoint, signal: AbortSignal): Promise<void> {
    const { leaseId, attempt } = this.#attempt.grant;
    const send = () => this.#context.gateway.storeCheckpoint(leaseId, attempt, packed, signal);
    await untilAnswered(send, { signal, maxDelayMs: 5000 });
  }

  /** A checkpoint that cannot be kept costs work, not the attempt. */
  async #attend(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.#context.signal.aborted) return;
      if (error instanceof GatewayError && !error.retryable) this.#refused = true;
      const { leaseId } = this.#attempt.grant;
      this.#context.log.warn({ leaseId, reason: String(error) }, 'a checkpoint could not be stored');
    }
  }
}
