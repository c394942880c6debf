// What the ingest transaction knows of a trial: read and locked in measure.ts, judged in judge.ts.
import type { StopReason, SweepSpec, TrialState } from '@swath/contracts';
import type { TrialProgress } from './objectives.js';

/** A trial as the ingest transaction locks it. */
export interface MeasuredTrial {
  readonly id: string;
  readonly sweep_id: string;
  readonly project_id: string;
  readonly number: number;
  readonly bracket: number;
  readonly state: TrialState;
  readonly attempt_count: number;
  readonly progress: TrialProgress;
  readonly value: number | null;
  readonly spec: SweepSpec;
  /** No attempt of its sweep has logged a metric or finished so far. */
  readonly unproven: boolean;
  readonly lease_id: string | null;
  readonly stop_reason: StopReason | null;
  readonly grace_ms: number | null;
}
