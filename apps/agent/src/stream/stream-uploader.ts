/**
 * Sends the lines of one growing file to the server in numbered batches, one at a time and in order, and remembers what
 * was acknowledged. An attempt has one for its metrics and one for its output. The file holds what is not yet sent, so a
 * slow server costs disk, not memory, and never holds up the training run.
 */
import { crc32 } from 'node:zlib';
import type { Log } from '../log.js';
import { GatewayError } from '../gateway/http-json.js';
import { untilAnswered } from '../gateway/retry.js';
import { BatchJournal } from './batch-journal.js';
import type { Batch } from './batch-journal.js';
import { LineFile } from './line-file.js';
import type { FileLine } from './line-file.js';

/** One stream. */
export interface StreamOptions<Row> {
  readonly file: string;
  readonly journal: string;
  readonly maxLineBytes: number;
  /** Pause between batches once the first ones of a burst went out at once. */
  readonly intervalMs: number;
  /** Reads a line; undefined when there is no row in it. Must give the same for the same line. */
  readonly parse: (line: string) => Row | undefined;
  /** Sends a batch. */
  readonly post: (
    batch: { seq: number; offsetMs: number; rows: Row[] },
    signal: AbortSignal,
  ) => Promise<void>;
  /** Milliseconds since the start of the attempt. */
  readonly elapsedMs: () => number;
  readonly signal: AbortSignal;
  readonly log: Log;
}

const MAX_ROWS = 5000;
/** A batch takes about half a minute on a line of 64 kbit/s; larger ones would say for too long nothing about a dead line. */
const MAX_BATCH_BYTES = 262_144;
/** Batches that may go out at once after a quiet time: a measurement that decides about the trial must not wait. */
const BURST = 10;

/** The sending of one file. */
export class StreamUploader<Row> {
  readonly #options: StreamOptions<Row>;
  readonly #file: LineFile;
  readonly #journal: BatchJournal;
  #seq: number;
  #cutOffset: number;
  #lines: FileLine[] = [];
  #linesBytes = 0;
  #sending: Promise<void> | undefined;
  #credit = BURST;
  #creditAt = performance.now();
  #pause: NodeJS.Timeout | undefined;
  #finishing = false;
  #skipped = 0;

  constructor(options: StreamOptions<Row>) {
    this.#options = options;
    this.#journal = new BatchJournal(options.journal);
    const { seq, offset, pending } = this.#journal.initial;
    this.#seq = seq;
    this.#cutOffset = offset;
    this.#file = new LineFile({
      path: options.file,
      offset,
      maxLineBytes: options.maxLineBytes,
      onChange: () => this.#advance(),
    });
    if (pending.length > 0) this.#sending = this.#run(() => this.#resend(pending));
    else this.#advance();
  }

  /** Lines that held no row, so far. */
  get skippedLines(): number {
    return this.#skipped;
  }

  /** Sends all that is in the file, once nobody writes to it any more; resolves when it is acknowledged or given up. */
  async finish(): Promise<void> {
    this.#finishing = true;
    clearTimeout(this.#pause);
    this.#pause = undefined;
    await this.#sendAll();
    const rest = this.#file.readRest();
    if (rest !== undefined) {
      this.#lines.push(rest);
      await this.#sendAll();
    }
  }

  /** Stops, whatever is left; a later agent goes on from the journal. */
  close(): void {
    this.#finishing = true;
    clearTimeout(this.#pause);
    this.#file.close();
    this.#journal.close();
  }

  async #sendAll(): Promise<void> {
    this.#advance();
    for (let sending = this.#sending; sending !== undefined; sending = this.#sending) await sending;
  }

  #advance(): void {
    if (this.#sending !== undefined || this.#pause !== undefined || this.#options.signal.aborted) return;
    this.#take();
    if (this.#lines.length === 0) return;
    const waitMs = this.#finishing ? 0 : this.#spendCredit();
    if (waitMs > 0) {
      this.#pause = setTimeout(() => {
        this.#pause = undefined;
        this.#advance();
      }, waitMs);
      return;
    }
    this.#sending = this.#run(() => this.#sendNext());
  }

  /** Reads on, up to one batch. */
  #take(): void {
    if (this.#lines.length >= MAX_ROWS || this.#linesBytes >= MAX_BATCH_BYTES) return;
    this.#lines.push(...this.#file.read(MAX_BATCH_BYTES - this.#linesBytes));
    this.#linesBytes = (this.#lines.at(-1)?.end ?? this.#cutOffset) - this.#cutOffset;
  }

  /** Milliseconds until a batch may go out; takes the credit when that is 0. */
  #spendCredit(): number {
    const now = performance.now();
    const { intervalMs } = this.#options;
    this.#credit = Math.min(BURST, this.#credit + (now - this.#creditAt) / intervalMs);
    this.#creditAt = now;
    if (this.#credit < 1) return Math.ceil((1 - this.#credit) * intervalMs);
    this.#credit -= 1;
    return 0;
  }

  async #run(send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (!this.#options.signal.aborted) {
        this.#options.log.error({ reason: String(error), file: this.#options.file }, 'stream failed');
      }
    } finally {
      this.#sending = undefined;
      this.#advance();
    }
  }

  async #sendNext(): Promise<void> {
    const taken = this.#lines.splice(0, MAX_ROWS);
    const to = taken.at(-1)?.end ?? this.#cutOffset;
    const batch: Batch = {
      seq: this.#seq + 1,
      from: this.#cutOffset,
      to,
      offsetMs: Math.round(this.#options.elapsedMs()),
      crc: crc32(this.#file.readRange(this.#cutOffset, to)),
    };
    this.#cutOffset = to;
    this.#linesBytes = (this.#lines.at(-1)?.end ?? to) - to;
    const rows = this.#rowsOf(taken.map((line) => line.text));
    if (rows.length === 0) return;
    this.#seq = batch.seq;
    this.#journal.cut(batch);
    await this.#deliver(batch, rows);
  }

  async #resend(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      const bytes = this.#file.readRange(batch.from, batch.to);
      if (crc32(bytes) === batch.crc) {
        const rows = this.#rowsOf(bytes.toString('utf8').split('\n'));
        await this.#deliver(batch, rows);
      } else {
        this.#options.log.warn({ seq: batch.seq }, 'a batch was damaged on disk and is lost');
        this.#journal.settle(batch.seq);
      }
    }
  }

  #rowsOf(lines: readonly string[]): Row[] {
    const rows: Row[] = [];
    for (const line of lines) {
      if (line.trim() === '') continue;
      const fits = Buffer.byteLength(line) <= this.#options.maxLineBytes;
      const row = fits ? this.#options.parse(line) : undefined;
      if (row === undefined) this.#skipped += 1;
      else rows.push(row);
    }
    return rows;
  }

  async #deliver(batch: Batch, rows: Row[]): Promise<void> {
    const { post, signal, log } = this.#options;
    try {
      await untilAnswered(() => post({ seq: batch.seq, offsetMs: batch.offsetMs, rows }, signal), {
        signal,
        onFailure: (error, delayMs) =>
          log.debug({ reason: error.message, delayMs }, 'stream waits for the server'),
      });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      // The server will never take this batch: what follows must not be lost with it.
      log.warn({ seq: batch.seq, rows: rows.length, reason: error.message }, 'a batch was refused');
    }
    this.#journal.settle(batch.seq);
  }
}
