// The world of a command: its streams, its folder, its environment, the clock and Ctrl-C. `process-host.config.ts` makes it from this
// process; tests make one of buffers, so that whole commands run in a test.

/** A stream to write to. */
export interface Sink {
  write(text: string): unknown;
  /** Whether a person is looking. */
  readonly isTTY: boolean;
  /** Width in characters; undefined when there is no terminal. */
  readonly columns: number | undefined;
}

/** What a command may touch of the process it runs in. */
export interface Host {
  /** Data. */
  readonly stdout: Sink;
  /** Progress, questions, errors and hints. */
  readonly stderr: Sink;
  readonly stdin: {
    readonly isTTY: boolean;
    /** All of it. */
    readonly text: () => Promise<string>;
    /** One line, for the answer to a question. */
    readonly line: () => Promise<string>;
    /** One line that is not shown while it is typed. */
    readonly secretLine: () => Promise<string>;
  };
  /** Absolute path of the folder the command was started in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A signal that is aborted by Ctrl-C from now on; without it, Ctrl-C ends the process. A second Ctrl-C ends it in any case. */
  readonly interrupt: () => AbortSignal;
  /** A live block at the bottom of the terminal on standard error. */
  readonly liveBlock: () => LiveBlock;
}

/** Lines that are repainted in place. */
export interface LiveBlock {
  /** Replaces the block. */
  readonly paint: (lines: readonly string[]) => void;
  /** Writes a line above the block that stays. */
  readonly persist: (line: string) => void;
  /** Leaves the block as it is and gives the cursor back. */
  readonly done: () => void;
}
