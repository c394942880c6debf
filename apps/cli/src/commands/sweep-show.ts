// `swath sweep list`, `get` and `report`: reading sweeps.
import { sweepStates, type SweepDetail, type SweepView } from '@swath/contracts';
import { Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { formatAge, formatMoney, formatNumber, plural } from '../output/format.js';
import { collectPages } from '../output/pages.js';
import { countsOf, endedOf } from '../output/sweep-progress.js';
import type { Column } from '../output/table.js';
import { reportLines } from '../stack/report-lines.js';
import { addCommand, wholeNumber } from './define.js';

interface ListFlags extends CommonFlags {
  readonly state?: string;
  readonly filter?: string;
  readonly limit: number;
}

/** Adds `list`, `get` and `report`. */
export function addSweepShow(sweep: Command, host: Host): void {
  addCommand(sweep, 'list', 'list sweeps, newest first')
    .alias('ls')
    .option('--state <states>', `only these, joined by commas: ${sweepStates.join(', ')}`)
    .option('--filter <filter>', 'only these, for example "owner:me cost>10"; see swath help filters')
    .addOption(new Option('--limit <n>', 'how many at most').argParser(wholeNumber(1)).default(30))
    .action(async (flags: ListFlags) => {
      const { api, print, settings } = contextOf(host, flags);
      const project = settings().project?.value;
      const answer = await collectPages(flags.limit, (limit, cursor) =>
        api().call('listSweeps', { query: { limit, cursor, project, state: flags.state, q: flags.filter } }),
      );
      const empty = 'no sweeps; swath sweep run FILE submits one, swath sweep init writes an example';
      print.list({ answer, rows: answer.data, columns: sweepColumns(host.now()), empty });
    });
  addCommand(sweep, 'get <sweep>', 'show one sweep').action(async (id: string, flags: CommonFlags) => {
    const { api, print } = contextOf(host, flags);
    const found = await api().call('getSweep', { params: { sweepId: sweepIdArgument(id) } });
    print.one(found, (shown) => sweepLines(shown, host.now()));
  });
  addCommand(sweep, 'report <sweep>', 'show the result, the cost and what was stopped early').action(
    async (id: string, flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      print.one(
        await api().call('getSweepReport', { params: { sweepId: sweepIdArgument(id) } }),
        reportLines,
      );
    },
  );
}

/** Columns of a list of sweeps. */
function sweepColumns(nowMs: number): Column<SweepView>[] {
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'NAME', cell: ({ name }) => name, elastic: true, weight: 9 },
    { title: 'STATE', cell: stateOf, weight: 9 },
    { title: 'METHOD', cell: ({ method }) => method, weight: 3 },
    { title: 'TRIALS', cell: trialsOf, align: 'right', weight: 7 },
    { title: 'BEST', cell: bestOf, align: 'right', weight: 8 },
    { title: 'COST', cell: ({ cost }) => formatMoney(cost), align: 'right', weight: 6 },
    { title: 'CREATED', cell: ({ createdAt }) => formatAge(createdAt, nowMs), align: 'right', weight: 2 },
  ];
}

function stateOf({ state, reason }: SweepView): string {
  return reason === null || reason === 'user' ? state : `${state} (${reason})`;
}

function trialsOf(sweep: SweepView): string {
  const { limit } = sweep.trials;
  return limit === null ? String(endedOf(sweep)) : `${endedOf(sweep)}/${limit}`;
}

function bestOf({ best }: SweepView): string {
  return best === null ? '-' : formatNumber(best.value);
}

/** One sweep in a few lines. */
export function sweepLines(sweep: SweepDetail, nowMs: number): string[] {
  const { best, budget, objective, parallel, trials } = sweep;
  const reason = sweep.reasonText ?? sweep.reason;
  return [
    `sweep    ${sweep.id}  ${sweep.name}`,
    `state    ${sweep.state}${reason === null ? '' : `: ${reason}`}`,
    `search   ${sweep.method}${objective === null ? '' : `, ${objective.goal} ${objective.name}`}`,
    `trials   ${trials.limit === null ? '' : `${endedOf(sweep)}/${trials.limit} ended: `}${countsOf(sweep) || plural(0, 'trial')}`,
    `best     ${best === null ? '-' : `${objective?.name ?? 'value'} ${formatNumber(best.value)}, trial ${best.number} (${best.trialId})`}`,
    `cost     ${formatMoney(sweep.cost)}${budget === null ? '' : ` of ${formatMoney(budget.cap)}, ${formatMoney(budget.held)} held`}`,
    `pool     ${sweep.pool}${parallel === null ? '' : `, ${parallel} at once`}`,
    `created  ${sweep.createdAt} (${formatAge(sweep.createdAt, nowMs)})`,
    ...(sweep.endedAt === null ? [] : [`ended    ${sweep.endedAt}`]),
  ];
}
