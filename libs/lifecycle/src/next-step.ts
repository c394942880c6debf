/**
 * What becomes of a trial when an attempt has ended: another attempt, or its end. Pure over the attempts so far; called by
 * `advance-trial.ts` under the trial's lock.
 */
import type { AttemptOutcome, SweepRetries, TrialState } from '@swath/contracts';

/** An attempt as the decision sees it. */
export interface PastAttempt {
  readonly number: number;
  readonly cause: 'first' | 'retry' | 'preemption' | 'promotion' | 'requeue';
  readonly state: 'queued' | 'running' | 'ended' | 'withdrawn';
  readonly outcome: AttemptOutcome | null;
}

/** What is to be done. */
export type NextStep =
  | { readonly do: 'wait' }
  | { readonly do: 'retry'; readonly cause: 'retry' | 'preemption'; readonly delayMs: number }
  | { readonly do: 'pause' }
  | { readonly do: 'close'; readonly state: TrialState };

/** Delay before retry `n` (from 1) after a failure that may be the node's: 1 s doubling to 60 s. Preemptions do not wait. */
function backoffMs(n: number): number {
  return Math.min(60_000, 1_000 * 2 ** Math.max(0, n - 1));
}

const infrastructure: readonly AttemptOutcome[] = ['lost', 'infrastructure'];

/**
 * Decides over the attempts of a trial, in order of number.
 *
 * Failures are counted apart: a preemption uses up no retry, and a fault of the node does not count against the user's code.
 * Attempts before the latest requeue by a person are not counted.
 *
 * @param accepting  whether the sweep still starts attempts
 */
export function nextStep(
  attempts: readonly PastAttempt[],
  retries: SweepRetries,
  accepting: boolean,
): NextStep {
  const last = attempts.at(-1);
  if (last === undefined || last.state === 'queued' || last.state === 'running') return { do: 'wait' };
  if (last.state === 'withdrawn' || last.outcome === null) return { do: 'close', state: 'cancelled' };
  const since = attempts.slice(
    Math.max(
      0,
      attempts.findLastIndex((attempt) => attempt.cause === 'requeue'),
    ),
  );
  const count = (outcomes: readonly AttemptOutcome[]): number =>
    since.filter((attempt) => attempt.outcome !== null && outcomes.includes(attempt.outcome)).length;
  switch (last.outcome) {
    case 'finished':
      return { do: 'close', state: 'finished' };
    case 'pruned':
      return { do: 'close', state: 'pruned' };
    case 'paused':
      return accepting ? { do: 'pause' } : { do: 'close', state: 'cancelled' };
    case 'stopped':
      return { do: 'close', state: 'stopped' };
    case 'cancelled':
    case 'budget':
      return { do: 'close', state: 'cancelled' };
    case 'timeout':
      return { do: 'close', state: 'failed' };
    case 'failed':
      return again(count(['failed']), { limit: retries.user, cause: 'retry', accepting });
    case 'lost':
    case 'infrastructure':
      return again(count(infrastructure), { limit: retries.infrastructure, cause: 'retry', accepting });
    case 'preempted':
      return again(count(['preempted']), { limit: retries.preemption, cause: 'preemption', accepting });
  }
}

function again(
  failures: number,
  rule: { readonly limit: number; readonly cause: 'retry' | 'preemption'; readonly accepting: boolean },
): NextStep {
  if (!rule.accepting) return { do: 'close', state: rule.cause === 'preemption' ? 'cancelled' : 'failed' };
  if (failures > rule.limit) return { do: 'close', state: 'failed' };
  return { do: 'retry', cause: rule.cause, delayMs: rule.cause === 'preemption' ? 0 : backoffMs(failures) };
}
