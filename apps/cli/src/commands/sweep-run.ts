// `swath sweep run FILE`: plan, submit, follow to the end, print the result. `create` only submits. Next: `output/follow-sweep.ts`.
import type { ApiClient } from '@swath/api-client';
import { isBounded, isSweepEnded, type SweepDetail, type SweepReport } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import { CliError, usageError } from '../output/cli-error.js';
import { confirm } from '../output/confirm.js';
import { EarlyExitError } from '../output/early-exit.js';
import { followSweep, showOf } from '../output/follow-sweep.js';
import { readSpecFile, withSource, type SpecFile } from '../spec/spec-file.js';
import { reportLines } from '../stack/report-lines.js';
import { addCommand } from './define.js';
import { addSpecFlags, specEdits, type SpecFlags } from './submit-flags.js';
import { planLines, planSpec, warnAbout } from './sweep-plan.js';

interface RunFlags extends CommonFlags, SpecFlags {
  readonly detach?: boolean;
}

/** Adds `run` and `create` to a group. */
export function addSweepRun(sweep: Command, host: Host): void {
  addRun(sweep, host);
  const create = addCommand(sweep, 'create <file>', 'submit a sweep and print its id');
  addSpecFlags(create).action(async (file: string, flags: RunFlags) => {
    const context = contextOf(host, flags);
    const spec = await readSpecFile(host, file, specEdits(flags));
    const { sweep: view, warnings } = await submit(context, spec);
    warnAbout(context, warnings, spec);
    context.print.one(view, ({ id }) => [id]);
  });
}

/** Adds `run` to a group or to the program. */
export function addRun(parent: Command, host: Host): void {
  const run = addCommand(
    parent,
    'run <file>',
    'plan, submit and follow a sweep; Ctrl-C stops following, not the sweep',
  );
  addSpecFlags(run)
    .option('-d, --detach', 'print the id and do not follow')
    .option('-y, --yes', 'do not ask')
    .action(async (file: string, flags: RunFlags) => {
      await runSweep(contextOf(host, flags), file, flags);
    });
}

async function runSweep(context: CommandContext, file: string, flags: RunFlags): Promise<void> {
  const { print } = context;
  const spec = await readSpecFile(context.host, file, specEdits(flags));
  const api = context.api();
  const plan = await planSpec(api, spec, context);
  planLines(plan).forEach(print.note);
  warnAbout(context, plan.warnings, spec);
  const endsByItself = plan.trials.max !== null || isBounded(spec.spec);
  if (!endsByItself && !flags.yes) await askToRunUnbounded(context);

  const { sweep, warnings } = await submit(context, spec);
  warnAbout(
    context,
    warnings.filter(({ code }) => !plan.warnings.some((known) => known.code === code)),
    spec,
  );
  print.note(`created  ${sweep.id} (${sweep.name}) on ${context.settings().host.value}`);
  if (flags.detach) {
    print.one(sweep, ({ id }) => [id]);
    return;
  }
  await followToResult(context, api, sweep.id);
}

/** Follows a sweep and prints its result; ends the command by itself when the person has seen enough or nothing was found. */
export async function followToResult(
  context: CommandContext,
  api: ApiClient,
  sweepId: string,
): Promise<void> {
  const { print, host, flags } = context;
  const signal = host.interrupt();
  const sweep = await followSweep(api, sweepId, {
    host,
    style: print.err,
    show: showOf(host, flags),
    signal,
  });
  if (!isSweepEnded(sweep.state)) throw detached(context, sweepId);
  const report = await api.call('getSweepReport', { params: { sweepId } });
  print.one(report, reportLines);
  requireResult(sweep, report);
}

/** Says how to go on after Ctrl-C. */
export function detached({ print }: CommandContext, sweepId: string): EarlyExitError {
  print.warn(`detached; the sweep goes on. swath sweep watch ${sweepId} follows it again,`);
  print.warn(
    `swath sweep stop ${sweepId} lets its running trials end, swath sweep cancel ${sweepId} ends them`,
  );
  return new EarlyExitError('interrupted');
}

function requireResult({ id, state }: SweepDetail, { trials, reasonText }: SweepReport): void {
  if (state !== 'failed' && (trials.byState.finished ?? 0) > 0) return;
  const why = reasonText === '' ? '' : `: ${reasonText}`;
  throw new CliError(`the sweep ended as ${state} without a finished trial${why}`, {
    code: 'sweep/no-result',
    exit: 'unmet',
    hint: `swath trial list ${id} shows each trial with its reason, swath trial logs TRIAL its output`,
  });
}

async function submit({ api, settings }: CommandContext, file: SpecFile) {
  const project = settings().project?.value;
  try {
    const body = { spec: file.text, ...(project === undefined ? {} : { project }) };
    return await api().call('createSweep', { body });
  } catch (error) {
    throw withSource(error, file.source);
  }
}

async function askToRunUnbounded(context: CommandContext): Promise<void> {
  const asked = await confirm(
    context.host,
    'nothing in the spec limits this sweep; the project gives it its default limit. Submit it?',
  );
  if (asked === 'no') throw new EarlyExitError('error');
  if (asked === 'cannot ask') {
    throw usageError(
      'nothing in the spec limits this sweep',
      'give --max-trials N or --max-cost AMOUNT, or --yes for the default limit of the project',
    );
  }
}
