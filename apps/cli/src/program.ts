// The whole command tree, and one run of it: parse, act, print what went wrong, answer with the exit code. Called by `main.ts` and by tests.
import { Command, CommanderError } from 'commander';
import { addAgent } from './commands/agent.js';
import { addApi } from './commands/api.js';
import { addBudget } from './commands/budget.js';
import { addCompletion } from './commands/completion.js';
import { addConfig } from './commands/config.js';
import { addCost } from './commands/cost.js';
import { addDoctor } from './commands/doctor.js';
import { addHelp } from './commands/help.js';
import { addLedger } from './commands/ledger.js';
import { addLogin } from './commands/login.js';
import { addNode } from './commands/node.js';
import { addPool } from './commands/pool.js';
import { addRun } from './commands/sweep-run.js';
import { addSweep } from './commands/sweep.js';
import { addTrial } from './commands/trial.js';
import { addUp } from './commands/up.js';
import { addVersion } from './commands/version.js';
import type { Host } from './host.js';
import { usageError } from './output/cli-error.js';
import { EarlyExitError } from './output/early-exit.js';
import { errorLines, exitCodeOf } from './output/render-error.js';
import { styleOf } from './output/style.js';

/**
 * Runs one command line.
 *
 * @param words without the program's own name
 * @returns the exit code
 */
export async function runCli(words: readonly string[], host: Host): Promise<number> {
  const program = createProgram(host);
  try {
    await program.parseAsync(withPickedFields(words), { from: 'user' });
    return 0;
  } catch (error) {
    const shown = error instanceof CommanderError ? commandLineError(error, words) : error;
    if (shown !== undefined && !(shown instanceof EarlyExitError)) {
      errorLines(shown, styleOf(host.stderr, 'auto', host.env)).forEach((line) =>
        host.stderr.write(`${line}\n`),
      );
    }
    return exitCodeOf(error);
  }
}

/** The tree. */
export function createProgram(host: Host): Command {
  const program = new Command('swath')
    .description('Distributed hyperparameter sweeps')
    .usage('COMMAND')
    .helpOption('-h, --help', 'help of a command')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => host.stdout.columns ?? 100,
      getErrHelpWidth: () => host.stderr.columns ?? 100,
    });
  program.commandsGroup('Sweeps:');
  addRun(program, host);
  addSweep(program, host);
  addTrial(program, host);
  program.commandsGroup('Money:');
  addCost(program, host);
  addBudget(program, host);
  addLedger(program, host);
  program.commandsGroup('Machines:');
  addUp(program);
  addAgent(program, host);
  addNode(program, host);
  addPool(program, host);
  program.commandsGroup('Server and settings:');
  addLogin(program, host);
  addConfig(program, host);
  addDoctor(program, host);
  addApi(program, host);
  addCompletion(program, host);
  addVersion(program, host);
  addHelp(program, host);
  return program;
}

/** `--json=id,state` is `--json` with fields: an option with an optional value would swallow the next word. */
function withPickedFields(words: readonly string[]): string[] {
  const end = words.indexOf('--');
  return words.flatMap((word, index) =>
    word.startsWith('--json=') && (end === -1 || index < end)
      ? ['--json', `--fields=${word.slice('--json='.length)}`]
      : [word],
  );
}

/** What the parser found, in our own form; nothing when it only printed help. */
function commandLineError({ code, message }: CommanderError, words: readonly string[]): Error | undefined {
  if (code.startsWith('commander.help')) return undefined;
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (?:one of )?(.*?)\??\)$/.exec(suggestion ?? '')?.[1];
  const group = words
    .slice(0, 2)
    .filter((word) => /^[a-z]/.test(word))
    .join(' ');
  return usageError(
    first.replaceAll("'", '"'),
    meant === undefined ? `swath help ${group}`.trim() : `did you mean ${meant.replaceAll(', ', ' or ')}?`,
  );
}
