/** The number of a trial, leading to its page. */
import { Link } from '@tanstack/react-router';
import type { TrialView } from '@swath/contracts';
import { useProject } from '../app/layout.js';

/** `#12`. */
export function TrialLink({ trial }: { readonly trial: Pick<TrialView, 'number' | 'sweepId'> }) {
  const params = { ...useProject(), sweepId: trial.sweepId, number: String(trial.number) };
  return (
    <Link to="/$team/$project/sweeps/$sweepId/trials/$number" params={params} preload={false}>
      #{trial.number}
    </Link>
  );
}
