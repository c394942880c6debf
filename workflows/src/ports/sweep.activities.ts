/** What `sweepWorkflow` needs from outside. Implemented in `apps/orchestrator`; every call may be repeated at any time. */
import type { SweepState } from '@swath/contracts';

/** Where a sweep stands, as PostgreSQL knows it. Small: it is stored in the history at every look. */
export interface SweepStatus {
  readonly state: SweepState;
  /** How many unfinished trials to keep, lookahead included. */
  readonly window: number;
  /** Trials that have not ended. */
  readonly open: number;
  /** How many more may be created now under the sweep's limits. */
  readonly launchable: number;
  /** The latest launch found nothing left to try, and no point was added since. */
  readonly exhausted: boolean;
  /** Number the next launch has to carry: one more than the latest stored one. */
  readonly nextRequest: number;
  /** Milliseconds until a limit in time ends the sweep, whatever happens; null when there is none. */
  readonly dueInMs: number | null;
}

/** One request for trials. `(sweepId, requestNumber)` is its idempotency key. */
export interface LaunchRequest {
  readonly sweepId: string;
  readonly requestNumber: number;
  /** How many at most, at least 1. */
  readonly count: number;
}

/** Answer to a launch; a repeated request gets the stored one. */
export interface LaunchReply {
  /** Trials created, at most `count`. Their ids are in PostgreSQL; the history keeps the number. */
  readonly launched: number;
}

/** Ends a sweep that has no open trial. Its end state and reason follow from what PostgreSQL knows. */
export interface FinishRequest {
  readonly sweepId: string;
  /** Why launching failed for good, if it did. */
  readonly failure?: string;
}

/** The activities of a sweep. */
export interface SweepActivities {
  /** Reads where the sweep stands. Short and free of side effects: runs as a local activity. */
  sweepStatus(sweepId: string): Promise<SweepStatus>;
  /** Proposes, stores and starts up to `count` trials. Exact counts are its own duty, not the caller's. */
  launchTrials(request: LaunchRequest): Promise<LaunchReply>;
  /** Moves the sweep to its end state, if it may end now, and stores the report; harmless when it has ended already. */
  finishSweep(request: FinishRequest): Promise<SweepState>;
}
