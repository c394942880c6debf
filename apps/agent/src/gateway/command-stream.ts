/**
 * Listens to the server's commands for this node (server-sent events), for as long as the agent runs. Commands come
 * again in each heartbeat reply, so a broken stream costs time, not commands.
 */
import { leaseCommandSchema } from '@swath/contracts';
import type { LeaseCommand } from '@swath/contracts';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.js';
import type { GatewayClient } from './gateway-client.js';
import { backoffMs } from './retry.js';

/** A stream without a byte for this long is dead; the server sends a comment at least every 20 s. */
const SILENCE_MS = 60_000;

/** What a stream needs. */
export interface CommandStreamOptions {
  readonly gateway: GatewayClient;
  /** The present id of the node; it changes when the server forgot the node. */
  readonly nodeId: () => string;
  readonly onCommand: (command: LeaseCommand) => void;
  readonly log: Log;
}

/** Runs until the signal fires; reconnects for ever, with pauses of up to 15 s. */
export async function followCommands(options: CommandStreamOptions, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    try {
      await readStream(options, signal, () => {
        failures = 0;
      });
    } catch (error) {
      if (isAborted(signal)) return;
      const reason = error instanceof Error ? error.message : String(error);
      options.log.debug({ reason }, 'command stream broken');
    }
    failures += 1;
    const pause = backoffMs(failures, { first: 200, max: 15_000 }, Math.random());
    await delay(pause, undefined, { signal }).catch(() => undefined);
  }
}

async function readStream(
  { gateway, nodeId, onCommand, log }: CommandStreamOptions,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<void> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const reply = await gateway.commands(nodeId(), AbortSignal.any([signal, silence.signal]));
    onOpen();
    const parse = eventReader((data) => {
      const command = leaseCommandSchema.safeParse(safeJson(data));
      if (command.success) onCommand(command.data);
      else log.warn({ data: data.slice(0, 200) }, 'unknown command');
    });
    for await (const chunk of reply) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      if (Buffer.isBuffer(chunk)) parse(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Calls `onData` with the data of each event of a stream of bytes. Comments and other fields are skipped. */
export function eventReader(onData: (data: string) => void): (chunk: Buffer) => void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let data: string[] = [];
  return (chunk) => {
    const lines = (rest + decoder.write(chunk)).split(/\r\n|\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) onData(data.join('\n'));
        data = [];
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
  };
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
