/**
 * Guards that wait for an attempt: started beforehand, so that a new attempt begins with exec alone. The attempt takes
 * one; the pool starts the next in the background, one at a time, so that it takes little from what runs.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { GuardLink } from './guard-link.js';
import type { Isolation } from './isolation.js';
import { startTicksOf } from './process-tree.js';

/** How a pool starts guards. */
export interface GuardPoolOptions {
  readonly isolation: Isolation;
  /** The guard script, after the flags of Node it needs. */
  readonly script: readonly string[];
  /** Pause between taking a guard and starting the next: the command that was just started goes first. 150 ms. */
  readonly refillDelayMs?: number;
}

/** A guard needs little memory; less than V8 would take by itself. */
const nodeFlags = ['--max-semi-space-size=1', '--max-old-space-size=64', '--no-warnings'];

/** The waiting guards of one agent. */
export class GuardPool {
  readonly #options: GuardPoolOptions;
  readonly #idle: GuardLink[] = [];
  #refill: NodeJS.Timeout | undefined;
  #closed = false;
  #size = 0;

  constructor(options: GuardPoolOptions) {
    this.#options = options;
  }

  /** Sets how many wait, and starts them. */
  resize(size: number): void {
    this.#size = size;
    while (!this.#closed && this.#idle.length < size) this.#idle.push(this.#start());
  }

  /** A guard for an attempt: one that waits, else a new one. */
  take(): GuardLink {
    let guard = this.#idle.shift();
    while (guard !== undefined && !guard.isOpen) guard = this.#idle.shift();
    this.#scheduleRefill();
    return guard ?? this.#start();
  }

  /** Sends the waiting guards away. Those with an attempt are not touched. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#refill);
    for (const guard of this.#idle.splice(0)) {
      guard.send({ type: 'quit' });
      guard.disconnect();
    }
  }

  #scheduleRefill(): void {
    if (this.#refill !== undefined || this.#closed) return;
    this.#refill = setTimeout(() => {
      this.#refill = undefined;
      if (this.#idle.length >= this.#size) return;
      this.#idle.push(this.#start());
      this.#scheduleRefill();
    }, this.#options.refillDelayMs ?? 150);
  }

  #start(): GuardLink {
    const { isolation, script } = this.#options;
    const [file = '', ...args] = [...isolation.prefix, process.execPath, ...nodeFlags, ...script];
    const child = spawn(file, args, {
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    child.on('error', () => undefined);
    child.unref();
    const pid = child.pid ?? 0;
    return new GuardLink({ pid, startTicks: startTicksOf(pid) ?? '' }, controlOf(child));
  }
}

/** The duplex pipe on descriptor 3 of the guard. */
function controlOf(child: ChildProcess): Socket {
  const control = child.stdio[3];
  return control instanceof Socket ? control : new Socket().destroy();
}
