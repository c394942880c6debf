// `swath sweep wait ID --for CONDITION`: for scripts. Ends with 0 when it is met, 3 when it cannot be met any more, 124 after the timeout.
import { Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { CliError } from '../output/cli-error.js';
import { followSweep } from '../output/follow-sweep.js';
import { formatDuration } from '../output/format.js';
import { addCommand, durationSeconds } from './define.js';
import { detached } from './sweep-run.js';
import { sweepLines } from './sweep-show.js';
import { parseWaitCondition } from './wait-condition.js';

interface WaitFlags extends CommonFlags {
  readonly for: string;
  readonly timeout?: number;
}

/** Adds `wait`. */
export function addSweepWait(sweep: Command, host: Host): void {
  addCommand(sweep, 'wait <sweep>', 'wait until a condition is met')
    .option('--for <condition>', "finished, ended, 'best<0.02', 'trials>=100'", 'finished')
    .addOption(
      new Option('--timeout <time>', 'give up after this time, such as 30m').argParser(durationSeconds),
    )
    .action(async (id: string, flags: WaitFlags) => {
      await wait(contextOf(host, flags), sweepIdArgument(id), flags);
    });
}

async function wait(context: ReturnType<typeof contextOf>, sweepId: string, flags: WaitFlags): Promise<void> {
  const { host, print } = context;
  const condition = parseWaitCondition(flags.for);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), Math.min((flags.timeout ?? 0) * 1000, 2 ** 31 - 1));
  if (flags.timeout === undefined) clearTimeout(timer);
  try {
    const sweep = await followSweep(context.api(), sweepId, {
      ...{ host, style: print.err, show: 'none' },
      signal: AbortSignal.any([host.interrupt(), timeout.signal]),
      until: (view) => condition.judge(view) !== 'pending',
    });
    const verdict = condition.judge(sweep);
    if (verdict === 'pending' && !timeout.signal.aborted) throw detached(context, sweepId);
    print.one(sweep, (shown) => sweepLines(shown, host.now()));
    if (verdict === 'pending') throw timedOut(sweepId, condition.text, flags.timeout ?? 0);
    if (verdict === 'unmeetable') {
      throw new CliError(`${sweepId} ended as ${sweep.state} without ${condition.text}`, {
        code: 'wait/unmet',
        exit: 'unmet',
      });
    }
  } finally {
    clearTimeout(timer);
  }
}

function timedOut(sweepId: string, condition: string, seconds: number): CliError {
  return new CliError(`${condition} was not met within ${formatDuration(seconds)}`, {
    code: 'wait/timeout',
    exit: 'timeout',
    hint: `the sweep goes on; swath sweep watch ${sweepId} follows it`,
  });
}
