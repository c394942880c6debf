/** Which parameters mattered, each with how sure that is. */
import { useQuery } from '@tanstack/react-query';
import type { ImportanceView, SweepDetail } from '@swath/contracts';
import { importanceQuery } from '../api/use-importance.js';
import { Loaded, Panel } from '../app/views.js';
import { IntervalBar } from '../charts/interval-bar.js';
import { formatCount, formatShare } from '../format/numbers.js';

/** The panel. */
export function ImportancePanel({ sweep }: { readonly sweep: SweepDetail }) {
  const query = useQuery(importanceQuery(sweep.id, sweep.trials.byState.finished ?? 0));
  return (
    <Panel title="Importance of parameters">
      <Loaded query={query}>{(answer) => <Importance answer={answer} />}</Loaded>
    </Panel>
  );
}

function Importance({ answer }: { readonly answer: ImportanceView }) {
  const { trials, leastTrials, used, parameters, interactions } = answer;
  if (trials < leastTrials) {
    return (
      <p className="muted">
        Not enough data: {formatCount(trials)} of at least {leastTrials} trials have finished with a value.
        With fewer, the shares would be noise.
      </p>
    );
  }
  if (parameters.length === 0) {
    return <p className="muted">All finished trials have the same value: no parameter made a difference.</p>;
  }
  return (
    <>
      <div className="table-frame" tabIndex={0} role="region" aria-label="Importances">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Share of the variance</th>
              <th scope="col" className="number">
                5 to 95 % of the trees
              </th>
            </tr>
          </thead>
          <tbody>
            {parameters.map(({ name, importance, interval }) => (
              <tr key={name}>
                <th scope="row" className="mono">
                  {name}
                </th>
                <td className="fill">
                  <IntervalBar value={importance} interval={interval} />
                </td>
                <td className="number">
                  <b>{formatShare(importance)}</b>{' '}
                  <span className="muted">
                    {formatShare(interval[0])} to {formatShare(interval[1])}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="muted">
        From {formatCount(used)} finished trials; {formatShare(interactions ?? 0)} is left to parameters
        acting together.
      </p>
    </>
  );
}
