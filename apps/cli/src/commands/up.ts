// `swath up`: the local stack. What it does is in `stack/`.
import type { Command } from 'commander';
import { up } from '../stack/up.js';

/** Adds `up`. */
export function addUp(program: Command): void {
  program
    .command('up')
    .description('start a local stack, run the example sweep when there is no data yet, stay up until Ctrl-C')
    .option('--data <dir>', 'folder of all state (default: .swath)')
    .option('--once', 'stop when the sweep has ended')
    .option('--json', 'print the report as one JSON document on standard output')
    .option('--no-example', 'do not run the example sweep')
    .action(up);
}
