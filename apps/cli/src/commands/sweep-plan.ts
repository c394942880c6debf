// `swath sweep plan FILE`: what submitting a spec would do, without doing it.
import type { ApiClient } from '@swath/api-client';
import type { Plan } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import type { ShownProblem } from '../output/cli-error.js';
import { formatDuration, formatMoney, plural } from '../output/format.js';
import { problemLines } from '../output/render-error.js';
import { readSpecFile, withSource, type SpecFile } from '../spec/spec-file.js';
import { addCommand } from './define.js';
import { addSpecFlags, specEdits, type SpecFlags } from './submit-flags.js';

/** Adds `plan`. */
export function addSweepPlan(sweep: Command, host: Host): void {
  const command = addCommand(sweep, 'plan <file>', 'show what a spec would run and cost; writes nothing');
  addSpecFlags(command).action(async (file: string, flags: CommonFlags & SpecFlags) => {
    const context = contextOf(host, flags);
    const spec = await readSpecFile(host, file, specEdits(flags));
    const plan = await planSpec(context.api(), spec, context);
    context.print.one(plan, (shown) => [...planLines(shown), ...commandLines(shown)]);
    warnAbout(context, plan.warnings, spec);
  });
}

/** Asks the server for the plan of a spec. @throws CliError with the places in the file */
export async function planSpec(api: ApiClient, file: SpecFile, { settings }: CommandContext): Promise<Plan> {
  const project = settings().project?.value;
  const body = { spec: file.text, ...(project === undefined ? {} : { project }) };
  try {
    return await api.call('planSweep', { body });
  } catch (error) {
    throw withSource(error, file.source);
  }
}

/** Prints warnings with the lines they are about. */
export function warnAbout(
  { print }: CommandContext,
  warnings: readonly ShownProblem[],
  file: SpecFile,
): void {
  for (const warning of warnings) {
    const [first = '', ...rest] = problemLines(
      warning,
      warning.line === undefined ? undefined : file.source,
      print.err,
    );
    [`${print.err.yellow('warning:')} ${first.trim()}`, ...rest].forEach(print.warn);
  }
}

/** The plan in a few lines: method and size, pool, money, limits. */
export function planLines(plan: Plan): string[] {
  const { spec, pool, trials } = plan;
  const size = trials.max === null ? 'no limit on trials' : `at most ${plural(trials.max, 'trial')}`;
  const rule =
    spec.early_terminate === undefined ? '' : ` + ${spec.early_terminate.type.replace('wandb_', '')}`;
  const grid = trials.gridSize === null ? '' : `, grid of ${plural(Number(trials.gridSize), 'point')}`;
  const parameters = plural(Object.keys(spec.parameters).length, 'parameter');
  return [
    `plan     ${spec.method}${rule}, ${size}${grid}, ${parameters}`,
    `pool     ${poolText(pool, spec.resources.pool)}`,
    `cost     ${costText(plan)}`,
    `limits   ${limitsText(plan) || 'none; the project gives the sweep its default limit'}`,
  ];
}

function poolText(pool: Plan['pool'], name: string): string {
  if (pool === null) return `${name} (there is no such pool)`;
  const price =
    pool.pricePerSlotHour === null ? 'no price' : `${formatMoney(pool.pricePerSlotHour)} a slot and hour`;
  return `${pool.name}, ${plural(pool.slots, 'slot')}, ${price}`;
}

function costText({ estimate, bound, pool }: Plan): string {
  const likely =
    estimate === null
      ? ''
      : `about ${formatMoney(estimate.p50)} to ${formatMoney(estimate.p90)} (p50 to p90, from ${estimate.basis})`;
  const most = bound === null ? '' : `at most ${formatMoney(bound.amount)} (${bound.by})`;
  if (likely !== '' || most !== '') return [likely, most].filter((text) => text !== '').join('; ');
  return pool?.pricePerSlotHour ? 'not limited; set budget.max_cost' : 'none: the pool has no price';
}

function limitsText({ spec: { budget, parallel }, maxCost }: Plan): string {
  const {
    max_trials: trials,
    max_gpu_hours: hours,
    max_wall_clock: wall,
    max_trial_duration: duration,
  } = budget;
  return [
    trials === undefined ? '' : plural(trials, 'trial'),
    maxCost === null ? '' : formatMoney(maxCost),
    hours === undefined ? '' : `${hours} GPU hours`,
    wall === undefined ? '' : `${formatDuration(wall)} in all`,
    duration === undefined ? '' : `${formatDuration(duration)} a trial`,
    parallel === undefined ? '' : `${parallel} at once`,
  ]
    .filter((text) => text !== '')
    .join(', ');
}

function commandLines({ commands, commandsAreExact, spec }: Plan): string[] {
  // Parameters may reach the script by file or environment alone: then every command is the same.
  const different = [...new Set(commands)];
  const number = plural(different.length, 'command');
  const some = commandsAreExact ? `first ${number}` : `${number} like those it will run`;
  const title = different.length === 1 && commands.length > 1 ? 'command of every trial' : some;
  return [
    '',
    `${title}, in ${spec.working_dir ?? 'the folder of the attempt'}:`,
    ...different.map((command) => `  ${command}`),
  ];
}
