/** One budget: what is left of it, who set its limits and why, and every movement in it. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { BudgetDetail, BudgetEntryView } from '@swath/contracts';
import { budgetEntriesQuery, budgetQuery } from '../api/use-budgets.js';
import { useTitle } from '../app/use-title.js';
import { Ago, Empty, Loaded, Panel } from '../app/views.js';
import { Meter } from '../charts/meter.js';
import { formatShare } from '../format/numbers.js';
import { formatTime } from '../format/time.js';
import { formatAmount } from './budgets.js';

/** The page. */
export function BudgetPage() {
  const { budgetId } = useParams({ from: '/signed-in/-/cost/budgets/$budgetId' });
  useTitle('Budget');
  const budget = useQuery(budgetQuery(budgetId));
  const entries = useInfiniteQuery(budgetEntriesQuery(budgetId));
  return (
    <>
      <p>
        <Link to="/-/cost">Cost</Link>
      </p>
      <Loaded query={budget}>{(found) => <Budget budget={found} />}</Loaded>
      <Panel title="Movements">
        <Loaded query={entries}>
          {({ pages }) => (
            <Entries unit={budget.data?.unit ?? ''} entries={pages.flatMap(({ data }) => data)} />
          )}
        </Loaded>
        {entries.hasNextPage ? (
          <button type="button" className="button" onClick={() => void entries.fetchNextPage()}>
            Show older movements
          </button>
        ) : null}
      </Panel>
    </>
  );
}

const facts = [
  ['limit', 'Limit'],
  ['spent', 'Spent'],
  ['held', 'Held for running trials'],
  ['available', 'Left'],
  ['pendingCut', 'Still to give back'],
  ['overdraft', 'Overdraft'],
] as const;

function Budget({ budget }: { readonly budget: BudgetDetail }) {
  const { scope, unit, mode, onExhaust, versions } = budget;
  const share = (Number(budget.spent) + Number(budget.held)) / Math.max(Number(budget.limit), 1e-9);
  return (
    <>
      <h1>
        Budget of {scope.kind} {scope.name}
      </h1>
      <p className="headline">
        {formatAmount(unit, budget.spent)} spent and {formatAmount(unit, budget.held)} held of{' '}
        {formatAmount(unit, budget.limit)} ({formatShare(share)}).{' '}
        {mode === 'HARD'
          ? `Nothing starts that does not fit${onExhaust === 'kill' ? ', and what runs beyond it is stopped' : ''}.`
          : 'It only counts and refuses nothing.'}
      </p>
      <Meter share={share} label={`${formatShare(share)} of the limit spent or held`} />
      <dl className="facts">
        {facts.map(([name, title]) => (
          <div key={name}>
            <dt>{title}</dt>
            <dd title={budget[name]}>{formatAmount(unit, budget[name])}</dd>
          </div>
        ))}
      </dl>
      <Panel title="Limits, newest first">
        <div className="table-frame" tabIndex={0} role="region" aria-label="Versions">
          <table className="table">
            <tbody>
              {versions.map(({ version, limit, actor, reason, at }) => (
                <tr key={version}>
                  <th scope="row">v{version}</th>
                  <td className="number">{formatAmount(unit, limit)}</td>
                  <td className="wrap">{reason}</td>
                  <td className="mono">{actor}</td>
                  <td className="muted">{formatTime(at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </>
  );
}

function Entries({ unit, entries }: { readonly unit: string; readonly entries: readonly BudgetEntryView[] }) {
  if (entries.length === 0) return <Empty title="Nothing has moved yet" />;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Movements">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">What</th>
            <th scope="col">Amounts</th>
            <th scope="col">For</th>
          </tr>
        </thead>
        <tbody>
          {entries.map(({ seq, kind, at, leaseId, actor, reason, transfers }) => (
            <tr key={seq}>
              <td>
                <Ago time={at} />
              </td>
              <td>{kind.replaceAll('_', ' ')}</td>
              <td>
                {transfers.map(({ from, to, amount }, index) => (
                  <div key={index} title={amount}>
                    {formatAmount(unit, amount)} from {from} to {to}
                  </div>
                ))}
              </td>
              <td className="wrap">
                {leaseId ?? [actor, reason].filter((each) => each !== null).join(': ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
