#!/usr/bin/env node
// The command line `swath`. Commands are thin: what they do is in the folders beside this file.
import { Command } from 'commander';
import { up } from './stack/up.js';

const program = new Command('swath').description('Distributed hyperparameter sweeps');

program
  .command('up')
  .description('start a local stack, run the example sweep when there is no data yet, stay up until Ctrl-C')
  .option('--data <dir>', 'folder of all state (default: .swath)')
  .option('--once', 'stop when the sweep has ended')
  .option('--json', 'print the report as one JSON document on standard output')
  .option('--no-example', 'do not run the example sweep')
  .action(up);

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
