// The group `swath config`: the settings in force and where each comes from; changes go to the user's own file.
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { CliError, usageError } from '../output/cli-error.js';
import type { Column } from '../output/table.js';
import { changeUserFile } from '../settings/settings-files.config.js';
import { hostAddress, type Settings } from '../settings/settings.js';
import { addCommand, addGroup } from './define.js';

interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
}

/** Adds the group. */
export function addConfig(program: Command, host: Host): void {
  const config = addGroup(program, 'config', 'settings and where they come from');
  addCommand(config, 'list', 'list the settings in force')
    .alias('ls')
    .option('--show-origin', 'and where each comes from (always shown with --json)')
    .action((flags: CommonFlags & { readonly showOrigin?: boolean }) => {
      const { print, settings } = contextOf(host, flags);
      const rows = rowsOf(settings());
      const columns = flags.showOrigin ? [...valueColumns, originColumn] : valueColumns;
      print.list({ answer: { data: rows, nextCursor: null }, rows, columns, empty: '' });
    });
  addCommand(config, 'get <name>', 'print one setting').action((name: string, flags: CommonFlags) => {
    const { print, settings } = contextOf(host, flags);
    const found = rowsOf(settings()).find((row) => row.name === name);
    if (found === undefined) {
      throw new CliError(`there is no setting "${name}" in force`, {
        code: 'config/not-found',
        exit: 'notFound',
        hint: 'swath config list shows them',
      });
    }
    print.one(found, ({ value }) => [value]);
  });
  addCommand(config, 'set <name> <value>', 'store host or project in your own settings file').action(
    (name: string, value: string, flags: CommonFlags) => {
      const { print } = contextOf(host, flags);
      print.note(`stored in ${store(host, name, value)}`);
    },
  );
}

function store(host: Host, name: string, value: string): string {
  switch (name) {
    case 'host': {
      const address = hostAddress({ value, origin: 'the command line' });
      return changeUserFile(host, (values) => ({ ...values, host: address }));
    }
    case 'project':
      return changeUserFile(host, (values) => ({ ...values, project: value }));
    case 'token':
      throw usageError(
        'a key is not stored this way: it would stay in the history of the shell',
        'use swath login',
      );
    default:
      throw usageError(`there is no setting "${name}"`, 'settings: host, project');
  }
}

const valueColumns: readonly Column<SettingRow>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'VALUE', cell: ({ value }) => value },
];
const originColumn: Column<SettingRow> = { title: 'FROM', cell: ({ origin }) => origin };

function rowsOf({ host, project, token }: Settings): SettingRow[] {
  return [
    { name: 'host', ...host },
    ...(project === undefined ? [] : [{ name: 'project', ...project }]),
    ...(token === undefined ? [] : [{ name: 'token', ...token, value: masked(token.value) }]),
  ];
}

/** Enough to tell keys apart, too little to use one. */
function masked(key: string): string {
  return `${key.slice(0, 8)}...`;
}
