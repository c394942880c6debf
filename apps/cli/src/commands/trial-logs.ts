// `swath trial logs ID`: the output of a trial's command; `-f` goes on until the trial has ended.
import type { ApiClient } from '@swath/api-client';
import { setTimeout as delay } from 'node:timers/promises';
import { isTrialEnded, type LogPage } from '@swath/contracts';
import { Option, type Command } from 'commander';
import type { CommonFlags } from '../common-flags.js';
import { contextOf, type CommandContext } from '../context.js';
import type { Host } from '../host.js';
import { trialIdArgument } from '../ids.js';
import { EarlyExitError } from '../output/early-exit.js';
import { addCommand, wholeNumber } from './define.js';

const PAGE = 1_000;
const POLL_MS = 1_000;

interface LogFlags extends CommonFlags {
  readonly follow?: boolean;
  readonly attempt?: number;
}

/** Adds `logs`. */
export function addTrialLogs(trial: Command, host: Host): void {
  addCommand(trial, 'logs <trial>', 'print the output of a trial')
    .option('-f, --follow', 'go on until the trial has ended')
    .addOption(new Option('--attempt <n>', 'only this attempt').argParser(wholeNumber(1)))
    .action(async (id: string, flags: LogFlags) => {
      const context = contextOf(host, flags);
      await printLogs(context, context.api(), { trialId: trialIdArgument(id), ...flags });
    });
}

async function printLogs(
  { host, print }: CommandContext,
  api: ApiClient,
  { trialId, follow = false, attempt }: LogFlags & { readonly trialId: string },
): Promise<void> {
  const signal = follow ? host.interrupt() : undefined;
  const params = { trialId };
  for (let from = 0; ;) {
    // Read before the lines: what a trial that had ended then has written is complete.
    const ended = !follow || isTrialEnded((await api.call('getTrial', { params })).state);
    const page = await api.call('getTrialLogs', { params, query: { from, limit: PAGE, attempt } });
    printLines(page, print, host.stdout.isTTY);
    from = page.next;
    if (page.lines.length === PAGE) continue;
    if (ended) return;
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    if (signal?.aborted) throw new EarlyExitError('interrupted');
  }
}

function printLines({ lines }: LogPage, print: CommandContext['print'], isTTY: boolean): void {
  for (const line of lines) {
    if (print.format === 'json') print.ndjson(line);
    else print.line(isTTY ? harmless(line.text) : line.text);
  }
}

/** Colours stay; other control sequences of a trial's output could rewrite the screen. */
function harmless(text: string): string {
  return text
    .replaceAll(/\u001b(?!\[[\d;]*m)(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?|.)?/g, '')
    .replaceAll(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, '');
}
