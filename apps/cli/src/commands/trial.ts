// The group `swath trial`: what became of each trial, and why.
import { trialStates, type AttemptView, type TrialView } from '@swath/contracts';
import { Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument, trialIdArgument } from '../ids.js';
import { formatDuration, formatMoney, formatNumber, formatParameters } from '../output/format.js';
import { collectPages } from '../output/pages.js';
import { tableLines, type Column } from '../output/table.js';
import { addCommand, addGroup, wholeNumber } from './define.js';
import { addTrialLogs } from './trial-logs.js';

interface ListFlags extends CommonFlags {
  readonly state?: string;
  readonly filter?: string;
  readonly sort: 'number' | 'best';
  readonly limit: number;
}

/** Adds the group. */
export function addTrial(program: Command, host: Host): void {
  const trial = addGroup(program, 'trial', 'list and read trials');
  addList(trial, host);
  addGet(trial, host);
  addTrialLogs(trial, host);
  addCommand(trial, 'stop <trial>', 'end one trial').action(async (id: string, flags: CommonFlags) => {
    const { api, print } = contextOf(host, flags);
    const stopped = await api().call('stopTrial', { params: { trialId: trialIdArgument(id) } });
    print.one(stopped, (shown) => [
      `${shown.id}  ${shown.state === 'running' ? 'is being stopped' : shown.state}`,
    ]);
  });
  addCommand(trial, 'command <trial>', 'print the command line of a trial, to run it by hand').action(
    async (id: string, flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      const command = await api().call('getTrialCommand', { params: { trialId: trialIdArgument(id) } });
      print.one(command, ({ shell, env }) => [
        [...Object.entries(env).map(([name, value]) => `${name}=${JSON.stringify(value)}`), shell].join(' '),
      ]);
    },
  );
}

function addList(trial: Command, host: Host): void {
  addCommand(trial, 'list <sweep>', 'list the trials of a sweep')
    .alias('ls')
    .option('--state <states>', `only these, joined by commas: ${trialStates.join(', ')}`)
    .option('--filter <filter>', 'only these, for example "params.lr:1e-4..1e-2"; see swath help filters')
    .addOption(new Option('--sort <order>', 'order').choices(['number', 'best']).default('number'))
    .addOption(new Option('--limit <n>', 'how many at most').argParser(wholeNumber(1)).default(100))
    .action(async (id: string, flags: ListFlags) => {
      const { api, print } = contextOf(host, flags);
      const params = { sweepId: sweepIdArgument(id) };
      const answer = await collectPages(flags.limit, (limit, cursor) =>
        api().call('listTrials', {
          params,
          query: { limit, cursor, state: flags.state, q: flags.filter, sort: flags.sort },
        }),
      );
      print.list({ answer, rows: answer.data, columns: trialColumns(host.now()), empty: 'no trials' });
      if (answer.nextCursor !== null) print.note(`there are more; --limit shows more than ${flags.limit}`);
    });
}

function addGet(trial: Command, host: Host): void {
  addCommand(trial, 'get <trial>', 'show one trial with its attempts').action(
    async (id: string, flags: CommonFlags) => {
      const {
        api,
        print,
        host: { stdout },
      } = contextOf(host, flags);
      const params = { trialId: trialIdArgument(id) };
      const found = await api().call('getTrial', { params });
      if (print.format !== 'human') {
        print.one(found, () => []);
        return;
      }
      const { data: attempts } = await api().call('listAttempts', { params });
      const table = { width: stdout.columns, style: print.out };
      print.one(found, (shown) => [
        ...trialLines(shown, host.now()),
        '',
        ...tableLines(attempts, attemptColumns(host.now()), table),
      ]);
    },
  );
}

function trialColumns(nowMs: number): Column<TrialView>[] {
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: '#', cell: ({ number }) => String(number), align: 'right', weight: 2 },
    { title: 'STATE', cell: ({ state }) => state },
    { title: 'VALUE', cell: ({ value }) => formatNumber(value), align: 'right', weight: 9 },
    { title: 'RESOURCE', cell: ({ resource }) => formatNumber(resource), align: 'right', weight: 5 },
    { title: 'TIME', cell: (trial) => timeOf(trial, nowMs), align: 'right', weight: 4 },
    { title: 'COST', cell: ({ cost }) => formatMoney(cost), align: 'right', weight: 6 },
    { title: 'PARAMETERS', cell: ({ parameters }) => formatParameters(parameters), elastic: true, weight: 3 },
    { title: 'WHY', cell: whyOf, elastic: true, weight: 7 },
  ];
}

function attemptColumns(nowMs: number): Column<AttemptView>[] {
  return [
    { title: 'ATTEMPT', cell: ({ number }) => String(number), align: 'right' },
    { title: 'CAUSE', cell: ({ cause }) => cause, weight: 5 },
    { title: 'STATE', cell: ({ state, outcome }) => outcome ?? state },
    {
      title: 'NODE',
      cell: ({ node, slots }) => (node === null ? '-' : `${node.name} [${slots.join(',')}]`),
      weight: 7,
    },
    { title: 'TIME', cell: (attempt) => timeOf(attempt, nowMs), align: 'right', weight: 6 },
    { title: 'COST', cell: ({ cost }) => formatMoney(cost), align: 'right', weight: 8 },
    { title: 'EXIT', cell: ({ exit, waiting }) => waiting?.text ?? exitText(exit), elastic: true, weight: 9 },
  ];
}

function exitText(exit: AttemptView['exit']): string {
  if (exit === null) return '-';
  const { code, signal, cause, message } = exit;
  const how = typeof signal === 'string' ? signal : `exit code ${JSON.stringify(code ?? null)}`;
  const said = typeof message === 'string' ? `: ${message}` : '';
  return `${how}${typeof cause === 'string' && cause !== 'exit' ? ` (${cause})` : ''}${said}`;
}

function timeOf({ startedAt, endedAt }: Pick<TrialView, 'startedAt' | 'endedAt'>, nowMs: number): string {
  if (startedAt === null) return '-';
  return formatDuration(((endedAt === null ? nowMs : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000);
}

function whyOf({ reason, waiting }: TrialView): string {
  const why = waiting ?? reason;
  return why === null ? '' : (why.text ?? why.code);
}

function trialLines(trial: TrialView, nowMs: number): string[] {
  const why = whyOf(trial);
  const values = Object.entries(trial.values).map(([name, value]) => `${name} ${formatNumber(value)}`);
  return [
    `trial    ${trial.id}  number ${trial.number} of ${trial.sweepId}`,
    `state    ${trial.state}${why === '' ? '' : `: ${why}`}`,
    `values   ${values.join(', ') || '-'} at resource ${formatNumber(trial.resource)}`,
    `with     ${formatParameters(trial.parameters)}`,
    `cost     ${formatMoney(trial.cost)}`,
    `time     ${timeOf(trial, nowMs)}`,
    `run      ${trial.runId}`,
  ];
}
