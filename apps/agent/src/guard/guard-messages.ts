/**
 * What the agent and a guard say to each other: one JSON object a line, over the pipe the guard was started with or,
 * after a restart of the agent, over the guard's Unix socket. Both sides import this file; it has no effects.
 */

import { StringDecoder } from 'node:string_decoder';
import type { JournaledAttempt } from './process-journal.js';

/** How the process of an attempt ended, as the wire has it (`ProcessExit` of `@swath/contracts`). */
export interface GuardExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly cause: 'exit' | 'stop' | 'expired' | 'spawn_failed' | 'oom' | 'preempted';
  readonly message?: string;
  readonly reaped: boolean;
  readonly durationMs: number;
}

/** All a guard needs to start the user's command and to end it alone. */
export interface Launch {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** `NAME=value` that every process of the attempt carries in its environment. */
  readonly marker: string;
  /** Output lines are appended here; see `output-lines.ts`. */
  readonly outputFile: string;
  /** The exit is written here, for an agent that was away. */
  readonly exitFile: string;
  /** Unix socket on which the guard listens for an agent that was restarted. */
  readonly socket: string;
  /** End of the lease on CLOCK_MONOTONIC, nanoseconds, decimal. */
  readonly deadlineNs: string;
  /** From SIGTERM to SIGKILL when the guard ends the attempt by itself. */
  readonly graceMs: number;
  /** The node's record of processes, and what to call this one there. */
  readonly journal: { readonly file: string; readonly attempt: JournaledAttempt };
}

/** From the agent. */
export type GuardRequest =
  | { readonly type: 'start'; readonly launch: Launch }
  | { readonly type: 'renew'; readonly deadlineNs: string }
  | {
      readonly type: 'stop';
      readonly cause: 'stop' | 'preempted';
      readonly graceMs: number;
      /** Sent first; SIGTERM follows after half of the grace. */
      readonly checkpointSignal?: string;
    }
  | { readonly type: 'signal'; readonly signal: string }
  | { readonly type: 'quit' };

/** From the guard. */
export type GuardReport =
  | { readonly type: 'started'; readonly pid: number; readonly startTicks: string }
  /** The machine slept, or its wall clock was stepped: renew now. */
  | { readonly type: 'gap'; readonly ms: number }
  | { readonly type: 'exit'; readonly exit: GuardExit }
  /** All output is in the output file; the guard leaves. */
  | { readonly type: 'closed' };

/** Splits a stream of bytes into lines and parses each as JSON; a line of a type that is not listed is skipped. */
export function messageReader<T extends { readonly type: string }>(
  types: readonly T['type'][],
  onMessage: (message: T) => void,
): (chunk: Buffer) => void {
  const isMessage = (value: unknown): value is T =>
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    types.some((type) => type === value.type);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message: unknown = JSON.parse(line);
      if (isMessage(message)) onMessage(message);
    }
  };
}

/** Types of the requests. */
export const requestTypes: readonly GuardRequest['type'][] = ['start', 'renew', 'stop', 'signal', 'quit'];
/** Types of the reports. */
export const reportTypes: readonly GuardReport['type'][] = ['started', 'gap', 'exit', 'closed'];

/** The wire form of a message. */
export function encodeMessage(message: GuardRequest | GuardReport): string {
  return `${JSON.stringify(message)}\n`;
}
