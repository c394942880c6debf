// Ends a process in order. Each part that opens something registers how to close it; on SIGTERM or SIGINT the parts close in the reverse
// of that order, each within its deadline, and then the process exits. A second signal ends it at once, but not within the first second:
// a terminal and npm both deliver the same Ctrl-C.

const SAME_SIGNAL_MS = 1_000;

/** How one part closes. */
export interface ShutdownHook {
  /** For the log. */
  readonly name: string;
  /** Closes the part; may be slow, never longer than the deadline. */
  readonly run: () => void | Promise<void>;
  /** Milliseconds after which the next part goes on without it; default 5,000. */
  readonly deadlineMs?: number;
}

/** What a shutdown acts on; the process itself unless a test says otherwise. */
export interface ShutdownHost {
  /** Calls `listener` for each such signal. */
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  /** Ends the process. */
  exit(code: number): void;
  /** Milliseconds on a clock that never jumps. */
  monotonicMs(): number;
  /** Receives problems: a hook that failed or took too long. */
  report(problem: string, cause?: unknown): void;
}

/** The hooks of one process. */
export class Shutdown {
  readonly #hooks: ShutdownHook[] = [];
  #ending: Promise<void> | undefined;
  #endingSinceMs = 0;

  constructor(private readonly host: ShutdownHost) {}

  /** Adds a hook; the first one also starts to listen for signals. */
  add(hook: ShutdownHook): void {
    if (this.#hooks.length === 0) this.#listen();
    this.#hooks.push(hook);
  }

  /**
   * Runs the hooks, last added first, and exits.
   *
   * @param exitCode used when every hook succeeded in time; else 1 unless it is already another failure
   */
  async end(exitCode = 0): Promise<void> {
    this.#ending ??= this.#run(exitCode);
    await this.#ending;
  }

  #listen(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      this.host.on(signal, () => {
        if (this.#ending === undefined) void this.end();
        else if (this.host.monotonicMs() - this.#endingSinceMs >= SAME_SIGNAL_MS)
          this.host.exit(signal === 'SIGINT' ? 130 : 143);
      });
    }
  }

  async #run(exitCode: number): Promise<void> {
    this.#endingSinceMs = this.host.monotonicMs();
    let failed = false;
    for (const hook of this.#hooks.reverse()) {
      try {
        await withinDeadline(hook);
      } catch (error) {
        failed = true;
        this.host.report(`${hook.name} did not close cleanly`, error);
      }
    }
    this.host.exit(failed && exitCode === 0 ? 1 : exitCode);
  }
}

const ofThisProcess = new Shutdown({
  on: (signal, listener) => process.on(signal, listener),
  exit: (code) => process.exit(code),
  monotonicMs: () => performance.now(),
  report: (problem, cause) => {
    process.stderr.write(`${problem}: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  },
});

/** Registers how a part of this process closes on SIGTERM or SIGINT; see {@link Shutdown}. */
export function onShutdown(hook: ShutdownHook): void {
  ofThisProcess.add(hook);
}

/** Closes this process as a signal would. Resolves only in tests: the process exits. */
export async function shutDown(exitCode = 0): Promise<void> {
  await ofThisProcess.end(exitCode);
}

async function withinDeadline(hook: ShutdownHook): Promise<void> {
  const deadlineMs = hook.deadlineMs ?? 5_000;
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it took longer than ${deadlineMs} ms`));
    }, deadlineMs);
  });
  try {
    await Promise.race([hook.run(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
