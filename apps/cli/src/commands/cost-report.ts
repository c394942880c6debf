// `swath cost summary` and `swath cost export`: sums of costs, usage records, and the FOCUS export for a billing system.
import type { CostSummary, UsageRecordView } from '@swath/contracts';
import { costDimensions } from '@swath/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import type { Column } from '../output/table.js';
import { csvText } from '../output/table.js';
import { addCommand } from './define.js';

type Dimension = (typeof costDimensions)[number];

interface PeriodFlags extends CommonFlags {
  readonly from?: string;
  readonly to?: string;
}

/** Adds both to the group. */
export function addCostReports(cost: Command, host: Host): void {
  addPeriod(addCommand(cost, 'summary', 'sum costs by day, project, sweep, pool, class or principal'))
    .addOption(
      new Option('--by <dimensions>', `of ${costDimensions.join(', ')}; up to three`)
        .argParser(dimensionsOf)
        .default(['day'], 'day'),
    )
    .action(async (flags: PeriodFlags & { readonly by: Dimension[] }) => {
      const { api, print } = contextOf(host, flags);
      const answer = await api().call('queryCosts', { body: { by: flags.by, ...periodOf(flags) } });
      print.list({ answer, rows: answer.rows, columns: summaryColumns(flags.by), empty: 'no costs' });
      for (const { amount, currency } of answer.totals) print.note(`total ${amount} ${currency}`);
    });
  addExport(cost, host);
}

function addExport(cost: Command, host: Host): void {
  const command = addPeriod(
    addCommand(cost, 'export', 'usage records as CSV, or charges in the FOCUS 1.2 format'),
  );
  command.options.find(({ long }) => long === '--format')?.choices(['csv', 'focus']);
  command.action(async ({ format, ...flags }: Omit<PeriodFlags, 'format'> & { readonly format?: string }) => {
    const { api, print } = contextOf(host, flags);
    if (format === 'focus') {
      const text: unknown = await api().call('exportFocus', { query: periodOf(flags) });
      if (typeof text === 'string') host.stdout.write(text);
      return;
    }
    const rows: UsageRecordView[] = [];
    for (let cursor: string | undefined; ;) {
      const query = { ...periodOf(flags), limit: 500, ...(cursor === undefined ? {} : { cursor }) };
      const page = await api().call('listUsageRecords', { query });
      rows.push(...page.data);
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    if (print.format === 'json') print.one(rows, () => []);
    else host.stdout.write(csvText(rows, recordColumns));
  });
}

function addPeriod(command: Command): Command {
  return command
    .addOption(new Option('--from <day>', 'first day (UTC), such as 2026-01-01').argParser(dayOf))
    .addOption(new Option('--to <day>', 'the day after the last one').argParser(dayOf));
}

function periodOf({ from, to, project }: PeriodFlags): { from?: string; to?: string; project?: string } {
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(project === undefined ? {} : { project }),
  };
}

function dimensionsOf(text: string): Dimension[] {
  const words = text.split(',').map((word) => word.trim());
  const known = costDimensions.filter((dimension) => words.includes(dimension));
  if (known.length !== words.length || known.length > 3)
    throw new InvalidArgumentError(`expected up to three of ${costDimensions.join(', ')}`);
  return words.flatMap((word) => known.filter((dimension) => dimension === word));
}

function dayOf(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  throw new InvalidArgumentError('expected a day such as 2026-01-01');
}

function summaryColumns(by: readonly Dimension[]): Column<CostSummary['rows'][number]>[] {
  return [
    ...by.map((dimension) => ({
      title: dimension.toUpperCase(),
      cell: ({ group }: CostSummary['rows'][number]) => group[dimension] ?? '',
    })),
    { title: 'COST', cell: ({ cost }) => cost?.amount ?? '-', align: 'right' },
    { title: 'CURRENCY', cell: ({ cost }) => cost?.currency ?? '-' },
    { title: 'GPU SECONDS', cell: ({ gpuSeconds }) => gpuSeconds, align: 'right' },
    { title: 'ATTEMPTS', cell: ({ attempts }) => String(attempts), align: 'right' },
  ];
}

const recordColumns: readonly Column<UsageRecordView>[] = [
  { title: 'LEASE', cell: ({ leaseId }) => leaseId },
  { title: 'PROJECT', cell: ({ projectId }) => projectId },
  { title: 'SWEEP', cell: ({ sweepId }) => sweepId },
  { title: 'TRIAL', cell: ({ trialId }) => trialId },
  { title: 'ATTEMPT', cell: ({ attempt }) => String(attempt) },
  { title: 'POOL', cell: ({ poolId }) => poolId },
  { title: 'NODE', cell: ({ nodeId }) => nodeId },
  { title: 'CLASS', cell: (row) => row.class },
  { title: 'COST', cell: ({ cost }) => cost?.amount ?? '' },
  { title: 'CURRENCY', cell: ({ cost }) => cost?.currency ?? '' },
  { title: 'GPU_SECONDS', cell: ({ gpuSeconds }) => gpuSeconds },
  { title: 'FROM', cell: ({ from }) => from },
  { title: 'TO', cell: ({ to }) => to },
];
