/** Says in the header whether what is shown is live, and pauses it. */
import { formatClock } from '../format/time.js';
import { useLive } from './live.js';
import { useNow } from './use-now.js';
import type { LiveState } from '../api/live-stream.js';

/** The pill; `p` or a click pauses. */
export function LivePill() {
  const { state, toggle } = useLive();
  const now = useNow(1_000, state.kind === 'waiting');
  return (
    <button
      type="button"
      className={`pill pill-${state.kind}`}
      onClick={toggle}
      title={state.kind === 'paused' ? 'Go on (p)' : 'Pause updates (p)'}
    >
      <span className="pill-dot" aria-hidden="true" />
      <span role="status">{textOf(state, now)}</span>
    </button>
  );
}

function textOf(state: LiveState, now: number): string {
  switch (state.kind) {
    case 'connecting':
      return 'Connecting';
    case 'live':
      return 'Live';
    case 'paused':
      return `Paused at ${formatClock(state.since)}`;
    case 'waiting':
      return navigator.onLine
        ? `Reconnecting in ${Math.max(0, Math.ceil((state.at - now) / 1000))} s`
        : `Offline: showing ${formatClock(state.since)}`;
  }
}
