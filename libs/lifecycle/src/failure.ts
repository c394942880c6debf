// Why a trial failed, in words, from how its last attempt ended. Written when the trial closes; lists, pages and events show it.
import type { AttemptOutcome, ProcessExit } from '@swath/contracts';

/** The part of an exit that people are told. */
export type HowItEnded = Pick<ProcessExit, 'code' | 'signal' | 'cause' | 'message'>;

/** A sentence such as `exit code 1`, `killed by SIGSEGV` or `command not found on this node: train`. */
export function describeFailure(outcome: AttemptOutcome, exit: HowItEnded | null): string {
  if (exit === null) return outcome === 'lost' ? 'its node was lost' : outcome;
  const { code, signal, cause, message } = exit;
  if (cause === 'spawn_failed' && message !== undefined) return message;
  const how =
    typeof signal === 'string'
      ? `killed by ${signal}`
      : typeof code === 'number'
        ? `exit code ${code}`
        : `ended (${cause})`;
  const known = cause === 'exit' || how.endsWith(')') ? how : `${how} (${cause})`;
  return message === undefined ? known : `${known}: ${message}`;
}
