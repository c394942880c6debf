/** How far a sweep is, from its counts. */
import { isTrialEnded, trialStates } from '@swath/contracts/states';
import type { SweepView } from '@swath/contracts';

/** Trials that have ended; those never started do not count. */
export function endedTrials({ trials }: SweepView): number {
  return trialStates
    .filter((state) => isTrialEnded(state) && state !== 'not_run')
    .reduce((sum, state) => sum + (trials.byState[state] ?? 0), 0);
}

/** Seconds until the last trial at the mean pace so far, or null while it cannot be said. */
export function secondsLeft(sweep: SweepView, nowMs: number): number | null {
  const { limit } = sweep.trials;
  const ended = endedTrials(sweep);
  if (limit === null || ended === 0 || sweep.state !== 'running') return null;
  const seconds = (nowMs - new Date(sweep.createdAt).getTime()) / 1000;
  return (seconds / ended) * Math.max(0, limit - ended);
}
