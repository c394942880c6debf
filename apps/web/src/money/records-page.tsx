/** The seconds behind a figure: the usage records that a choice of days, sweep, pool or outcome counts, with their exact sum. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { CostSummary, UsageRecordView } from '@swath/contracts';
import { costsQuery, recordsFile, usageQuery } from '../api/use-costs.js';
import { useTitle } from '../app/use-title.js';
import { Empty, Loaded } from '../app/views.js';
import { formatCount } from '../format/numbers.js';
import { formatDuration, formatTime } from '../format/time.js';
import { TrialLink } from '../sweeps/trial-link.js';
import { DownloadButton } from './download-button.js';
import { PeriodBar } from './period-bar.js';
import { useChoice } from './use-period.js';

/** The page. */
export function RecordsPage() {
  useTitle('Usage records');
  const choice = useChoice();
  const { from, to } = useSearch({ from: '/signed-in/-/cost/records' });
  const total = useQuery(costsQuery(choice, ['class']));
  const records = useInfiniteQuery(usageQuery(choice));
  const only = [choice.sweep, choice.pool, choice.class?.replace('_', ' ')].filter(
    (each) => each !== undefined,
  );
  return (
    <>
      <p>
        <Link to="/-/cost" search={{ from, to }}>
          Cost
        </Link>
      </p>
      <div className="page-head">
        <h1>Usage records{only.length === 0 ? '' : ` of ${only.join(', ')}`}</h1>
        <PeriodBar />
        <span className="spacer" />
        <DownloadButton name={`usage-${choice.from}.csv`} file={() => recordsFile(choice)}>
          CSV
        </DownloadButton>
      </div>
      <Loaded query={total} rows={1}>
        {(summary) => <p className="headline">{sumOf(summary)}</p>}
      </Loaded>
      <Loaded query={records}>
        {({ pages }) => <RecordTable records={pages.flatMap(({ data }) => data)} />}
      </Loaded>
      {records.hasNextPage ? (
        <button type="button" className="button" onClick={() => void records.fetchNextPage()}>
          Show more records
        </button>
      ) : null}
    </>
  );
}

function sumOf({ rows, totals }: CostSummary): string {
  const attempts = rows.reduce((sum, row) => sum + row.attempts, 0);
  const seconds = rows.reduce((sum, row) => sum + Number(row.gpuSeconds), 0);
  const money = totals.map(({ amount, currency }) => `${amount} ${currency}`).join(' and ');
  return `${formatCount(attempts)} attempts used ${formatDuration(seconds)} of GPU time${money === '' ? '' : ` for ${money}`}. A record that reaches over the first or last midnight counts in part.`;
}

function RecordTable({ records }: { readonly records: readonly UsageRecordView[] }) {
  if (records.length === 0) return <Empty title="No usage record is in this choice" />;
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label="Usage records">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Trial</th>
            <th scope="col">Attempt</th>
            <th scope="col">Outcome</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" className="number">
              GPU seconds
            </th>
            <th scope="col" className="number">
              Cost
            </th>
            <th scope="col">Node</th>
            <th scope="col">Price</th>
            <th scope="col">Lease</th>
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <RecordRow key={record.leaseId} record={record} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RecordRow({ record }: { readonly record: UsageRecordView }) {
  const { sweepId, trialId, cost } = record;
  // A trial's id ends with its number.
  const number = Number(trialId.slice(trialId.lastIndexOf('-') + 1));
  return (
    <tr>
      <th scope="row">
        {sweepId} <TrialLink trial={{ sweepId, number }} />
      </th>
      <td>{record.attempt}</td>
      <td>{record.class.replace('_', ' ')}</td>
      <td>{formatTime(record.from)}</td>
      <td>{formatTime(record.to)}</td>
      <td className="number">{Number(record.gpuSeconds).toFixed(3)}</td>
      <td className="number">{cost === null ? 'no price' : `${cost.amount} ${cost.currency}`}</td>
      <td className="mono">{record.nodeId}</td>
      <td className="mono">{record.priceVersionId ?? '–'}</td>
      <td className="mono">{record.leaseId}</td>
    </tr>
  );
}
