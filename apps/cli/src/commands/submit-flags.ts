// The flags with which `sweep run`, `plan` and `create` change a spec without changing its file.
import { Option, type Command } from 'commander';
import { parseSetFlag, type SpecEdit } from '../spec/spec-text.js';
import { collect, wholeNumber } from './define.js';

/** Values of those flags. */
export interface SpecFlags {
  readonly set?: readonly string[];
  readonly maxCost?: string;
  readonly maxTrials?: number;
  readonly pool?: string;
  readonly name?: string;
  readonly tag?: readonly string[];
}

/** Adds the flags to a command. */
export function addSpecFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--set <key=value>',
        'change a key of the spec, such as --set budget.max_trials=20',
      ).argParser(collect),
    )
    .option('--max-cost <amount>', 'limit in money (budget.max_cost)')
    .addOption(
      new Option('--max-trials <n>', 'limit in trials (budget.max_trials)').argParser(wholeNumber(1)),
    )
    .option('--pool <name>', 'pool to run on (resources.pool)')
    .option('--name <name>', 'name of the sweep')
    .addOption(new Option('--tag <tag>', 'add a tag; may be given several times').argParser(collect));
}

/** The edits that the flags mean, `--set` first. */
export function specEdits({ set = [], maxCost, maxTrials, pool, name, tag = [] }: SpecFlags): SpecEdit[] {
  const text = (path: readonly string[], value: string | number | undefined): SpecEdit[] =>
    value === undefined ? [] : [{ path, value: { text: String(value) } }];
  return [
    ...set.map(parseSetFlag),
    ...text(['budget', 'max_cost'], maxCost),
    ...(maxTrials === undefined
      ? []
      : [{ path: ['budget', 'max_trials'], value: { yaml: String(maxTrials) } }]),
    ...text(['resources', 'pool'], pool),
    ...text(['name'], name),
    ...tag.map((one) => ({ path: ['tags'], value: { text: one }, append: true })),
  ];
}
