/**
 * The decision of a sweep: given where it stands, what its workflow does next. Pure; `SweepController` carries it out.
 */
import { isSweepEnded } from '@swath/contracts/states';
import type { SweepStatus } from '../ports/sweep.activities.js';
import { LAUNCH_CHUNK } from '../timeouts.js';

/** What to do next. `wait` ends with the next signal or the reconcile timer. */
export type SweepStep =
  | { readonly kind: 'launch'; readonly count: number }
  | { readonly kind: 'finish' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'ended' };

/**
 * Decides the next step.
 *
 * Launches while fewer than `window` trials are open and the limits allow more, at most 50 at once. Finishes only when no
 * trial is open: a sweep with a running trial always waits for it. A paused sweep never ends by itself, so that a person
 * can raise its limits and resume.
 *
 * @param failed  a launch failed for good: nothing more is launched
 */
export function nextStep(status: SweepStatus, failed: boolean): SweepStep {
  if (isSweepEnded(status.state)) return { kind: 'ended' };
  if (status.state === 'paused') return { kind: 'wait' };

  const accepting = status.state === 'running' && !failed && !status.exhausted && status.launchable > 0;
  if (!accepting) return { kind: status.open > 0 ? 'wait' : 'finish' };

  const count = Math.min(status.window - status.open, status.launchable, LAUNCH_CHUNK);
  return count > 0 ? { kind: 'launch', count } : { kind: 'wait' };
}

/** Shortest wait for a limit in time, ms: one that is due but not yet in force must not be asked for in a loop. */
const SHORTEST_WAIT_MS = 1_000;

/** How long to wait for a signal before looking again, ms: the reconcile interval, or until a limit in time is due. */
export function waitMs(status: Pick<SweepStatus, 'dueInMs'>, reconcileMs: number): number {
  return Math.min(reconcileMs, Math.max(SHORTEST_WAIT_MS, status.dueInMs ?? Infinity));
}
