/** Is it healthy, is it worth going on: states, cost, best so far. */
import { useQuery } from '@tanstack/react-query';
import type { SweepDetail } from '@swath/contracts';
import { trialStates } from '@swath/contracts/states';
import { trialsQuery } from '../api/use-trials.js';
import { StateMark } from '../app/state-mark.js';
import { Loaded, Panel } from '../app/views.js';
import { formatCount } from '../format/numbers.js';
import { BestSoFarPanel } from './best-so-far-panel.js';

/** The tab. */
export function OverviewTab({ sweep }: { readonly sweep: SweepDetail }) {
  const trials = useQuery(trialsQuery(sweep.id));
  return (
    <div className="panels">
      <Loaded query={trials}>{(list) => <BestSoFarPanel sweep={sweep} trials={list} />}</Loaded>
      <StatesPanel sweep={sweep} />
    </div>
  );
}

function StatesPanel({ sweep }: { readonly sweep: SweepDetail }) {
  const { byState } = sweep.trials;
  return (
    <Panel title="Trials by state">
      <table className="table">
        <tbody>
          {trialStates
            .filter((state) => (byState[state] ?? 0) > 0)
            .map((state) => (
              <tr key={state}>
                <th scope="row">
                  <StateMark state={state} />
                </th>
                <td className="number">{formatCount(byState[state] ?? 0)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </Panel>
  );
}
