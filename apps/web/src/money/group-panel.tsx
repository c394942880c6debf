/** Who spent what: sums by sweep, outcome, pool, person or project; every figure leads to the usage records that make it. */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { outcomeClasses } from '@swath/contracts/states';
import type { CostSummary } from '@swath/contracts';
import { costsQuery, sumsFile } from '../api/use-costs.js';
import { poolsQuery } from '../api/use-fleet.js';
import { useSweeps } from '../api/use-sweeps.js';
import { costGroups } from '../app/search.js';
import type { CostGroup } from '../app/search.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { Meter } from '../charts/meter.js';
import { formatCount, formatMoney, formatShare } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { DownloadButton } from './download-button.js';
import { useChoice } from './use-period.js';

const titles: Readonly<Record<CostGroup, string>> = {
  sweep: 'Sweep',
  class: 'Outcome',
  pool: 'Pool',
  principal: 'Person or key',
  project: 'Project',
};

/** The panel. */
export function GroupPanel() {
  const { by = 'sweep' } = useSearch({ from: '/signed-in/-/cost' });
  const choice = useChoice();
  const query = useQuery(costsQuery(choice, [by]));
  const navigate = useNavigate({ from: '/-/cost' });
  return (
    <Panel
      title="Where it went"
      aside={
        <div className="filter">
          <select
            aria-label="Sum by"
            value={by}
            onChange={(event) => {
              const next = costGroups.find((name) => name === event.target.value);
              void navigate({ to: '.', search: (old) => ({ ...old, by: next }), replace: true });
            }}
          >
            {costGroups.map((name) => (
              <option key={name} value={name}>
                by {titles[name].toLowerCase()}
              </option>
            ))}
          </select>
          <DownloadButton name={`costs-by-${by}-${choice.from}.csv`} file={() => sumsFile(choice, [by])}>
            CSV
          </DownloadButton>
        </div>
      }
    >
      <Loaded query={query}>{(summary) => <GroupTable by={by} summary={summary} />}</Loaded>
    </Panel>
  );
}

function GroupTable({ by, summary }: { readonly by: CostGroup; readonly summary: CostSummary }) {
  const rows = useMemo(
    () => [...summary.rows].sort((a, b) => Number(b.cost?.amount ?? 0) - Number(a.cost?.amount ?? 0)),
    [summary],
  );
  if (rows.length === 0) return <Empty title="Nothing was used in this time" />;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Costs">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{titles[by]}</th>
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
          {rows.map((row) => (
            <Row key={`${row.group[by]} ${row.cost?.currency}`} {...{ by, row, totals: summary.totals }} />
          ))}
        </tbody>
        <tfoot>
          {summary.totals.map((total) => (
            <tr key={total.currency}>
              <th scope="row">Together</th>
              <td className="number" title={`${total.amount} ${total.currency}`}>
                {formatMoney(total)}
              </td>
              <td colSpan={3} />
            </tr>
          ))}
        </tfoot>
      </table>
    </div>
  );
}

function Row({
  by,
  row,
  totals,
}: {
  readonly by: CostGroup;
  readonly row: CostSummary['rows'][number];
  readonly totals: CostSummary['totals'];
}) {
  const { group, cost, gpuSeconds, attempts } = row;
  const id = group[by] ?? '';
  const total = Number(totals.find(({ currency }) => currency === cost?.currency)?.amount ?? 0);
  const share = total === 0 ? 0 : Number(cost?.amount ?? 0) / total;
  return (
    <tr>
      <th scope="row">
        <GroupName by={by} id={id} />
      </th>
      <td
        className="number"
        title={cost === null ? 'The pool had no price.' : `${cost.amount} ${cost.currency}`}
      >
        <RecordsLink by={by} id={id} text={cost === null ? 'no price' : formatMoney(cost)} />
      </td>
      <td>
        <span className="with-meter">
          {formatShare(share)}
          <Meter share={share} label={`${formatShare(share)} of the cost`} />
        </span>
      </td>
      <td className="number">{formatDuration(Number(gpuSeconds))}</td>
      <td className="number">{formatCount(attempts)}</td>
    </tr>
  );
}

/** The name people gave, where the page knows it; the id otherwise. */
function GroupName({ by, id }: { readonly by: CostGroup; readonly id: string }) {
  const sweeps = useSweeps('');
  const pools = useQuery(poolsQuery);
  switch (by) {
    case 'sweep': {
      const found = (sweeps.data?.pages ?? []).flatMap(({ data }) => data).find((sweep) => sweep.id === id);
      return found === undefined || found.name === '' ? id : found.name;
    }
    case 'pool':
      return pools.data?.data.find((pool) => pool.id === id)?.name ?? id;
    case 'class':
      return id.replace('_', ' ');
    default:
      return id;
  }
}

/** The figure as a link to its records; a person's figure has no records of its own to ask for. */
function RecordsLink({
  by,
  id,
  text,
}: {
  readonly by: CostGroup;
  readonly id: string;
  readonly text: string;
}) {
  const { from, to } = useSearch({ from: '/signed-in/-/cost' });
  const chosen = {
    sweep: { sweep: id },
    pool: { pool: id },
    class: { outcome: outcomeClasses.find((name) => name === id) },
  };
  if (by === 'principal' || by === 'project') return text;
  return (
    <Link to="/-/cost/records" search={{ from, to, ...chosen[by] }}>
      {text}
      <span className="visually-hidden">: usage records</span>
    </Link>
  );
}
