/** Every budget: its limit, what is spent and held, how fast it goes, and when that would use it up. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { BudgetView } from '@swath/contracts';
import { budgetsQuery } from '../api/use-budgets.js';
import { costsQuery } from '../api/use-costs.js';
import { useNow } from '../app/use-now.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { Meter } from '../charts/meter.js';
import { formatShare } from '../format/numbers.js';
import { burnOf, formatAmount, usedUpOn } from './budgets.js';
import { dayOf, nextDay } from './period.js';

/** Days over which the burn is averaged. */
const BURN_DAYS = 7;

/** The panel. */
export function BudgetsPanel() {
  const budgets = useQuery(budgetsQuery);
  const today = dayOf(useNow(60_000));
  const from = dayOf(Date.parse(today) - (BURN_DAYS - 1) * 86_400_000);
  const recent = useQuery(costsQuery({ from, to: nextDay(today) }, ['project']));
  return (
    <Panel title="Budgets">
      <Loaded query={budgets}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No budget is set on the organisation, a team or a project">
              <p>
                Set one:{' '}
                <code>
                  swath budget set project --limit 500 --reason{' '}
                  <code>swath budget set project default 100 USD --reason &quot;...&quot;</code>quot;second
                  quarter<code>swath budget set project default 100 USD --reason &quot;...&quot;</code>quot;
                </code>
                . A sweep can have a limit of its own: <code>budget.max_cost</code> in its spec.
              </p>
            </Empty>
          ) : (
            <BudgetTable budgets={data} rows={recent.data?.rows ?? []} />
          )
        }
      </Loaded>
    </Panel>
  );
}

function BudgetTable({
  budgets,
  rows,
}: {
  readonly budgets: readonly BudgetView[];
  readonly rows: Parameters<typeof burnOf>[1];
}) {
  const now = useNow(60_000);
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Budgets">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Budget</th>
            <th scope="col">Used</th>
            {['Limit', 'Spent', 'Held', 'Left'].map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
            <th scope="col" className="number">
              A day, last {BURN_DAYS} days
            </th>
            <th scope="col">At this rate</th>
          </tr>
        </thead>
        <tbody>
          {budgets.map((budget) => {
            const burn = burnOf(budget, rows, BURN_DAYS);
            return (
              <tr key={budget.id}>
                <th scope="row">
                  <Link to="/-/cost/budgets/$budgetId" params={{ budgetId: budget.id }}>
                    {budget.scope.kind} {budget.scope.name}
                  </Link>{' '}
                  <span className="muted">
                    {budget.mode === 'HARD' ? 'hard' : budget.mode === 'SOFT' ? 'soft' : 'only watched'}
                  </span>
                </th>
                <td>
                  <Used budget={budget} />
                </td>
                {(['limit', 'spent', 'held', 'available'] as const).map((name) => (
                  <td key={name} className="number" title={budget[name]}>
                    {formatAmount(budget.unit, budget[name])}
                  </td>
                ))}
                <td className="number">{burn === null ? '–' : formatAmount(budget.unit, burn.toFixed(6))}</td>
                <td>{usedUpOn(budget, burn, now)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Used({ budget: { limit, spent, held } }: { readonly budget: BudgetView }) {
  const share = (Number(spent) + Number(held)) / Math.max(Number(limit), 1e-9);
  return (
    <span className="with-meter">
      {formatShare(share)}
      <Meter share={share} label={`${formatShare(share)} of the limit spent or held`} />
    </span>
  );
}
