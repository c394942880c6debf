// What the stack asks of the API: which sweep to follow, and its report.
import type { SweepReport } from '@swath/contracts';

/** The API as the stack uses it. */
export interface StackSweeps {
  /** The sweep to follow: the newest one that runs, else the newest; undefined when there is none yet. */
  newest(): Promise<string | undefined>;
  /** Submits the example sweep; the same one when called again. */
  submitExample(): Promise<string>;
  /** Shows the sweep's progress until it has ended or `signal` is aborted. */
  follow(sweepId: string, signal: AbortSignal): Promise<void>;
  report(sweepId: string): Promise<SweepReport>;
}
