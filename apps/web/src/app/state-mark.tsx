/** A state as colour, shape and word, so that none of the three has to be seen. */
import type { AttemptState, SweepState, TrialState } from '@swath/contracts';

type State = SweepState | TrialState | AttemptState | 'online' | 'draining' | 'offline';

const shapes: Readonly<Record<State, string>> = {
  queued: '○',
  running: '▶',
  paused: '‖',
  stopping: '◢',
  cancelling: '◢',
  finished: '✓',
  pruned: '✂',
  failed: '✕',
  stopped: '■',
  cancelled: '⊘',
  not_run: '–',
  ended: '✓',
  withdrawn: '–',
  online: '✓',
  draining: '◢',
  offline: '✕',
};

/** The mark; `note` is added to the word. */
export function StateMark({ state, note }: { readonly state: State; readonly note?: string | undefined }) {
  return (
    <span className={`state state-${state}`}>
      <span className="state-shape" aria-hidden="true">
        {shapes[state]}
      </span>
      {state.replace('_', ' ')}
      {note === undefined ? null : <span className="state-note">{note}</span>}
    </span>
  );
}
