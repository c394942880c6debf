/** A process told apart from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Comparable only with other answers of {@link startTimeOf}. */
  readonly startTime: string;
}

/** How a process is asked to end: which signal, and how long it may take in milliseconds before it is killed. */
export interface StopRule {
  readonly signal: 'SIGTERM' | 'SIGINT';
  readonly deadlineMs: number;
}

/** When a process started; undefined when it does not run. */
export function startTimeOf(pid: number): string | undefined;

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean;

/** Asks a process to end, waits, then kills it and its group. Resolves when it is gone. */
export function endProcess(identity: ProcessIdentity, stop: StopRule): Promise<void>;
