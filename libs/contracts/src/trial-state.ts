/** The lives of a trial and of its attempts as tables. The database mirrors them with CHECKs. */

/**
 * States of a trial.
 * - `queued`: its next attempt waits for a slot; `running`: an attempt holds a lease.
 * - `paused`: gave its slot back and waits for promotion by the pruner.
 * - `finished`: the command exited with 0. `pruned`: ended by the pruner; its values count as partial results.
 * - `failed`: retries used up. `stopped`: ended by a person. `cancelled`: ended because the sweep was cancelled or ran out of budget.
 * - `not_run`: never started before the sweep ended.
 */
export const trialStates = [
  'queued',
  'running',
  'paused',
  'finished',
  'pruned',
  'failed',
  'stopped',
  'cancelled',
  'not_run',
] as const;

/** One of `trialStates`. */
export type TrialState = (typeof trialStates)[number];

/** Legal moves of a trial. */
export const trialTransitions: Readonly<Record<TrialState, readonly TrialState[]>> = {
  queued: ['running', 'pruned', 'failed', 'stopped', 'cancelled', 'not_run'],
  running: ['queued', 'paused', 'finished', 'pruned', 'failed', 'stopped', 'cancelled'],
  paused: ['queued', 'pruned', 'stopped', 'cancelled'],
  finished: [],
  pruned: [],
  failed: [],
  stopped: [],
  cancelled: [],
  not_run: [],
};

/** Whether a trial may move from one state to another. */
export function canMoveTrial(from: TrialState, to: TrialState): boolean {
  return trialTransitions[from].includes(to);
}

/** Whether the trial has ended. */
export function isTrialEnded(state: TrialState): boolean {
  return trialTransitions[state].length === 0;
}

/** States of an attempt: waiting for a slot, holding a lease, over, or taken out of the queue before it had one. */
export const attemptStates = ['queued', 'running', 'ended', 'withdrawn'] as const;

/** One of `attemptStates`. */
export type AttemptState = (typeof attemptStates)[number];

/** Legal moves of an attempt. */
export const attemptTransitions: Readonly<Record<AttemptState, readonly AttemptState[]>> = {
  queued: ['running', 'withdrawn'],
  running: ['ended'],
  ended: [],
  withdrawn: [],
};

/**
 * How an attempt ended.
 * - `finished`: exit 0. `pruned`: the pruner stopped it. `paused`: the pruner paused it (not an end of the trial).
 * - `failed`: the user's command failed (non-zero exit, signal of its own, out of memory).
 * - `lost`: agent silent past the lease's end. `infrastructure`: the node could not run or keep it.
 * - `preempted`: the node was taken away. `stopped`: a person ended the trial. `cancelled`: the sweep was cancelled.
 * - `budget`: its lease could not be renewed under a money or GPU-time cap. `timeout`: max_trial_duration or max_cost_per_trial.
 */
export const attemptOutcomes = [
  'finished',
  'pruned',
  'paused',
  'failed',
  'lost',
  'infrastructure',
  'preempted',
  'stopped',
  'cancelled',
  'budget',
  'timeout',
] as const;

/** One of `attemptOutcomes`. */
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/**
 * States of a lease.
 * - `ahead`: granted to a node before a slot is free there; nothing runs and nothing is used until the agent starts it.
 * - `live`: the agent runs the attempt. `ended`: it has said how the attempt ended.
 * - `released`: given back without having been started. `expired`: the agent was silent past its end.
 */
export const leaseStates = ['ahead', 'live', 'ended', 'released', 'expired'] as const;

/** One of `leaseStates`. */
export type LeaseState = (typeof leaseStates)[number];

/** Legal moves of a lease. */
export const leaseTransitions: Readonly<Record<LeaseState, readonly LeaseState[]>> = {
  ahead: ['live', 'released', 'expired'],
  live: ['ended', 'expired'],
  ended: [],
  released: [],
  expired: [],
};

/** Why the server wants a running attempt to end; the agent gets it with the stop command. */
export const stopReasons = [
  'pruned',
  'paused',
  'stopped',
  'cancelled',
  'budget',
  'timeout',
  'preempted',
  'fenced',
] as const;

/** One of `stopReasons`. */
export type StopReason = (typeof stopReasons)[number];

/** Who a second of use counts for in reports: exactly one per usage record. */
export const outcomeClasses = [
  'useful',
  'pruned',
  'failed_user',
  'failed_infra',
  'preempted',
  'cancelled',
  'superseded',
] as const;

/** One of `outcomeClasses`. */
export type OutcomeClass = (typeof outcomeClasses)[number];

/** The outcome class of an attempt's use. A paused attempt's use is useful: its work continues from a checkpoint. */
export const outcomeClassOf: Readonly<Record<AttemptOutcome, OutcomeClass>> = {
  finished: 'useful',
  paused: 'useful',
  pruned: 'pruned',
  failed: 'failed_user',
  timeout: 'failed_user',
  lost: 'failed_infra',
  infrastructure: 'failed_infra',
  preempted: 'preempted',
  stopped: 'cancelled',
  cancelled: 'cancelled',
  budget: 'cancelled',
};
