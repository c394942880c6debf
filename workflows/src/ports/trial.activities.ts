/** What `trialWorkflow` needs from outside. Implemented in `apps/orchestrator`; every call may be repeated at any time. */

/** What became of a trial after a look at its attempts. */
export interface TrialAdvance {
  /** `waiting`: attempt `attempt` is queued, running or paused. `closed`: the trial has ended. */
  readonly status: 'waiting' | 'closed';
  /** Number of the latest attempt, from 1. */
  readonly attempt: number;
}

/** The activities of a trial. */
export interface TrialActivities {
  /** Decides over the attempts in PostgreSQL: enqueue the next one, go on waiting, or close. Runs as a local activity. */
  advanceTrial(trialId: string): Promise<TrialAdvance>;
}
