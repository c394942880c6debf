// The host of a real run: the streams, folder, environment and signals of this process. Made once by `main.ts`.
import { createLogUpdate } from 'log-update';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Host, LiveBlock, Sink } from './host.js';
import { exitCodes } from './output/exit-codes.js';

/** The host of this process. */
export function processHost(): Host {
  const { stdin, stdout, stderr, env } = process;
  const interrupted = new AbortController();
  // `swath ... | head` closes the pipe: whoever follows something has seen enough, and the rest is written to nobody.
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      interrupted.abort();
    });
  }
  return {
    stdout: sinkOf(stdout, env['COLUMNS']),
    stderr: sinkOf(stderr, env['COLUMNS']),
    stdin: { isTTY: stdin.isTTY, text: () => text(stdin), line: readLine, secretLine: readSecretLine },
    cwd: process.cwd(),
    env,
    now: () => Date.now(),
    interrupt: () => interruptSignal(interrupted),
    liveBlock,
  };
}

function sinkOf(stream: NodeJS.WriteStream, columns: string | undefined): Sink {
  const given = Number(columns);
  return {
    write: (chunk) => stream.write(chunk),
    isTTY: stream.isTTY,
    get columns() {
      return Number.isInteger(given) && given > 0 ? given : stream.columns;
    },
  };
}

async function readLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}

async function readSecretLine(): Promise<string> {
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  lines.once('SIGINT', () => process.exit(exitCodes.interrupted));
  try {
    return await lines.question('');
  } finally {
    lines.close();
  }
}

// npx passes Ctrl-C on to a program that the terminal has told already: two within this time are one.
const SAME_INTERRUPT_MS = 500;

function interruptSignal(interrupted: AbortController): AbortSignal {
  let firstMs: number | undefined;
  process.on('SIGINT', () => {
    firstMs ??= performance.now();
    if (performance.now() - firstMs > SAME_INTERRUPT_MS) process.exit(exitCodes.interrupted);
    interrupted.abort();
  });
  return interrupted.signal;
}

function liveBlock(): LiveBlock {
  const update = createLogUpdate(process.stderr);
  return {
    paint: (lines) => {
      update(lines.join('\n'));
    },
    persist: (line) => {
      update.persist(line);
    },
    done: () => {
      update.done();
    },
  };
}
