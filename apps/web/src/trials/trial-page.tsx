/** One trial: why this result, why it failed, what it cost. */
import type { ReactNode } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { isTrialEnded, trialIdOf } from '@swath/contracts/states';
import type { TrialView } from '@swath/contracts';
import { useMay } from '../api/session.js';
import { useStopTrial } from '../api/use-stop-trial.js';
import { sweepQuery } from '../api/use-sweep.js';
import { trialQuery } from '../api/use-trial.js';
import { trialTabs } from '../app/search.js';
import { StateMark } from '../app/state-mark.js';
import { useTitle } from '../app/use-title.js';
import { Loaded, Panel } from '../app/views.js';
import { formatMoney, formatValue } from '../format/numbers.js';
import { formatTime } from '../format/time.js';
import { leavesOf } from '../sweeps/parameters.js';
import { reasonOf } from '../sweeps/trial-columns.js';
import { AttemptsTab } from './attempts-tab.js';
import { CommandTab } from './command-tab.js';
import { LogsTab } from './logs-tab.js';
import { MetricsTab } from './metrics-tab.js';

const from = '/signed-in/$team/$project/sweeps/$sweepId/trials/$number';

/** The page. */
export function TrialPage() {
  const { sweepId, number } = useParams({ from });
  const trial = useQuery(trialQuery(trialIdOf(sweepId, Number(number))));
  useTitle(`Trial ${number}`);
  return <Loaded query={trial}>{(view) => <Trial trial={view} />}</Loaded>;
}

type Tab = (typeof trialTabs)[number];

const contents: Readonly<Record<Tab, (trial: TrialView) => ReactNode>> = {
  metrics: (trial) => <MetricsTab trial={trial} />,
  logs: (trial) => <LogsTab trial={trial} />,
  attempts: (trial) => <AttemptsTab trial={trial} />,
  command: (trial) => <CommandTab trial={trial} />,
};

function Trial({ trial }: { readonly trial: TrialView }) {
  const { tab = 'metrics' } = useSearch({ from });
  return (
    <>
      <Head trial={trial} />
      <Panel title="Parameters">
        <dl className="facts">
          {[...leavesOf(trial.parameters)].map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd title={String(value)}>{formatValue(value)}</dd>
            </div>
          ))}
        </dl>
      </Panel>
      <nav className="tabs" aria-label="Parts of the trial">
        {trialTabs.map((name) => (
          <Link
            key={name}
            from="/$team/$project/sweeps/$sweepId/trials/$number"
            to="."
            search={(old) => ({ ...old, tab: name === 'metrics' ? undefined : name })}
            activeOptions={{ exact: true, includeSearch: true }}
          >
            {name[0]?.toUpperCase() + name.slice(1)}
          </Link>
        ))}
      </nav>
      {contents[tab](trial)}
    </>
  );
}

function Head({ trial }: { readonly trial: TrialView }) {
  const { team, project, sweepId } = useParams({ from });
  const { data: sweep } = useQuery(sweepQuery(sweepId));
  const reason = reasonOf(trial);
  return (
    <header className="sweep-head">
      <p>
        <Link
          to="/$team/$project/sweeps/$sweepId"
          params={{ team, project, sweepId }}
          search={{ tab: 'trials' }}
        >
          {sweep?.name ?? sweepId}
        </Link>
      </p>
      <div className="page-head">
        <h1>Trial {trial.number}</h1>
        <StateMark state={trial.state} />
        <span className="spacer" />
        <Neighbours trial={trial} created={sweep?.trials.created ?? trial.number} />
        <StopButton trial={trial} />
      </div>
      <p className="headline">
        {sweep?.objective?.name ?? 'value'} {formatValue(trial.value)} after {formatValue(trial.resource)}{' '}
        reports, {formatMoney(trial.cost)}, {trial.attempts} {trial.attempts === 1 ? 'attempt' : 'attempts'}
        {trial.startedAt === null ? '' : `, started ${formatTime(trial.startedAt)}`}.
      </p>
      {reason === '' ? null : (
        <p data-reason>
          <strong>Why:</strong> {reason}
        </p>
      )}
    </header>
  );
}

function Neighbours({ trial, created }: { readonly trial: TrialView; readonly created: number }) {
  const params = useParams({ from });
  const to = '/$team/$project/sweeps/$sweepId/trials/$number';
  const keep = (old: object) => old;
  return (
    <nav aria-label="Other trials" className="filter">
      {trial.number > 1 ? (
        <Link
          to={to}
          params={{ ...params, number: String(trial.number - 1) }}
          search={keep}
          className="button"
        >
          <span aria-hidden="true">‹ </span>Previous
        </Link>
      ) : null}
      {trial.number < created ? (
        <Link
          to={to}
          params={{ ...params, number: String(trial.number + 1) }}
          search={keep}
          className="button"
        >
          Next<span aria-hidden="true"> ›</span>
        </Link>
      ) : null}
    </nav>
  );
}

function StopButton({ trial }: { readonly trial: TrialView }) {
  const stop = useStopTrial(trial.id);
  const mayWrite = useMay('member');
  if (!mayWrite || isTrialEnded(trial.state)) return null;
  return (
    <button type="button" className="button danger" disabled={stop.isPending} onClick={() => stop.mutate()}>
      {stop.error === null ? 'Stop this trial' : stop.error.message}
    </button>
  );
}
