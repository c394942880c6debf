// `swath help [TOPIC]`: help of any command, and pages about what has no command of its own.
import { searchMethods, sweepFilterFields, trialFilterFields } from '@swath/contracts';
import type { Command } from 'commander';
import type { Host } from '../host.js';
import { usageError } from '../output/cli-error.js';
import { exitCodes, exitMeanings, type ExitName } from '../output/exit-codes.js';

const topics: Readonly<Record<string, { readonly about: string; readonly lines: () => readonly string[] }>> =
  {
    spec: { about: 'the file that describes a sweep', lines: specLines },
    filters: { about: 'how lists are filtered', lines: filterLines },
    'exit-codes': { about: 'how commands end', lines: exitCodeLines },
    env: { about: 'variables of the environment and settings files', lines: environmentLines },
  };

/** Adds `help`. */
export function addHelp(program: Command, host: Host): void {
  const list = Object.entries(topics).map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`);
  program
    .command('help [topic...]')
    .description(`help of a command, or about: ${Object.keys(topics).join(', ')}`)
    .addHelpText('after', `\nTopics:\n${list.join('\n')}`)
    .action((words: string[]) => {
      const topic = Object.entries(topics).find(([name]) => words.length === 1 && name === words[0])?.[1];
      if (topic === undefined) commandOf(program, words).outputHelp();
      else host.stdout.write(`${topic.lines().join('\n')}\n`);
    });
}

function commandOf(program: Command, words: readonly string[]): Command {
  let found = program;
  for (const word of words) {
    const inner = found.commands.find(
      (command) => command.name() === word || command.aliases().includes(word),
    );
    if (inner === undefined)
      throw usageError(`there is no command or topic "${words.join(' ')}"`, 'swath help lists the commands');
    found = inner;
  }
  return found;
}

function exitCodeLines(): string[] {
  const names = Object.keys(exitCodes).filter((name): name is ExitName => name in exitMeanings);
  return names.map((name) => `${String(exitCodes[name]).padStart(3)}  ${exitMeanings[name]}`);
}

function specLines(): string[] {
  return [
    'A sweep is a YAML or JSON file. Every W&B sweep file means here what it means there; more keys are ours.',
    '',
    '  method           ' + searchMethods.join(', '),
    '  metric           { name, goal: minimize | maximize, target }',
    '  parameters       NAME: { values: [...] }, { min, max }, { value }, or { distribution: ... }',
    '  early_terminate  { type: asha | hyperband | median | patience | threshold, ... }',
    '  program, command one argument a list element; ${program}, ${args}, ${interpreter} and more are filled in',
    '  working_dir      folder the command runs in, made absolute when the sweep is submitted: relative to the folder in which',
    '                   swath runs; without it, the folder of the file. It must exist on the nodes.',
    '  env              variables for the command',
    '  budget           { max_trials, max_cost, max_gpu_hours, max_wall_clock, max_cost_per_trial, max_trial_duration }',
    '  parallel         trials at once, at most',
    '  resources        { pool, gpus }',
    '  retries          { infrastructure, preemption, user }',
    '',
    'swath sweep explain KEY says what a key means, swath sweep init writes an example, swath sweep plan FILE checks a file.',
    'As in W&B, 1e-3 without a point is text in YAML: write 0.001 or 1.0e-3.',
  ];
}

function filterLines(): string[] {
  return [
    'Lists take --filter; all terms must hold.',
    '',
    '  state:running,paused   one of these',
    '  cost>10  best<=0.02    compared by <, <=, >, >=',
    '  best:0.1..0.2          between, both included',
    '  created>-7d            relative to now in s, m, h, d, w; or a date such as 2026-11-24',
    '  params.lr:0.01         the value of a parameter, in lists of trials',
    '  -state:failed          not so',
    '  resnet "two words"     free words; quotes keep spaces and signs',
    '',
    `  sweeps: ${Object.keys(sweepFilterFields).join(', ')}; owner:me is yourself`,
    `  trials: ${Object.keys(trialFilterFields).join(', ')}`,
  ];
}

function environmentLines(): string[] {
  return [
    'Settings come from, first wins: flags, the environment, ./swath.toml, your own settings file, a local stack, defaults.',
    '',
    '  SWATH_HOST       address of the server; default http://127.0.0.1:8080',
    '  SWATH_TOKEN      API key',
    '  SWATH_PROJECT    project; default: that of the key',
    '  SWATH_DATA_DIR   data folder of a local stack, whose key is used on this machine; default .swath',
    '  SWATH_AGENT_*    settings of the agent, for "swath agent start"',
    '  NO_COLOR, CI, COLUMNS, XDG_CONFIG_HOME as usual',
    '',
    'swath.toml may say host and project, never a key. Your own file is swath/config.toml in ~/.config or XDG_CONFIG_HOME; "swath login"',
    'stores keys there, one for each host, readable by you only. "swath config list --show-origin" shows what is in force and why.',
  ];
}
