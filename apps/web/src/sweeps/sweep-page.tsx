/** One sweep, live: the answer in words, the controls, and one tab for each question about it. */
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { SweepDetail } from '@swath/contracts';
import { sweepQuery } from '../api/use-sweep.js';
import { sweepTabs } from '../app/search.js';
import { useTitle } from '../app/use-title.js';
import { Loaded } from '../app/views.js';
import { AnalysisTab } from './analysis-tab.js';
import { CostTab } from './cost-tab.js';
import { DecisionsTab } from './decisions-tab.js';
import { LogTab } from './log-tab.js';
import { OverviewTab } from './overview-tab.js';
import { SpecTab } from './spec-tab.js';
import { SweepHead } from './sweep-head.js';
import { TimelineTab } from './timeline-tab.js';
import { TrialsTab } from './trials-tab.js';

const from = '/signed-in/$team/$project/sweeps/$sweepId';

/** The page. */
export function SweepPage() {
  const { sweepId } = useParams({ from });
  const query = useQuery(sweepQuery(sweepId));
  useTitle(query.data?.name ?? sweepId);
  return (
    <Loaded query={query} rows={10}>
      {(sweep) => <SweepView sweep={sweep} />}
    </Loaded>
  );
}

type Tab = (typeof sweepTabs)[number];

const contents: Readonly<Record<Tab, (sweep: SweepDetail) => ReactNode>> = {
  overview: (sweep) => <OverviewTab sweep={sweep} />,
  trials: (sweep) => <TrialsTab sweep={sweep} />,
  analysis: (sweep) => <AnalysisTab sweep={sweep} />,
  timeline: (sweep) => <TimelineTab sweep={sweep} />,
  decisions: (sweep) => <DecisionsTab sweep={sweep} />,
  cost: (sweep) => <CostTab sweep={sweep} />,
  log: (sweep) => <LogTab sweep={sweep} />,
  spec: (sweep) => <SpecTab sweep={sweep} />,
};

function SweepView({ sweep }: { readonly sweep: SweepDetail }) {
  const { tab = 'overview' } = useSearch({ from });
  return (
    <>
      <SweepHead sweep={sweep} />
      <nav className="tabs" aria-label="Parts of the sweep">
        {sweepTabs.map((name) => (
          <Link
            key={name}
            from="/$team/$project/sweeps/$sweepId"
            to="."
            search={(old) => ({ ...old, tab: name === 'overview' ? undefined : name })}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {name[0]?.toUpperCase() + name.slice(1)}
          </Link>
        ))}
      </nav>
      {contents[tab](sweep)}
    </>
  );
}
