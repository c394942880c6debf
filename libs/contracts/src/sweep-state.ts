/** The life of a sweep as a table. The database mirrors it with a CHECK; `docs/architecture.md` draws it. */

/**
 * States of a sweep.
 * - `running`: trials are proposed and placed.
 * - `paused`: by a person; running trials go on, nothing new starts.
 * - `stopping`: nothing new starts, running trials may end by themselves (stop by a person, a limit, a target).
 * - `cancelling`: running trials are being ended.
 * - `finished`: ended by itself: search space exhausted, a limit, the target, convergence.
 * - `stopped`, `cancelled`: ended by a person. `failed`: could not go on; the reason says why.
 */
export const sweepStates = [
  'running',
  'paused',
  'stopping',
  'cancelling',
  'finished',
  'stopped',
  'cancelled',
  'failed',
] as const;

/** One of `sweepStates`. */
export type SweepState = (typeof sweepStates)[number];

/** Legal moves: from each state to the listed ones. A state without moves is an end state. */
export const sweepTransitions: Readonly<Record<SweepState, readonly SweepState[]>> = {
  running: ['paused', 'stopping', 'cancelling', 'finished', 'failed'],
  paused: ['running', 'stopping', 'cancelling', 'finished', 'failed'],
  stopping: ['cancelling', 'finished', 'stopped', 'failed'],
  cancelling: ['cancelled', 'failed'],
  finished: [],
  stopped: [],
  cancelled: [],
  failed: [],
};

/** Whether a sweep may move from one state to another. */
export function canMoveSweep(from: SweepState, to: SweepState): boolean {
  return sweepTransitions[from].includes(to);
}

/** Whether the sweep has ended. */
export function isSweepEnded(state: SweepState): boolean {
  return sweepTransitions[state].length === 0;
}

/**
 * Why a sweep is in its state.
 * - `exhausted`: every point of a finite space was evaluated; `converged`: the sweep's own terminator.
 * - `max_*`: the named limit of its budget; `budget`: a budget above the sweep.
 * - `target`: the metric reached the target; `failures`: its first attempts all failed, as many as it allows.
 */
export const sweepReasons = [
  'exhausted',
  'max_trials',
  'max_cost',
  'max_gpu_hours',
  'max_wall_clock',
  'budget',
  'target',
  'converged',
  'failures',
  'user',
  'internal',
] as const;

/** One of `sweepReasons`. */
export type SweepReason = (typeof sweepReasons)[number];
