/** The table of trials. Only rows in view exist in the page; called by the trials tab and by the analysis tab. */
import { useMemo, useRef } from 'react';
import type { CSSProperties } from 'react';
import { useTable } from '@tanstack/react-table';
import type { ReactTable, Row, SortingState, Updater } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { TrialView } from '@swath/contracts';
import { parameterNames } from './parameters.js';
import { selectedNumbers } from './selection.js';
import { features, trialColumns, widthOf } from './trial-columns.js';
import './trial-table.css';

const from = '/signed-in/$team/$project/sweeps/$sweepId';
const ROW_PX = 33;
const SELECT_PX = 44;
const MOST_SELECTED = 20;

/** The table; `sort` and `sel` of the URL are its state. */
export function TrialTable({
  trials,
  objective,
}: {
  readonly trials: readonly TrialView[];
  readonly objective: string;
}) {
  const { sort } = useSearch({ from });
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId' });
  const names = parameterNames(trials).varying.join('\n');
  const columns = useMemo(
    () => trialColumns(objective, names === '' ? [] : names.split('\n')),
    [objective, names],
  );
  const sorting = useMemo(() => sortingOf(sort), [sort]);
  const data = useMemo(() => [...trials], [trials]);
  const onSortingChange = (updater: Updater<SortingState>) => {
    const [first] = typeof updater === 'function' ? updater(sorting) : updater;
    const text = first === undefined ? undefined : `${first.desc ? '-' : ''}${first.id}`;
    void navigate({ to: '.', search: (old) => ({ ...old, sort: text }), replace: true });
  };
  const table = useTable({
    features,
    columns,
    data,
    state: { sorting },
    onSortingChange,
    getRowId: (trial) => trial.id,
    sortDescFirst: false,
  });
  return <Grid table={table} />;
}

type Trials = ReactTable<typeof features, TrialView>;

function Grid({ table }: { readonly table: Trials }) {
  const rows = table.getRowModel().rows;
  const frame = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const widths = (table.getHeaderGroups()[0]?.headers ?? []).map((header) => widthOf(header.column.id));
  const gridTemplateColumns = `${SELECT_PX}px ${widths.map((width) => `${width}px`).join(' ')}`;
  const width = SELECT_PX + widths.reduce((sum, each) => sum + each, 0);
  return (
    <div
      ref={frame}
      className="trial-table"
      tabIndex={0}
      role="grid"
      aria-label="Trials"
      aria-rowcount={rows.length + 1}
    >
      <HeadRow table={table} style={{ gridTemplateColumns, width }} />
      <div role="rowgroup" style={{ height: virtual.getTotalSize(), width, position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (row === undefined) return null;
          const style = { gridTemplateColumns, width, transform: `translateY(${start}px)` };
          return <BodyRow key={row.id} table={table} row={row} style={style} />;
        })}
      </div>
    </div>
  );
}

function HeadRow({ table, style }: { readonly table: Trials; readonly style: CSSProperties }) {
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  return (
    <div role="rowgroup" className="trial-head">
      <div className="trial-row" role="row" aria-rowindex={1} style={style}>
        <span role="columnheader">
          <span className="visually-hidden">Select</span>
        </span>
        {headers.map((header) => {
          const sorted = header.column.getIsSorted();
          return (
            <span key={header.id} role="columnheader" aria-sort={ariaSort(sorted)}>
              <button type="button" className="sort-button" onClick={header.column.getToggleSortingHandler()}>
                <table.FlexRender header={header} />
                <span aria-hidden="true">{sorted === 'asc' ? ' ▲' : sorted === 'desc' ? ' ▼' : ''}</span>
              </button>
            </span>
          );
        })}
      </div>
    </div>
  );
}

function BodyRow({
  table,
  row,
  style,
}: {
  readonly table: Trials;
  readonly row: Row<typeof features, TrialView>;
  readonly style: CSSProperties;
}) {
  return (
    <div role="row" aria-rowindex={row.getDisplayIndex() + 2} className="trial-row" style={style}>
      <span role="gridcell">
        <SelectBox number={row.original.number} />
      </span>
      {row.getAllCells().map((cell) => (
        <span
          key={cell.id}
          role="gridcell"
          title={cell.column.id === 'reason' ? String(cell.getValue()) : undefined}
        >
          <table.FlexRender cell={cell} />
        </span>
      ))}
    </div>
  );
}

function SelectBox({ number }: { readonly number: number }) {
  const { sel } = useSearch({ from });
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId' });
  const selected = selectedNumbers(sel);
  const isSelected = selected.includes(number);
  const toggle = () => {
    const next = isSelected
      ? selected.filter((each) => each !== number)
      : [...selected, number].slice(-MOST_SELECTED);
    const text = next.length === 0 ? undefined : next.join(',');
    void navigate({ to: '.', search: (old) => ({ ...old, sel: text }), replace: true });
  };
  return (
    <input type="checkbox" checked={isSelected} onChange={toggle} aria-label={`Select trial ${number}`} />
  );
}

function sortingOf(sort: string | undefined): SortingState {
  if (sort === undefined) return [];
  return sort.startsWith('-') ? [{ id: sort.slice(1), desc: true }] : [{ id: sort, desc: false }];
}

function ariaSort(sorted: false | 'asc' | 'desc'): 'none' | 'ascending' | 'descending' {
  if (sorted === false) return 'none';
  return sorted === 'asc' ? 'ascending' : 'descending';
}
