/** Which sweeps run, which is stuck, which is dear: every sweep of the project, newest first, live. */
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { sweepStates } from '@swath/contracts/states';
import type { SweepView } from '@swath/contracts';
import { useProject } from '../app/layout.js';
import { useTitle } from '../app/use-title.js';
import { Empty, Failed, Loading } from '../app/views.js';
import { useSweeps } from '../api/use-sweeps.js';
import { SweepTable } from './sweep-table.js';

const from = '/signed-in/$team/$project/sweeps';

/** The page. */
export function SweepListPage() {
  useTitle('Sweeps');
  const { q = '', state = '' } = useSearch({ from });
  const list = useSweeps(state);
  const sweeps = (list.data?.pages ?? []).flatMap((page) => page.data);
  const shown = sweeps.filter((sweep) => matches(sweep, q));
  return (
    <>
      <div className="page-head">
        <h1>Sweeps</h1>
        <Filter q={q} state={state} />
      </div>
      {list.data === undefined ? <Waiting error={list.error} retry={() => void list.refetch()} /> : null}
      {list.data !== undefined && sweeps.length === 0 ? <NoSweeps isFiltered={state !== ''} /> : null}
      {sweeps.length > 0 && shown.length === 0 ? <Empty title={`No sweep matches “${q}”`} /> : null}
      {shown.length > 0 ? <SweepTable sweeps={shown} /> : null}
      {list.hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          Show older sweeps
        </button>
      ) : null}
    </>
  );
}

function Waiting({ error, retry }: { readonly error: Error | null; readonly retry: () => void }) {
  return error === null ? <Loading rows={8} /> : <Failed error={error} retry={retry} />;
}

function matches({ name, id, method, pool }: SweepView, q: string): boolean {
  const words = q.toLowerCase().split(/\s+/);
  const text = `${name} ${id} ${method} ${pool}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function Filter({ q, state }: { readonly q: string; readonly state: string }) {
  const navigate = useNavigate({ from: '/$team/$project/sweeps' });
  const set = (change: { q?: string; state?: string }) =>
    void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  return (
    <form className="filter" role="search" onSubmit={(event) => event.preventDefault()}>
      <input
        type="search"
        data-filter
        aria-label="Filter by name, id, method or pool"
        placeholder="Filter  /"
        value={q}
        onChange={(event) => set({ q: event.target.value })}
      />
      <select aria-label="State" value={state} onChange={(event) => set({ state: event.target.value })}>
        <option value="">all states</option>
        {sweepStates.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </form>
  );
}

function NoSweeps({ isFiltered }: { readonly isFiltered: boolean }) {
  const params = useProject();
  if (isFiltered) {
    return (
      <Empty title="No sweep is in this state">
        <Link to="/$team/$project/sweeps" params={params} search={{}}>
          Show all sweeps
        </Link>
      </Empty>
    );
  }
  return (
    <Empty title="There is no sweep yet">
      <p>
        <Link to="/$team/$project/sweeps/new" params={params}>
          Write one here
        </Link>
        , or submit one from a terminal: <code>swath sweep run sweep.yaml</code>
      </p>
    </Empty>
  );
}
