/**
 * From the bytes of stdout and stderr to lines in the output file. The guard feeds it; the pipes are always drained, so
 * a training run never blocks on its output: what is over the limits is dropped and counted. The agent reads the file.
 */
import { writeSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

/** Limits of one attempt's output. */
export interface OutputLimits {
  /** Longest line; longer ones are split. Bytes of UTF-8 before decoding, 64 KiB. */
  readonly lineBytes: number;
  /** Sustained rate. */
  readonly bytesPerSecond: number;
  /** What may come at once. */
  readonly burstBytes: number;
  /** All output of the attempt. */
  readonly totalBytes: number;
}

/** Limits that hold unless a test asks for others. */
export const outputLimits: OutputLimits = {
  lineBytes: 65_536,
  bytesPerSecond: 1_048_576,
  burstBytes: 8 * 1_048_576,
  totalBytes: 256 * 1_048_576,
};

/** Name of an output stream. */
export type OutputName = 'stdout' | 'stderr';

/** One line as stored: stream, milliseconds since the start of the command, text without its line end. */
export interface OutputLine {
  readonly s: OutputName;
  readonly t: number;
  readonly x: string;
}

interface Pipe {
  readonly decoder: StringDecoder;
  rest: string;
}

/** Lines of one attempt, both streams in order of arrival. */
export class OutputLines {
  readonly #fd: number;
  readonly #limits: OutputLimits;
  readonly #now: () => number;
  readonly #pipes: Record<OutputName, Pipe> = {
    stdout: { decoder: new StringDecoder('utf8'), rest: '' },
    stderr: { decoder: new StringDecoder('utf8'), rest: '' },
  };
  #allowance: number;
  #allowanceAt: number;
  #total = 0;
  #dropped = 0;
  #lastError = '';

  /** @param now milliseconds since the start of the command, monotonic */
  constructor(fd: number, now: () => number, limits: OutputLimits = outputLimits) {
    this.#fd = fd;
    this.#now = now;
    this.#limits = limits;
    this.#allowance = limits.burstBytes;
    this.#allowanceAt = now();
  }

  /** Last non-empty line of standard error: the first thing a person wants to see of a failure. */
  get lastErrorLine(): string {
    return this.#lastError;
  }

  /** Takes what a pipe gave. */
  write(name: OutputName, chunk: Buffer): void {
    if (!this.#admit(chunk.length)) {
      this.#dropped += chunk.length;
      return;
    }
    const pipe = this.#pipes[name];
    const parts = (pipe.rest + pipe.decoder.write(chunk)).split('\n');
    pipe.rest = this.#cutRest(name, parts);
    this.#store(name, parts);
  }

  /** Ends both streams: a last line without a line end is a line. */
  end(): void {
    for (const name of ['stdout', 'stderr'] as const) {
      const pipe = this.#pipes[name];
      const rest = pipe.rest + pipe.decoder.end();
      pipe.rest = '';
      if (rest !== '') this.#store(name, [rest]);
    }
    this.#noteDropped();
  }

  /** Takes the unfinished line off `parts`; what is already too long goes out as a line of its own. */
  #cutRest(name: OutputName, parts: string[]): string {
    const rest = parts.pop() ?? '';
    if (rest.length <= this.#limits.lineBytes) return rest;
    // A progress bar never ends its line: only what it shows last is worth keeping.
    const shown = rest.includes('\r') ? overwritten(rest) : undefined;
    if (shown !== undefined && shown.length <= this.#limits.lineBytes) return shown;
    this.#store(name, parts.splice(0));
    this.#store(name, [rest]);
    return '';
  }

  #admit(bytes: number): boolean {
    const now = this.#now();
    const { burstBytes, bytesPerSecond, totalBytes } = this.#limits;
    const earned = ((now - this.#allowanceAt) * bytesPerSecond) / 1000;
    this.#allowance = Math.min(burstBytes, this.#allowance + earned);
    this.#allowanceAt = now;
    if (bytes > this.#allowance || this.#total + bytes > totalBytes) return false;
    this.#allowance -= bytes;
    this.#total += bytes;
    this.#noteDropped();
    return true;
  }

  #noteDropped(): void {
    if (this.#dropped === 0) return;
    const text = `[swath] ${this.#dropped} bytes of output dropped: over the limit of this node`;
    this.#dropped = 0;
    this.#store('stderr', [text]);
  }

  #store(name: OutputName, lines: readonly string[]): void {
    const t = Math.round(this.#now());
    let text = '';
    for (const line of lines) {
      for (const x of split(overwritten(line), this.#limits.lineBytes)) {
        if (name === 'stderr' && x.trim() !== '') this.#lastError = x;
        const stored: OutputLine = { s: name, t, x };
        text += `${JSON.stringify(stored)}\n`;
      }
    }
    if (text === '') return;
    try {
      writeSync(this.#fd, text);
    } catch {
      // A full disk must not stop the draining of the pipes.
      this.#dropped += text.length;
    }
  }
}

/** What a terminal would show of a line with carriage returns. */
function overwritten(line: string): string {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf('\r') + 1);
}

/** Pieces of at most `limit` UTF-16 units; an empty line stays one empty piece. */
function split(line: string, limit: number): string[] {
  if (line.length <= limit) return [line];
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += limit) pieces.push(line.slice(at, at + limit));
  return pieces;
}
