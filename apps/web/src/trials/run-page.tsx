/** The address wandb prints for a run: leads to the page of its trial. */
import { useEffect } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { runQuery } from '../api/use-run.js';
import { Empty, Loaded } from '../app/views.js';

/** The page. */
export function RunPage() {
  const { team, project, runId } = useParams({ from: '/signed-in/$team/$project/runs/$runId' });
  const run = useQuery(runQuery(runId));
  const navigate = useNavigate();
  const { trialId, sweepId } = run.data ?? {};
  useEffect(() => {
    if (typeof trialId !== 'string' || typeof sweepId !== 'string') return;
    const number = trialId.slice(trialId.lastIndexOf('-') + 1);
    const params = { team, project, sweepId, number };
    void navigate({ to: '/$team/$project/sweeps/$sweepId/trials/$number', params, replace: true });
  }, [trialId, sweepId, team, project, navigate]);
  return (
    <Loaded query={run}>
      {({ displayName, trialId: trial }) =>
        trial === null ? <Empty title={`Run ${displayName} stands alone; it has no page yet`} /> : null
      }
    </Loaded>
  );
}
