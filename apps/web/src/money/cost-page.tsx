/** Who spent what: money of every sweep with its cap and what is held. Sums are of the sweeps shown. */
import { Link } from '@tanstack/react-router';
import type { SweepView } from '@swath/contracts';
import { useSweeps } from '../api/use-sweeps.js';
import { useProject } from '../app/layout.js';
import { StateMark } from '../app/state-mark.js';
import { useTitle } from '../app/use-title.js';
import { Empty, Failed, Loading } from '../app/views.js';
import { Meter } from '../charts/meter.js';
import { formatMoney, formatShare } from '../format/numbers.js';
import { totals } from './totals.js';

/** The page. */
export function CostPage() {
  useTitle('Cost');
  const list = useSweeps('');
  const sweeps = (list.data?.pages ?? []).flatMap((page) => page.data).filter(({ cost }) => cost !== null);
  return (
    <>
      <h1>Cost</h1>
      {list.data === undefined && list.error === null ? <Loading rows={8} /> : null}
      {list.error === null ? null : <Failed error={list.error} retry={() => void list.refetch()} />}
      {list.data !== undefined && sweeps.length === 0 ? (
        <Empty title="No sweep has cost anything yet" />
      ) : null}
      {sweeps.length > 0 ? (
        <>
          <p className="headline">
            {totals(sweeps)
              .map(({ spent, held }) => `${formatMoney(spent)} spent and ${formatMoney(held)} held`)
              .join(', ')}{' '}
            by {sweeps.length} sweeps{list.hasNextPage ? ' (older ones are not counted)' : ''}.
          </p>
          <CostTable sweeps={sweeps} />
        </>
      ) : null}
      {list.hasNextPage ? (
        <button type="button" className="button" onClick={() => void list.fetchNextPage()}>
          Count older sweeps
        </button>
      ) : null}
    </>
  );
}

function CostTable({ sweeps }: { readonly sweeps: readonly SweepView[] }) {
  const project = useProject();
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Cost by sweep">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Sweep</th>
            <th scope="col">State</th>
            <th scope="col" className="number">
              Spent
            </th>
            <th scope="col" className="number">
              Held
            </th>
            <th scope="col" className="number">
              Cap
            </th>
            <th scope="col">Used</th>
          </tr>
        </thead>
        <tbody>
          {[...sweeps]
            .sort((a, b) => Number(b.cost?.amount ?? 0) - Number(a.cost?.amount ?? 0))
            .map((sweep) => (
              <tr key={sweep.id}>
                <th scope="row">
                  <Link
                    to="/$team/$project/sweeps/$sweepId"
                    params={{ ...project, sweepId: sweep.id }}
                    search={{ tab: 'cost' }}
                  >
                    {sweep.name === '' ? sweep.id : sweep.name}
                  </Link>
                </th>
                <td>
                  <StateMark state={sweep.state} />
                </td>
                <td className="number" title={sweep.cost?.amount}>
                  {formatMoney(sweep.cost)}
                </td>
                <td className="number">{formatMoney(sweep.budget?.held)}</td>
                <td className="number">{formatMoney(sweep.budget?.cap)}</td>
                <td>
                  <Used sweep={sweep} />
                </td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}

function Used({ sweep: { cost, budget } }: { readonly sweep: SweepView }) {
  if (budget === null) return <span className="muted">no cap</span>;
  const share = Number(cost?.amount ?? 0) / Math.max(Number(budget.cap.amount), 1e-9);
  return (
    <span className="with-meter">
      {formatShare(share)}
      <Meter share={share} label={`${formatShare(share)} of the cap spent`} />
    </span>
  );
}
