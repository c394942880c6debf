/** What a period cost, on paper: budgets, sums by sweep and by outcome, and where each figure can be checked. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { BudgetView, CostSummary } from '@swath/contracts';
import { budgetsQuery } from '../api/use-budgets.js';
import { costsQuery, recordsFile } from '../api/use-costs.js';
import { useNow } from '../app/use-now.js';
import { useTitle } from '../app/use-title.js';
import { Loaded } from '../app/views.js';
import { formatCount } from '../format/numbers.js';
import { formatTime } from '../format/time.js';
import { DownloadButton } from './download-button.js';
import { dayBefore } from './period.js';
import { PeriodBar } from './period-bar.js';
import { useChoice } from './use-period.js';
import './statement.css';

/** The page. */
export function StatementPage() {
  const choice = useChoice();
  const title = `Statement ${choice.from} to ${dayBefore(choice.to)}`;
  useTitle(title);
  const { from, to } = useSearch({ from: '/signed-in/-/cost/statement' });
  const now = useNow(60_000);
  const bySweep = useQuery(costsQuery(choice, ['sweep', 'class']));
  const byClass = useQuery(costsQuery(choice, ['class']));
  const budgets = useQuery(budgetsQuery);
  return (
    <>
      <div className="page-head no-print">
        <Link to="/-/cost" search={{ from, to }}>
          Cost
        </Link>
        <PeriodBar />
        <span className="spacer" />
        <button type="button" className="button primary" onClick={() => print()}>
          Print
        </button>
        <DownloadButton name={`statement-${choice.from}-records.csv`} file={() => recordsFile(choice)}>
          Its records as CSV
        </DownloadButton>
      </div>
      <article className="statement panel">
        <h1>{title}</h1>
        <p>
          Days are counted in UTC, the last one included. Made {formatTime(new Date(now).toISOString())}
          {dayBefore(choice.to) >= new Date(now).toISOString().slice(0, 10)
            ? '; the period is not over, so figures will grow.'
            : '.'}
        </p>
        <Loaded query={byClass}>{(summary) => <Totals summary={summary} />}</Loaded>
        <h2>By outcome</h2>
        <Loaded query={byClass}>{(summary) => <Sums summary={summary} by={['class']} />}</Loaded>
        <h2>By sweep and outcome</h2>
        <Loaded query={bySweep}>{(summary) => <Sums summary={summary} by={['sweep', 'class']} />}</Loaded>
        <h2>Budgets today</h2>
        <Loaded query={budgets}>{({ data }) => <Budgets budgets={data} />}</Loaded>
        <p className="muted">
          Every amount is the exact sum of usage records, one for each lease of slots, with the price that was
          in force when it began.{' '}
          <code>
            GET /api/v1/usage-records?from={choice.from}&amp;to={choice.to}
          </code>{' '}
          lists them, and <code>swath ledger verify</code> checks that they, the holds and the balances agree.
        </p>
      </article>
    </>
  );
}

function Totals({ summary: { totals, rows } }: { readonly summary: CostSummary }) {
  const attempts = rows.reduce((sum, row) => sum + row.attempts, 0);
  const unpriced = rows.some(({ cost }) => cost === null);
  return (
    <p className="statement-total">
      {totals.length === 0 ? 'Nothing with a price was used.' : null}
      {totals.map(({ amount, currency }) => (
        <b key={currency}>
          {amount} {currency}
        </b>
      ))}{' '}
      for {formatCount(attempts)} attempts.
      {unpriced ? ' Use of pools without a price is listed below and is in no sum.' : ''}
    </p>
  );
}

function Sums({ summary, by }: { readonly summary: CostSummary; readonly by: readonly string[] }) {
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={`Sums by ${by.join(' and ')}`}>
      <table className="table">
        <thead>
          <tr>
            {by.map((name) => (
              <th key={name} scope="col">
                {name === 'class' ? 'Outcome' : 'Sweep'}
              </th>
            ))}
            <th scope="col" className="number">
              Attempts
            </th>
            <th scope="col" className="number">
              GPU seconds
            </th>
            <th scope="col" className="number">
              Cost
            </th>
          </tr>
        </thead>
        <tbody>
          {summary.rows.map(({ group, cost, gpuSeconds, attempts }) => (
            <tr key={`${Object.values(group).join(' ')} ${cost?.currency}`}>
              {by.map((name) => (
                <td key={name}>{name === 'class' ? group[name]?.replace('_', ' ') : group[name]}</td>
              ))}
              <td className="number">{formatCount(attempts)}</td>
              <td className="number">{Number(gpuSeconds).toFixed(3)}</td>
              <td className="number">{cost === null ? 'no price' : `${cost.amount} ${cost.currency}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Budgets({ budgets }: { readonly budgets: readonly BudgetView[] }) {
  if (budgets.length === 0) return <p>No budget is set on the organisation, a team or a project.</p>;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Budgets">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Budget</th>
            <th scope="col">Counts</th>
            {['Limit', 'Spent', 'Held', 'Overdraft'].map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {budgets.map(({ id, scope, unit, limit, spent, held, overdraft }) => (
            <tr key={id}>
              <th scope="row">
                {scope.kind} {scope.name}
              </th>
              <td>{unit.replace('money:', '').replace('gpu_time', 'GPU seconds')}</td>
              {[limit, spent, held, overdraft].map((amount, index) => (
                <td key={index} className="number">
                  {amount}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
