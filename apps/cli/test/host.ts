// A host made of buffers: whole commands run in a test and leave what they printed.
import type { Host } from '../src/host.js';
import { runCli } from '../src/program.js';

/** What a test may choose. */
export interface TestHostOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Whether standard input and standard error are terminals. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Aborted when the test presses Ctrl-C. */
  readonly interrupt?: AbortSignal;
}

/** What a command left. */
export interface CommandResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The last state of the live block. */
  readonly block: readonly string[];
}

/** Runs a command line on a host of buffers. */
export async function run(words: readonly string[], options: TestHostOptions): Promise<CommandResult> {
  const written = { out: '', err: '', block: [] as readonly string[] };
  const { isTTY = false, columns, stdin = '' } = options;
  const host: Host = {
    stdout: { write: (text) => (written.out += text), isTTY: false, columns },
    stderr: { write: (text) => (written.err += text), isTTY, columns },
    stdin: {
      isTTY,
      text: () => Promise.resolve(stdin),
      line: () => Promise.resolve(stdin),
      secretLine: () => Promise.resolve(stdin),
    },
    cwd: options.cwd,
    env: { HOME: options.cwd, ...options.env },
    now: () => Date.now(),
    interrupt: () => options.interrupt ?? new AbortController().signal,
    liveBlock: () => ({
      paint: (lines) => (written.block = lines),
      persist: () => {},
      done: () => {},
    }),
  };
  const code = await runCli(words, host);
  return { code, ...written };
}
