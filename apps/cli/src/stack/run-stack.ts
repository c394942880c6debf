// `swath up`: one command from nothing to a running sweep. Starts the stack, submits the example sweep when there is none yet, follows it
// to its end, prints the result and then stays until Ctrl-C; with `once` it stops by itself. Called by the `up` command and `npm start`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Shutdown } from '@swath/platform';
import { reportLines } from './report-lines.js';
import { startStack, type Stack } from './stack.js';
import type { StackConfig } from './stack.config.js';
import type { StackSweeps } from './stack-sweeps.js';

// A start that does not heed the interruption within this time (a download, say) is left to the watchdog.
const ABANDON_START_MS = 10_000;
const STOP_DEADLINE_MS = 180_000;

/** What the stack needs from the rest of the command line. */
export interface StackConsole {
  /** Makes the API access for a started stack. */
  readonly sweeps: (host: string, apiKey: string) => StackSweeps;
  /** Prints one line to standard output. */
  readonly print: (line: string) => void;
  /** Prints one line of progress to standard error. */
  readonly say: (line: string) => void;
}

/**
 * Runs a stack until its sweep has ended (`once`) or a signal arrives, then stops everything in order and exits the process.
 *
 * Exit codes: 0; 1 when a part did not start or the sweep could not be followed; 130 when `once` was interrupted.
 */
export async function runStack(config: StackConfig, terminal: StackConsole): Promise<void> {
  const { say } = terminal;
  const interrupted = new AbortController();
  const parts: (() => void | Promise<void>)[] = [];
  let exitWhenInterrupted = config.once ? 130 : 0;
  const shutdown = new Shutdown({
    on: (signal, listener) => process.on(signal, listener),
    exit: (code) => process.exit(code === 0 ? exitWhenInterrupted : code),
    monotonicMs: () => performance.now(),
    report: (problem, cause) => {
      say(`${problem}: ${messageOf(cause)}`);
    },
  });
  const starting = startStack(config, {
    addPart: (stop) => parts.push(stop),
    say,
    signal: interrupted.signal,
  });
  shutdown.add({
    name: 'the stack',
    deadlineMs: STOP_DEADLINE_MS,
    run: async () => {
      interrupted.abort();
      say('stopping');
      await Promise.race([starting.catch(() => {}), delay(ABANDON_START_MS, undefined, { ref: false })]);
      for (const stop of parts.reverse()) await stop();
      say('stopped');
    },
  });
  try {
    await useStack(await starting, config, { ...terminal, signal: interrupted.signal });
  } catch (error) {
    // What fails because everything is being stopped is no news.
    if (interrupted.signal.aborted) return;
    say(`error: ${messageOf(error)}`);
    await shutdown.end(1);
  }
  if (!config.once) return;
  exitWhenInterrupted = 0;
  await shutdown.end();
}

async function useStack(
  { addresses, keys }: Stack,
  config: StackConfig,
  { sweeps: connect, print, say, signal }: StackConsole & { signal: AbortSignal },
): Promise<void> {
  const sweeps = connect(addresses.apiUrl, keys.apiKey);
  // The command line finds the stack by it when the API could not take its usual port.
  writeFileSync(join(config.dataDir, 'api-url'), `${addresses.apiUrl}\n`);
  const where = [
    `address  ${addresses.apiUrl}`,
    `API key  in ${keys.apiKeyFile}`,
    `logs     in ${config.dataDir}/logs`,
  ];
  where.forEach(say);
  const sweepId = (await sweeps.newest()) ?? (config.example ? await sweeps.submitExample() : undefined);
  if (sweepId !== undefined) await showSweep(sweepId);
  if (!config.once) say('running until Ctrl-C');

  async function showSweep(id: string): Promise<void> {
    await sweeps.follow(id, signal);
    signal.throwIfAborted();
    const report = await sweeps.report(id);
    const printLine = config.json ? say : print;
    [...reportLines(report), '', ...where].forEach(printLine);
    if (config.json) print(JSON.stringify(report, null, 2));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
