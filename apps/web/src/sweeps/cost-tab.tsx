/** Where the money of a sweep went: by outcome class, against its cap, and what early stopping avoided. */
import { useQuery } from '@tanstack/react-query';
import type { CostView, SweepDetail } from '@swath/contracts';
import { reportQuery } from '../api/use-report.js';
import { sweepCostQuery } from '../api/use-sweep-cost.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { Meter } from '../charts/meter.js';
import { formatCount, formatMoney, formatShare } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';

/** The tab. */
export function CostTab({ sweep }: { readonly sweep: SweepDetail }) {
  const cost = useQuery(sweepCostQuery(sweep.id));
  return (
    <div className="panels">
      <Panel title="By outcome">
        <Loaded query={cost}>{(view) => <ByClass cost={view} />}</Loaded>
      </Panel>
      <Panel title="Limit">
        <Loaded query={cost}>{(view) => <Limit cost={view} />}</Loaded>
      </Panel>
      <Panel title="Avoided by early stopping">
        <Savings sweepId={sweep.id} />
      </Panel>
    </div>
  );
}

function ByClass({ cost }: { readonly cost: CostView }) {
  const total = Number(cost.total?.amount ?? 0);
  if (cost.byClass.length === 0) return <Empty title="Nothing has been charged yet" />;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Cost by outcome">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col" className="number">
              Cost
            </th>
            <th scope="col">Share</th>
            <th scope="col" className="number">
              GPU time
            </th>
            <th scope="col" className="number">
              Attempts
            </th>
          </tr>
        </thead>
        <tbody>
          {cost.byClass.map((row) => {
            const share = total === 0 ? 0 : Number(row.cost.amount) / total;
            return (
              <tr key={row.class}>
                <th scope="row">{row.class.replace('_', ' ')}</th>
                <td className="number" title={`${row.cost.amount} ${row.cost.currency}`}>
                  {formatMoney(row.cost)}
                </td>
                <td>
                  <span className="with-meter">
                    {formatShare(share)}
                    <Meter share={share} label={`${formatShare(share)} of the cost`} />
                  </span>
                </td>
                <td className="number">{formatDuration(Number(row.gpuSeconds))}</td>
                <td className="number">{formatCount(row.attempts)}</td>
              </tr>
            );
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td
              className="number"
              title={cost.total === null ? undefined : `${cost.total.amount} ${cost.total.currency}`}
            >
              {formatMoney(cost.total)}
            </td>
            <td colSpan={3} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Limit({ cost: { budget } }: { readonly cost: CostView }) {
  if (budget === null) {
    return (
      <p className="muted">
        This sweep has no limit in money; <code>budget.max_cost</code> in its spec would set one.
      </p>
    );
  }
  const share = Number(budget.spent.amount) / Math.max(Number(budget.cap.amount), 1e-9);
  return (
    <>
      <Meter share={share} label={`${formatShare(share)} of the cap spent`} />
      <dl className="facts">
        {(['cap', 'spent', 'held', 'overdraft'] as const).map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd title={`${budget[name].amount} ${budget[name].currency}`}>{formatMoney(budget[name])}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Savings({ sweepId }: { readonly sweepId: string }) {
  const report = useQuery(reportQuery(sweepId));
  return (
    <Loaded query={report}>
      {({ savings, pruned }) =>
        savings === null ? (
          <p className="muted">
            {pruned.length === 0
              ? 'No trial was stopped early.'
              : 'Not estimated: too little is known of full trials.'}
          </p>
        ) : (
          <p>
            About {formatMoney(savings.avoided)} ({formatMoney(savings.interval[0])} to{' '}
            {formatMoney(savings.interval[1])}) over {formatCount(savings.prunedTrials)} trials.{' '}
            <span className="muted">{savings.assumptions}</span>
          </p>
        )
      }
    </Loaded>
  );
}
