/** Columns of the trial table: number, state, values, parameters, time, money and the reason of the state. */
import {
  createColumnHelper,
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
} from '@tanstack/react-table';
import type { Money, TrialView } from '@swath/contracts';
import { StateMark } from '../app/state-mark.js';
import { formatMoney, formatValue, fullValue } from '../format/numbers.js';
import { formatDuration, secondsBetween } from '../format/time.js';
import { leavesOf } from './parameters.js';
import { TrialLink } from './trial-link.js';

/** What the table can do. */
export const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

const helper = createColumnHelper<typeof features, TrialView>();

/** Width of a column, pixels. */
export function widthOf(columnId: string): number {
  return { number: 80, state: 130, reason: 420 }[columnId] ?? 120;
}

/** Columns for an objective and these parameters. */
export function trialColumns(objective: string, parameters: readonly string[]) {
  return helper.columns([
    helper.accessor('number', {
      header: '#',
      cell: ({ row }) => <TrialLink trial={row.original} />,
    }),
    helper.accessor('state', { header: 'State', cell: ({ getValue }) => <StateMark state={getValue()} /> }),
    helper.accessor((trial) => trial.value, {
      id: 'value',
      header: objective,
      sortFn: (a, b) => compare(a.original.value, b.original.value),
      cell: ({ getValue }) => <Value value={getValue()} />,
    }),
    ...parameters.map((name) =>
      helper.accessor((trial) => leavesOf(trial.parameters).get(name), {
        id: `p:${name}`,
        header: name,
        sortFn: (a, b) =>
          compare(leavesOf(a.original.parameters).get(name), leavesOf(b.original.parameters).get(name)),
        cell: ({ getValue }) => <Value value={getValue()} />,
      }),
    ),
    helper.accessor('resource', { header: 'Reports', cell: ({ getValue }) => formatValue(getValue()) }),
    helper.accessor((trial) => durationOf(trial), {
      id: 'duration',
      header: 'Duration',
      sortFn: (a, b) => compare(durationOf(a.original), durationOf(b.original)),
      cell: ({ getValue }) => {
        const seconds = getValue();
        return seconds === null ? '–' : formatDuration(seconds);
      },
    }),
    helper.accessor((trial) => amountOf(trial.cost), {
      id: 'cost',
      header: 'Cost',
      sortFn: (a, b) => compare(amountOf(a.original.cost), amountOf(b.original.cost)),
      cell: ({ row }) => formatMoney(row.original.cost),
    }),
    helper.accessor((trial) => reasonOf(trial), {
      id: 'reason',
      header: 'Reason',
      cell: ({ getValue }) => getValue(),
    }),
  ]);
}

/** Why the trial is in its state, in one sentence; empty when there is nothing to say. */
export function reasonOf({ reason, waiting }: TrialView): string {
  return waiting?.text ?? reason?.text ?? reason?.code.replaceAll('_', ' ') ?? '';
}

function Value({ value }: { readonly value: unknown }) {
  return <span title={fullValue(value)}>{formatValue(value)}</span>;
}

function durationOf({ startedAt, endedAt }: TrialView): number | null {
  return startedAt === null || endedAt === null ? null : secondsBetween(startedAt, endedAt, 0);
}

function amountOf(cost: Money | null): number | null {
  return cost === null ? null : Number(cost.amount);
}

/** Numbers before text before nothing; NaN and infinities come after every finite number. */
export function compare(a: unknown, b: unknown): number {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left - right;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

function rank(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : 2;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return 2;
  return value === null || value === undefined ? 3 : 1;
}
