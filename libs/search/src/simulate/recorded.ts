/**
 * What a simulated trial does when it runs: recorded or synthetic measurements with their times. `simulator.ts` plays them back under a
 * virtual clock.
 */
import type { TrialParameters } from '@swath/contracts';

/** One measurement of a recorded trial. */
export interface RecordedMeasurement {
  /** Training effort, strictly ascending within a curve. */
  readonly resource: number;
  /** Objective in natural units, finite. */
  readonly value: number;
  /** Seconds of run time from the trial's start, ascending within a curve. */
  readonly seconds: number;
}

/** A trial as it would run to its end. */
export interface RecordedTrial {
  readonly curve: readonly RecordedMeasurement[];
  /** Whole run time in seconds; default: that of the last measurement. */
  readonly seconds?: number;
  /** Whether it then fails (diverges, runs out of memory); default false. */
  readonly failed?: boolean;
}

/** Run time of a trial that nobody ends, in seconds. */
export function runTime(trial: RecordedTrial): number {
  return trial.seconds ?? trial.curve.at(-1)?.seconds ?? 0;
}

/** A recorded row: a point and what it did. */
export interface RecordedRow {
  readonly parameters: TrialParameters;
  readonly trial: RecordedTrial;
}
