// The group `swath cost`: what things have cost, by what came of them.
import type { CostView } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { tableLines, type Column } from '../output/table.js';
import { addCostReports } from './cost-report.js';
import { addCommand, addGroup } from './define.js';

type ClassRow = CostView['byClass'][number];

const columns: readonly Column<ClassRow>[] = [
  { title: 'CLASS', cell: (row) => row.class },
  // Every digit: these are the figures of the ledger.
  { title: 'COST', cell: ({ cost }) => `${cost.amount} ${cost.currency}`, align: 'right' },
  { title: 'GPU SECONDS', cell: ({ gpuSeconds }) => gpuSeconds, align: 'right' },
  { title: 'ATTEMPTS', cell: ({ attempts }) => String(attempts), align: 'right' },
];

/** Adds the group. */
export function addCost(program: Command, host: Host): void {
  const cost = addGroup(program, 'cost', 'what sweeps have cost');
  addCostReports(cost, host);
  addCommand(cost, 'sweep <sweep>', 'cost of a sweep by what came of it').action(
    async (id: string, flags: CommonFlags) => {
      const context = contextOf(host, flags);
      const answer = await context.api().call('getSweepCost', { params: { sweepId: sweepIdArgument(id) } });
      if (context.print.format === 'csv')
        context.print.list({ answer, rows: answer.byClass, columns, empty: '' });
      else context.print.one(answer, (shown) => costLines(shown, context));
    },
  );
}

function costLines({ total, byClass, budget }: CostView, { host, print }: CommandContext): string[] {
  const rows = tableLines(byClass, columns, { width: host.stdout.columns, style: print.out });
  const sum = total === null ? 'nothing has a price' : `${total.amount} ${total.currency}`;
  return [
    ...(byClass.length === 0 ? [] : [...rows, '']),
    `total    ${sum}`,
    ...(budget === null
      ? []
      : [
          `cap      ${budget.cap.amount} ${budget.cap.currency}: ${budget.spent.amount} spent, ${budget.held.amount} held, ${budget.overdraft.amount} overdraft`,
        ]),
  ];
}
