// `swath sweep resize|extend|enqueue|requeue`: changing a sweep that runs.
import type { Json, SweepSpec } from '@swath/contracts';
import { Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { usageError } from '../output/cli-error.js';
import { formatParameters, plural } from '../output/format.js';
import { assignPath, typedValue } from '../spec/typed-value.js';
import { addCommand, durationSeconds, wholeNumber } from './define.js';
import { sweepLines } from './sweep-show.js';

interface ExtendFlags extends CommonFlags {
  readonly maxTrials?: number;
  readonly maxCost?: string;
  readonly maxWallClock?: number;
}

/** Adds the commands. */
export function addSweepChange(sweep: Command, host: Host): void {
  addResize(sweep, host);
  addExtend(sweep, host);
  addEnqueue(sweep, host);
  addCommand(sweep, 'requeue <sweep>', 'run every failed trial once more')
    .option('--failed', 'the failed ones (required: nothing else can be run again)')
    .action(async (id: string, flags: CommonFlags & { readonly failed?: boolean }) => {
      if (!flags.failed) throw usageError('which trials?', `swath sweep requeue ${id} --failed`);
      const { api, print } = contextOf(host, flags);
      const params = { sweepId: sweepIdArgument(id) };
      const answer = await api().call('requeueFailedTrials', { params });
      print.one(answer, ({ requeued }) => [`${plural(requeued, 'trial')} queued again`]);
    });
}

function addResize(sweep: Command, host: Host): void {
  addCommand(sweep, 'resize <sweep> <parallel>', 'change how many trials may run at once').action(
    async (id: string, parallel: string, flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      const body = { parallel: wholeNumber(1)(parallel) };
      const changed = await api().call('resizeSweep', { params: { sweepId: sweepIdArgument(id) }, body });
      print.one(changed, (shown) => [`${shown.id} runs at most ${plural(body.parallel, 'trial')} at once`]);
    },
  );
}

function addExtend(sweep: Command, host: Host): void {
  addCommand(sweep, 'extend <sweep>', 'change the limits of a sweep; what is not given stays')
    .addOption(new Option('--max-trials <n>', 'limit in trials').argParser(wholeNumber(1)))
    .option('--max-cost <amount>', 'limit in money')
    .addOption(new Option('--max-wall-clock <time>', 'limit in time, such as 2h').argParser(durationSeconds))
    .action(async (id: string, flags: ExtendFlags) => {
      const { maxTrials, maxCost, maxWallClock } = flags;
      if (maxTrials === undefined && maxCost === undefined && maxWallClock === undefined) {
        throw usageError('which limit?', 'give --max-trials, --max-cost or --max-wall-clock');
      }
      const { api, print } = contextOf(host, flags);
      const body = {
        ...(maxTrials === undefined ? {} : { maxTrials }),
        ...(maxCost === undefined ? {} : { maxCost }),
        ...(maxWallClock === undefined ? {} : { maxWallClockSeconds: maxWallClock }),
      };
      const params = { sweepId: sweepIdArgument(id) };
      await api().call('extendSweep', { params, body });
      print.one(await api().call('getSweep', { params }), (shown) => sweepLines(shown, host.now()));
    });
}

function addEnqueue(sweep: Command, host: Host): void {
  addCommand(sweep, 'enqueue <sweep> <name=value...>', 'add a trial with parameters of your own').action(
    async (id: string, pairs: string[], flags: CommonFlags) => {
      const { api, print } = contextOf(host, flags);
      const params = { sweepId: sweepIdArgument(id) };
      const { spec } = await api().call('getSweep', { params });
      const body = { parameters: pointOf(pairs, spec) };
      print.one(await api().call('enqueueTrial', { params, body }), (trial) => [
        `${trial.id}  trial ${trial.number}  ${formatParameters(trial.parameters)}`,
      ]);
    },
  );
}

/** The point of `lr=0.01 optimizer.name=adam`; a dot leads into a group unless a parameter has that very name. */
function pointOf(pairs: readonly string[], { parameters }: SweepSpec): Record<string, Json> {
  const point: Record<string, Json> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw usageError(`"${pair}" is not NAME=VALUE`, 'write parameters as lr=0.01 batch_size=32');
    const name = pair.slice(0, at);
    assignPath(
      point,
      Object.hasOwn(parameters, name) ? [name] : name.split('.'),
      typedValue(pair.slice(at + 1)),
    );
  }
  return point;
}
