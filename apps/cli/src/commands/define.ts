// How a command is added: its words, its help and the flags that every command understands.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { colorModes } from '../output/style.js';

/** The flags of `CommonFlags`, added to every command that prints data. */
export function addCommand(parent: Command, usage: string, description: string): Command {
  return parent
    .command(usage)
    .description(description)
    .optionsGroup('Output and connection:')
    .addOption(new Option('--json', 'print what the API answered; --json=id,state picks fields'))
    .addOption(new Option('--fields <names>').hideHelp())
    .addOption(new Option('--format <form>', 'form of the data').choices(['table', 'csv', 'json']))
    .addOption(new Option('-q, --quiet', 'no progress, no hints'))
    .addOption(new Option('--no-progress', 'progress as lines, not as a block that is repainted'))
    .addOption(new Option('--color <when>', 'colour').choices(colorModes))
    .addOption(new Option('--host <url>', 'address of the server (env: SWATH_HOST)'))
    .addOption(new Option('--project <id>', 'project (env: SWATH_PROJECT; default: that of the key)'))
    .optionsGroup('Options:');
}

/** A group of commands, such as `sweep`. */
export function addGroup(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description);
}

/** Collects a flag that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** A whole number from `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`expected a whole number of at least ${least}`);
  };
}

/** Seconds of `90`, `90s`, `30m`, `1h30m`, `2d`. */
export function durationSeconds(text: string): number {
  const match = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (match === null || text === '')
    throw new InvalidArgumentError('expected a time such as 90s, 30m, 1h30m, 2d');
  const [, days = '0', hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
