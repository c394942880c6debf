// `swath sweep clone` and `swath sweep export`: a sweep as the start of another, and its trials as a table for other programs.
import { stringify } from 'yaml';
import type { Json, TrialView } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { collectPages } from '../output/pages.js';
import type { Column } from '../output/table.js';
import { csvText } from '../output/table.js';
import { editSpecText } from '../spec/spec-text.js';
import { addCommand } from './define.js';
import { addSpecFlags, specEdits, type SpecFlags } from './submit-flags.js';

/** Adds both. */
export function addSweepCopy(sweep: Command, host: Host): void {
  const clone = addCommand(
    sweep,
    'clone <sweep>',
    'submit the spec of a sweep again, changed by flags; prints the new id',
  );
  addSpecFlags(clone).action(async (id: string, flags: CommonFlags & SpecFlags) => {
    const { api, print, settings } = contextOf(host, flags);
    const { spec, specText } = await api().call('getSweep', { params: { sweepId: sweepIdArgument(id) } });
    const project = settings().project?.value;
    const text = editSpecText(specText ?? stringify(spec), specEdits(flags));
    const body = { spec: text, ...(project === undefined ? {} : { project }) };
    const { sweep: made } = await api().call('createSweep', { body });
    print.one(made, (shown) => [shown.id]);
  });
  addCommand(
    sweep,
    'export <sweep>',
    'print every trial with its parameters as CSV, or as JSON with --json',
  ).action(async (id: string, flags: CommonFlags) => {
    const { api, print } = contextOf(host, flags);
    const params = { sweepId: sweepIdArgument(id) };
    const answer = await collectPages(Number.MAX_SAFE_INTEGER, (limit, cursor) =>
      api().call('listTrials', { params, query: { limit, cursor } }),
    );
    if (print.format === 'json') print.one(answer, () => []);
    else host.stdout.write(csvText(answer.data, trialColumns(answer.data)));
  });
}

/** One column for each parameter and objective that any trial has; nested parameters by dotted name. */
function trialColumns(trials: readonly TrialView[]): Column<TrialView>[] {
  const rows = new Map(trials.map((trial) => [trial.id, leavesOf(trial.parameters)]));
  const names = [...new Set([...rows.values()].flatMap((leaves) => Object.keys(leaves)))];
  const objectives = [...new Set(trials.flatMap(({ values }) => Object.keys(values)))];
  return [
    { title: 'trial', cell: ({ id }) => id },
    { title: 'number', cell: ({ number }) => String(number) },
    { title: 'state', cell: ({ state }) => state },
    { title: 'value', cell: ({ value }) => textOf(value) },
    ...objectives.map((name) => ({
      title: `objective.${name}`,
      cell: ({ values }: TrialView) => textOf(values[name] ?? null),
    })),
    ...names.map((name) => ({
      title: `parameter.${name}`,
      cell: ({ id }: TrialView) => textOf(rows.get(id)?.[name] ?? null),
    })),
    { title: 'resource', cell: ({ resource }) => String(resource) },
    { title: 'attempts', cell: ({ attempts }) => String(attempts) },
    { title: 'cost', cell: ({ cost }) => cost?.amount ?? '' },
    { title: 'currency', cell: ({ cost }) => cost?.currency ?? '' },
    { title: 'started', cell: ({ startedAt }) => startedAt ?? '' },
    { title: 'ended', cell: ({ endedAt }) => endedAt ?? '' },
    { title: 'reason', cell: ({ reason }) => reason?.text ?? reason?.code ?? '' },
  ];
}

function leavesOf(
  parameters: Readonly<Record<string, Json>>,
  prefix = '',
  leaves: Record<string, Json> = {},
): Record<string, Json> {
  for (const [name, value] of Object.entries(parameters)) {
    if (isGroup(value)) leavesOf(value, `${prefix}${name}.`, leaves);
    else leaves[`${prefix}${name}`] = value;
  }
  return leaves;
}

function isGroup(value: Json): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: Json): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
