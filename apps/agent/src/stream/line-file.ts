/**
 * Reads a file that others append to, line by line, as it grows. The metrics file of a training run and the output file of
 * a guard are read this way: the file is the spool, so nothing that was written is lost when the agent dies.
 */
import { closeSync, fstatSync, openSync, readSync, watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

/** A line and where it ends in the file. */
export interface FileLine {
  readonly text: string;
  /** Offset of the byte after the line end. */
  readonly end: number;
}

/** How a file is read. */
export interface LineFileOptions {
  readonly path: string;
  /** Where to begin; the start of a line. */
  readonly offset: number;
  /** Longest line in bytes; a longer one is given as an empty text. */
  readonly maxLineBytes: number;
  readonly onChange: () => void;
}

/** How often to look when the file system does not tell of changes (network file systems). */
const LOOK_EVERY_MS = 1000;
const CHUNK_BYTES = 65_536;

/** One file that grows. */
export class LineFile {
  readonly #fd: number;
  readonly #maxLineBytes: number;
  readonly #watcher: FSWatcher | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  #open = true;
  /** Start of the line that is being read. */
  #lineStart: number;
  /** Bytes read of it. */
  #partial: Buffer[] = [];
  #partialBytes = 0;

  constructor(options: LineFileOptions) {
    this.#fd = openSync(options.path, 'a+', 0o600);
    this.#maxLineBytes = options.maxLineBytes;
    this.#lineStart = options.offset;
    this.#watcher = watchFile(options.path, options.onChange);
    this.#timer = setInterval(() => {
      if (fstatSync(this.#fd).size > this.#lineStart + this.#partialBytes) options.onChange();
    }, LOOK_EVERY_MS);
  }

  /** Complete lines that were appended, at most about `maxBytes`; fewer than there are when that is reached. */
  read(maxBytes: number): FileLine[] {
    const lines: FileLine[] = [];
    for (let taken = 0; this.#open && taken < maxBytes;) {
      const position = this.#lineStart + this.#partialBytes;
      const size = readSync(this.#fd, this.#chunk, 0, CHUNK_BYTES, position);
      if (size === 0) break;
      taken += size;
      this.#split(this.#chunk.subarray(0, size), lines);
    }
    return lines;
  }

  /** The rest of the file as a last line, once nobody can write any more; undefined when there is none. */
  readRest(): FileLine | undefined {
    if (this.#partialBytes === 0) return undefined;
    const line = this.#finishLine(0);
    return line.text === '' ? undefined : line;
  }

  /** Bytes from `from` to `to`, for sending a batch again. */
  readRange(from: number, to: number): Buffer {
    const bytes = Buffer.alloc(this.#open ? Math.max(0, to - from) : 0);
    return bytes.length === 0 ? bytes : bytes.subarray(0, readSync(this.#fd, bytes, 0, bytes.length, from));
  }

  /** Stops watching and closes the file. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#watcher?.close();
    clearInterval(this.#timer);
    closeSync(this.#fd);
  }

  #split(chunk: Buffer, lines: FileLine[]): void {
    let from = 0;
    for (let at = chunk.indexOf(10, from); at !== -1; at = chunk.indexOf(10, from)) {
      this.#keep(chunk.subarray(from, at));
      lines.push(this.#finishLine(1));
      from = at + 1;
    }
    if (from < chunk.length) this.#keep(chunk.subarray(from));
  }

  #keep(bytes: Buffer): void {
    // Bytes beyond the limit are counted but not kept: the line will be refused anyway.
    if (this.#partialBytes <= this.#maxLineBytes) this.#partial.push(Buffer.from(bytes));
    this.#partialBytes += bytes.length;
  }

  #finishLine(endBytes: number): FileLine {
    const tooLong = this.#partialBytes > this.#maxLineBytes;
    const text = tooLong ? '' : Buffer.concat(this.#partial).toString('utf8');
    this.#lineStart += this.#partialBytes + endBytes;
    this.#partial = [];
    this.#partialBytes = 0;
    return { text, end: this.#lineStart };
  }
}

function watchFile(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // The limit of watches is reached: looking every second remains.
    return undefined;
  }
}
