/**
 * Which bytes of a stream's file went out under which sequence number, and what was acknowledged. Written before a batch
 * is sent, so that an agent that was killed sends the same batch again under the same number; that is what makes the
 * server's key (attempt, stream, seq) exact.
 */
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One batch: bytes `from` (included) to `to` (excluded) of the file. Bytes between two batches held no rows. */
export interface Batch {
  readonly seq: number;
  readonly from: number;
  readonly to: number;
  /** Milliseconds since the start of the attempt when it was cut; part of the content that is sent. */
  readonly offsetMs: number;
  /** CRC-32 of the bytes. */
  readonly crc: number;
}

/** What a journal says. */
export interface JournalState {
  /** Highest number used; 0 at the start. */
  readonly seq: number;
  /** End of the last batch. */
  readonly offset: number;
  /** Not acknowledged, in order. */
  readonly pending: readonly Batch[];
  /** Bytes of the journal that are sound. */
  readonly length: number;
}

/** The state after the lines of a journal; a torn or damaged line and all that follows it are ignored. */
export function replayJournal(text: string): JournalState {
  const pending = new Map<number, Batch>();
  let seq = 0;
  let offset = 0;
  let length = 0;
  for (const line of text.split('\n').slice(0, -1)) {
    const entry = parseEntry(line);
    if (entry === undefined) break;
    if (typeof entry === 'number') {
      pending.delete(entry);
    } else if (entry.seq === seq + 1 && entry.from >= offset && entry.to >= entry.from) {
      pending.set(entry.seq, entry);
      seq = entry.seq;
      offset = entry.to;
    } else {
      break;
    }
    length += line.length + 1;
  }
  return { seq, offset, pending: [...pending.values()], length };
}

/** `B seq from to offsetMs crc` or `A seq`, then a check digit against torn lines. */
function parseEntry(line: string): Batch | number | undefined {
  const [kind, ...fields] = line.split(' ');
  const numbers = fields.map(Number);
  if (numbers.some((value) => !Number.isSafeInteger(value) || value < 0)) return undefined;
  const check = numbers.pop();
  if (check !== checkDigit(numbers)) return undefined;
  const [seq, from, to, offsetMs, crc] = numbers;
  if (kind === 'A' && numbers.length === 1) return seq;
  if (kind !== 'B' || numbers.length !== 5) return undefined;
  if (seq === undefined || from === undefined || to === undefined) return undefined;
  if (offsetMs === undefined || crc === undefined) return undefined;
  return { seq, from, to, offsetMs, crc };
}

function checkDigit(numbers: readonly number[]): number {
  return numbers.reduce((sum, value) => (sum * 31 + value) % 65_521, 7);
}

function entryLine(kind: 'A' | 'B', numbers: readonly number[]): string {
  return `${[kind, ...numbers, checkDigit(numbers)].join(' ')}\n`;
}

/** The journal of one stream, on disk. */
export class BatchJournal {
  /** What was there when it was opened. */
  readonly initial: JournalState;
  readonly #fd: number;
  #open = true;

  constructor(path: string) {
    this.initial = replayJournal(readIfThere(path));
    this.#fd = openSync(path, 'a', 0o600);
    // A torn line must not become the beginning of the next one.
    ftruncateSync(this.#fd, this.initial.length);
  }

  /** To be called before the batch is sent. */
  cut(batch: Batch): void {
    this.#write(entryLine('B', [batch.seq, batch.from, batch.to, batch.offsetMs, batch.crc]));
  }

  /** The server has stored the batch, or will never take it. */
  settle(seq: number): void {
    this.#write(entryLine('A', [seq]));
  }

  /** Nothing is written any more; an answer that still comes is not noted. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  #write(line: string): void {
    if (this.#open) writeSync(this.#fd, line);
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
