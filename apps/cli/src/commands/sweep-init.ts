// `swath sweep init`: writes a commented spec to start from. A test parses it, so it is always valid.
import { existsSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { CliError } from '../output/cli-error.js';
import { addCommand } from './define.js';

/** The spec that `sweep init` writes. */
export const EXAMPLE_SPEC = `# A sweep: which command to run, which values to try, when to stop.
# "swath sweep plan FILE" checks it, "swath sweep run FILE" runs it. "swath sweep explain KEY" says more about a key.
name: my-sweep

# One argument an element. \${args} becomes --name=value for every parameter; the script logs its metric with
# the Python module "swath", with wandb, or as JSON lines in the file named by $SWATH_METRICS.
program: train.py
command: [python3, '\${program}', '\${args}']
# working_dir: .          # where the command runs; relative to where you run swath; default: the folder of this file

# grid (every combination), random, or bayes (learns from the trials that have ended)
method: bayes
metric:
  name: val_loss
  goal: minimize        # or maximize
  # target: 0.02        # the sweep ends once a trial reaches it

parameters:
  learning_rate: { distribution: log_uniform_values, min: 0.0001, max: 0.1 }
  batch_size: { values: [16, 32, 64] }
  layers: { min: 1, max: 4 }          # whole bounds: whole numbers
  dropout: { min: 0.0, max: 0.5 }     # bounds with a point: any number between
  epochs: { value: 27 }               # fixed

# Ends trials that fall behind: at 3 and 9 epochs only the best third goes on.
early_terminate: { type: asha, min_resource: 3, max_resource: 27, reduction_factor: 3 }

# Limits that hold; the first one reached ends the sweep.
budget:
  max_trials: 50
  # max_cost: '20.00'          # in the currency of the pool's price
  # max_gpu_hours: 10
  # max_wall_clock: 8h
  max_trial_duration: 1h

# parallel: 4                  # trials at once; default: as many as the pool has slots
resources: { pool: local, gpus: 1 }
# retries: { infrastructure: 3, preemption: 10, user: 0 }
# checkpoint_signal: SIGUSR1   # sent before a trial is preempted, if the command writes a checkpoint on it
`;

/** Adds `init`. */
export function addSweepInit(sweep: Command, host: Host): void {
  addCommand(
    sweep,
    'init [file]',
    'write a commented spec to start from (default: sweep.yaml; "-" prints it)',
  )
    .option('--force', 'replace the file when it exists')
    .action((file: string | undefined, flags: CommonFlags & { readonly force?: boolean }) => {
      const { print } = contextOf(host, flags);
      if (file === '-') {
        print.line(EXAMPLE_SPEC.trimEnd());
        return;
      }
      const name = file ?? 'sweep.yaml';
      const path = resolve(host.cwd, name);
      if (!flags.force && existsSync(path)) {
        throw new CliError(`${name} exists`, {
          code: 'file/exists',
          exit: 'conflict',
          hint: 'give another name, or --force to replace it',
        });
      }
      writeFileSync(path, EXAMPLE_SPEC);
      print.note(`wrote ${name}; next: swath sweep plan ${name}`);
    });
}
