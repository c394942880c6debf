// `swath sweep watch ID`: follows a sweep that runs already.
import { isSweepEnded } from '@swath/contracts';
import type { Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';
import { sweepIdArgument } from '../ids.js';
import { followSweep } from '../output/follow-sweep.js';
import { addCommand } from './define.js';
import { detached, followToResult } from './sweep-run.js';

/** Adds `watch`. */
export function addSweepWatch(sweep: Command, host: Host): void {
  addCommand(
    sweep,
    'watch <sweep>',
    'follow a sweep to its end; with --json each event as a line of JSON',
  ).action(async (id: string, flags: CommonFlags) => {
    const context = contextOf(host, flags);
    const sweepId = sweepIdArgument(id);
    if (context.print.format === 'json') await streamEvents(context, sweepId);
    else await followToResult(context, context.api(), sweepId);
  });
}

async function streamEvents(context: ReturnType<typeof contextOf>, sweepId: string): Promise<void> {
  const { host, print } = context;
  const signal = host.interrupt();
  const options = { host, style: print.err, show: 'none', signal, onEvent: print.ndjson } as const;
  const sweep = await followSweep(context.api(), sweepId, options);
  if (!isSweepEnded(sweep.state)) throw detached(context, sweepId);
}
