/** After which ends a trial goes on, so that its last checkpoint is worth waiting for. Pure. */
import type { ProcessExit, StopReason } from '@swath/contracts';

/** Reasons to stop an attempt after which the trial goes on elsewhere or later. */
export const resumable: readonly StopReason[] = ['paused', 'preempted', 'budget'];

/** Whether the trial may go on after an attempt that ended so. */
export function mayGoOn(
  { cause, code }: Pick<ProcessExit, 'cause' | 'code'>,
  stopReason: StopReason | undefined,
): boolean {
  if (stopReason !== undefined) return resumable.includes(stopReason);
  return cause === 'exit' ? code !== 0 : cause !== 'stop' && cause !== 'spawn_failed';
}
