/**
 * The agent's end of the line to one guard. Made by the guard pool for a new guard and by adoption for one that outlived
 * an agent; the attempt reads its reports.
 */
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { encodeMessage, messageReader, reportTypes } from './guard-messages.js';
import type { GuardReport, GuardRequest } from './guard-messages.js';
import { isAlive } from './process-tree.js';
import type { ProcessIdentity } from './process-tree.js';

/** One guard as the agent sees it. */
export class GuardLink {
  /** The process to kill when the guard does not obey: the guard or what holds its namespace. */
  readonly process: ProcessIdentity;
  readonly #socket: Socket;
  #listener: ((report: GuardReport | { readonly type: 'lost' }) => void) | undefined;
  #waiting: (GuardReport | { readonly type: 'lost' })[] = [];

  constructor(process: ProcessIdentity, socket: Socket) {
    this.process = process;
    this.#socket = socket;
    socket.on(
      'data',
      messageReader<GuardReport>(reportTypes, (report) => this.#emit(report)),
    );
    socket.on('error', () => undefined);
    socket.on('close', () => this.#emit({ type: 'lost' }));
  }

  /** Whether the line is still open. */
  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Sends a request; nothing happens when the guard is gone. */
  send(request: GuardRequest): void {
    if (this.isOpen) this.#socket.write(encodeMessage(request));
  }

  /** Passes on every report, those that came before too; `lost` is the last one. */
  listen(listener: (report: GuardReport | { readonly type: 'lost' }) => void): void {
    this.#listener = listener;
    for (const report of this.#waiting.splice(0)) listener(report);
  }

  /** Leaves the guard to itself; its attempt goes on until the end of its lease. */
  disconnect(): void {
    this.#socket.destroySoon();
  }

  #emit(report: GuardReport | { readonly type: 'lost' }): void {
    if (this.#listener === undefined) this.#waiting.push(report);
    else this.#listener(report);
  }
}

/** How long a guard that was just started may take to listen. */
const LISTEN_MS = 2000;

/** Connects to a guard that runs an attempt; `undefined` when it is gone or nobody listens there. */
export async function connectToGuard(
  process: ProcessIdentity,
  socketPath: string,
): Promise<GuardLink | undefined> {
  const end = performance.now() + LISTEN_MS;
  for (;;) {
    const socket = await tryConnect(socketPath);
    if (socket !== undefined) return new GuardLink(process, socket);
    if (performance.now() > end || !isAlive(process)) return undefined;
    await delay(20);
  }
}

async function tryConnect(path: string): Promise<Socket | undefined> {
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}
