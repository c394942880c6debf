/** Every trial of the sweep as a row: thousands scroll, any column sorts, the URL keeps order, filter and selection. */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { trialStates } from '@swath/contracts/states';
import type { SweepDetail, TrialView } from '@swath/contracts';
import { trialsQuery } from '../api/use-trials.js';
import { useProject } from '../app/layout.js';
import { Empty, Loaded } from '../app/views.js';
import { formatCount } from '../format/numbers.js';
import { selectedNumbers } from './selection.js';
import { TrialTable } from './trial-table.js';

const from = '/signed-in/$team/$project/sweeps/$sweepId';

/** The tab. */
export function TrialsTab({ sweep }: { readonly sweep: SweepDetail }) {
  const trials = useQuery(trialsQuery(sweep.id));
  return (
    <Loaded query={trials} rows={12}>
      {(list) => <Trials sweep={sweep} trials={list} />}
    </Loaded>
  );
}

function Trials({ sweep, trials }: { readonly sweep: SweepDetail; readonly trials: readonly TrialView[] }) {
  const { state, sel } = useSearch({ from });
  const shown = useMemo(
    () => (state === undefined ? trials : trials.filter((trial) => trial.state === state)),
    [trials, state],
  );
  if (trials.length === 0) {
    return (
      <Empty title="No trial yet">
        <p>The first ones appear as soon as the searcher has proposed them.</p>
      </Empty>
    );
  }
  return (
    <>
      <div className="page-head">
        <StateFilter state={state} />
        <span className="muted">{formatCount(shown.length)} trials</span>
        <span className="spacer" />
        <CompareLink sweep={sweep} selected={selectedNumbers(sel)} />
      </div>
      {shown.length === 0 ? (
        <Empty title={`No trial is ${state ?? ''}`} />
      ) : (
        <TrialTable trials={shown} objective={sweep.objective?.name ?? 'value'} />
      )}
    </>
  );
}

function StateFilter({ state }: { readonly state: string | undefined }) {
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId' });
  return (
    <select
      aria-label="State of the trials"
      data-filter
      value={state ?? ''}
      onChange={(event) => {
        const value = event.target.value;
        void navigate({
          to: '.',
          search: (old) => ({ ...old, state: value === '' ? undefined : value }),
          replace: true,
        });
      }}
    >
      <option value="">all states</option>
      {trialStates.map((name) => (
        <option key={name} value={name}>
          {name.replace('_', ' ')}
        </option>
      ))}
    </select>
  );
}

function CompareLink({
  sweep,
  selected,
}: {
  readonly sweep: SweepDetail;
  readonly selected: readonly number[];
}) {
  const params = useProject();
  if (selected.length < 2) return <span className="muted">Select two or more trials to compare them.</span>;
  const trials = selected.map((number) => `${sweep.id}:${number}`).join(',');
  return (
    <Link to="/$team/$project/compare" params={params} search={{ trials }} className="button primary">
      Compare {selected.length} trials
    </Link>
  );
}
