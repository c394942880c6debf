// `swath sweep pause|resume|stop|cancel ID...`: one call for each sweep; a failure does not keep the others from being asked.
import type { SweepView } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { errorLines } from '../output/render-error.js';
import type { Column } from '../output/table.js';
import { addCommand } from './define.js';

const actions = [
  ['pause', 'pauseSweep', 'start nothing new; running trials go on'],
  ['resume', 'resumeSweep', 'go on with a paused sweep'],
  ['stop', 'stopSweep', 'start nothing new and end when the running trials have ended'],
  ['cancel', 'cancelSweep', 'end the sweep and its running trials'],
] as const;

type ControlOperation = (typeof actions)[number][1];

const columns: readonly Column<SweepView>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'STATE', cell: ({ state }) => state },
  { title: 'NAME', cell: ({ name }) => name, elastic: true },
];

/** Adds the four commands. */
export function addSweepControl(sweep: Command, host: Host): void {
  for (const [name, operation, description] of actions) {
    addCommand(sweep, `${name} <sweep...>`, description).action(async (ids: string[], flags: CommonFlags) => {
      await control(contextOf(host, flags), operation, ids.map(sweepIdArgument));
    });
  }
}

async function control(
  { api, print }: ReturnType<typeof contextOf>,
  operation: ControlOperation,
  ids: readonly string[],
): Promise<void> {
  const changed: SweepView[] = [];
  const failures: unknown[] = [];
  for (const sweepId of ids) {
    try {
      changed.push(await api().call(operation, { params: { sweepId } }));
    } catch (error) {
      failures.push(error);
    }
  }
  if (changed.length > 0)
    print.list({ answer: { data: changed, nextCursor: null }, rows: changed, columns, empty: '' });
  for (const failure of failures.slice(0, -1)) errorLines(failure, print.err).forEach(print.warn);
  if (failures.length > 0) throw failures.at(-1);
}
