// The group `swath budget`: what an organisation, team or project may spend, and what is left.
import type { ApiClient } from '@swath/api-client';
import type { BudgetDetail, BudgetView } from '@swath/contracts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import { usageError } from '../output/cli-error.js';
import { tableLines, type Column } from '../output/table.js';
import { addCommand, addGroup } from './define.js';

const columns: readonly Column<BudgetView>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'SCOPE', cell: ({ scope }) => `${scope.kind} ${scope.name}`, weight: 8 },
  { title: 'UNIT', cell: ({ unit }) => unitWords(unit) },
  { title: 'MODE', cell: ({ mode }) => mode, weight: 5 },
  { title: 'LIMIT', cell: ({ limit }) => limit, align: 'right' },
  { title: 'SPENT', cell: ({ spent }) => spent, align: 'right' },
  { title: 'HELD', cell: ({ held }) => held, align: 'right', weight: 7 },
  { title: 'LEFT', cell: ({ available }) => available, align: 'right' },
];

interface SetFlags extends CommonFlags {
  readonly limit: string;
  readonly reason: string;
  readonly unit: string;
  readonly mode: BudgetView['mode'];
  readonly onExhaust: 'stop_new' | 'kill';
}

/** Adds the group. */
export function addBudget(program: Command, host: Host): void {
  const budget = addGroup(program, 'budget', 'limits of organisations, teams and projects');
  addCommand(budget, 'list', 'list budgets with what is spent, held and left')
    .alias('ls')
    .option('--sweep <sweep>', 'the budgets of one sweep instead')
    .action(async (flags: CommonFlags & { readonly sweep?: string }) => {
      const { api, print } = contextOf(host, flags);
      const query = flags.sweep === undefined ? {} : { sweep: flags.sweep };
      const answer = await api().call('listBudgets', { query });
      print.list({ answer, rows: answer.data, columns, empty: 'no budgets' });
    });
  addCommand(budget, 'get <budget>', 'one budget and who set its limits').action(
    async (budgetId: string, flags: CommonFlags) => {
      const context = contextOf(host, flags);
      show(await context.api().call('getBudget', { params: { budgetId } }), context);
    },
  );
  addSet(budget, host);
}

function addSet(budget: Command, host: Host): void {
  addCommand(budget, 'set <budget-or-scope>', 'set a limit; SCOPE such as org, team:ID, project:ID opens one')
    .addOption(
      new Option('--limit <amount>', 'currency units, or GPU seconds for gpu_time')
        .argParser(amount)
        .makeOptionMandatory(),
    )
    .requiredOption('--reason <text>', 'why; kept with the version')
    .option('--unit <unit>', 'money:USD, gpu_time: for a new budget', 'money:USD')
    .addOption(
      new Option('--mode <mode>', 'HARD refuses what does not fit; for a new budget')
        .choices(['HARD', 'SOFT', 'MONITOR'])
        .default('HARD'),
    )
    .addOption(
      new Option(
        '--on-exhaust <action>',
        'kill stops running trials when a limit is set below what they hold; for a new budget',
      )
        .choices(['stop_new', 'kill'])
        .default('stop_new'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  swath budget set project --limit 500 --reason "second quarter"\n  swath budget set bd_pj_default_money-USD --limit 800 --reason "approved by Ada"',
    )
    .action(async (target: string, flags: SetFlags) => {
      const context = contextOf(host, flags);
      show(await setBudget(context.api(), target, flags), context);
    });
}

/** Changes the budget that exists, else opens it. */
async function setBudget(api: ApiClient, target: string, flags: SetFlags): Promise<BudgetDetail> {
  const { limit, reason, unit, mode, onExhaust } = flags;
  if (target.startsWith('bd_')) {
    const { version } = await api.call('getBudget', { params: { budgetId: target } });
    return changeLimit(api, { id: target, version }, flags);
  }
  const scope = await scopeOf(api, target, flags.project);
  const { data } = await api.call('listBudgets', { query: {} });
  const known = data.find((budget) => budget.scope.id === scope.id && budget.unit === unit);
  return known === undefined
    ? api.call('createBudget', { body: { scope, unit, limit, mode, onExhaust, reason } })
    : changeLimit(api, known, flags);
}

/** Changes the limit of a budget as it was just read; a change by somebody else in between is refused. */
function changeLimit(
  api: ApiClient,
  { id, version }: { readonly id: string; readonly version: number },
  { limit, reason }: SetFlags,
): Promise<BudgetDetail> {
  const headers = { 'if-match': `"v${version}"` };
  return api.call('changeBudget', { params: { budgetId: id }, body: { limit, reason }, headers });
}

async function scopeOf(
  api: ApiClient,
  target: string,
  project: string | undefined,
): Promise<{ kind: 'org' | 'team' | 'project'; id: string }> {
  const match = /^(org|team|project)(?::(.+))?$/.exec(target);
  const kind = match?.[1];
  if (kind !== 'org' && kind !== 'team' && kind !== 'project') {
    throw usageError(`"${target}" is no budget and no scope`, 'give a budget id, org, team:ID or project:ID');
  }
  const named = match?.[2] ?? (kind === 'project' ? project : undefined);
  if (named !== undefined) return { kind, id: named };
  const caller = await api.call('getCaller', {});
  const own = kind === 'org' ? caller.orgId : kind === 'project' ? caller.projectId : null;
  if (own === null) throw usageError(`which ${kind}?`, `give ${kind}:ID`);
  return { kind, id: own };
}

function show(budget: BudgetDetail, { host, print }: CommandContext): void {
  print.one(budget, (shown) => [
    ...tableLines([shown], columns, { width: host.stdout.columns, style: print.out }),
    ...(Number(shown.pendingCut) > 0
      ? [`${shown.pendingCut} is held or spent beyond the limit; nothing more starts until it is given back`]
      : []),
    '',
    ...shown.versions.map(
      ({ version, limit, actor, reason, at }) => `version ${version}  ${at}  ${limit}  ${actor}: ${reason}`,
    ),
  ]);
}

function unitWords(unit: string): string {
  return unit === 'gpu_time' ? 'GPU s' : unit.replace('money:', '');
}

function amount(text: string): string {
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text)) return text;
  throw new InvalidArgumentError('expected an amount such as 500 or 12.50, with at most 6 fraction digits');
}
