/** The budget owner's page: what is spent and held of which limit, how fast, on what, and the files that prove it. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { costsQuery, focusFile, recordsFile } from '../api/use-costs.js';
import { useTitle } from '../app/use-title.js';
import { Loaded } from '../app/views.js';
import { formatMoney } from '../format/numbers.js';
import { BudgetsPanel } from './budgets-panel.js';
import { DownloadButton } from './download-button.js';
import { GroupPanel } from './group-panel.js';
import { dayBefore } from './period.js';
import { PeriodBar } from './period-bar.js';
import { SpendPanel } from './spend-panel.js';
import { useChoice } from './use-period.js';

/** The page. */
export function CostPage() {
  useTitle('Cost');
  const choice = useChoice();
  const { from, to } = useSearch({ from: '/signed-in/-/cost' });
  const total = useQuery(costsQuery(choice, ['class']));
  return (
    <>
      <div className="page-head">
        <h1>Cost</h1>
        <PeriodBar />
        <span className="spacer" />
        <Link to="/-/cost/statement" search={{ from, to }} className="button">
          Statement
        </Link>
        <Link to="/-/cost/records" search={{ from, to }} className="button">
          Usage records
        </Link>
        <DownloadButton name={`usage-${choice.from}.csv`} file={() => recordsFile(choice)}>
          Records as CSV
        </DownloadButton>
        <DownloadButton name={`focus-${choice.from}.csv`} file={() => focusFile(choice)}>
          FOCUS 1.2
        </DownloadButton>
      </div>
      <Loaded query={total} rows={1}>
        {({ totals }) => (
          <p className="headline">
            {totals.length === 0 ? 'Nothing with a price was used' : totals.map(formatMoney).join(' and ')}
            {totals.length === 0 ? '' : ' spent'} from {choice.from} to {dayBefore(choice.to)}.
          </p>
        )}
      </Loaded>
      <BudgetsPanel />
      <SpendPanel />
      <GroupPanel />
    </>
  );
}
