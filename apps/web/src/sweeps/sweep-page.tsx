/** One sweep, live: the answer in words, the controls, and one tab for each question about it. */
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { SweepDetail } from '@swath/contracts';
import { sweepQuery } from '../api/use-sweep.js';
import { sweepTabs } from '../app/search.js';
import { useTitle } from '../app/use-title.js';
import { Loaded } from '../app/views.js';
import { OverviewTab } from './overview-tab.js';
import { SpecTab } from './spec-tab.js';
import { SweepHead } from './sweep-head.js';

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

const contents: Readonly<Partial<Record<Tab, (sweep: SweepDetail) => ReactNode>>> = {
  overview: (sweep) => <OverviewTab sweep={sweep} />,
  spec: (sweep) => <SpecTab sweep={sweep} />,
};

function SweepView({ sweep }: { readonly sweep: SweepDetail }) {
  const { tab = 'overview' } = useSearch({ from });
  return (
    <>
      <SweepHead sweep={sweep} />
      <nav className="tabs" aria-label="Parts of the sweep">
        {sweepTabs
          .filter((name) => contents[name] !== undefined)
          .map((name) => (
            <Link
              key={name}
              from="/$team/$project/sweeps/$sweepId"
              to="."
              search={(old) => ({ ...old, tab: name === 'overview' ? undefined : name })}
              aria-current={name === tab ? 'page' : undefined}
              activeProps={{}}
            >
              {name[0]?.toUpperCase() + name.slice(1)}
            </Link>
          ))}
      </nav>
      {contents[tab]?.(sweep)}
    </>
  );
}
