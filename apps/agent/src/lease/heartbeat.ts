/**
 * Renews all leases of the node in one request, every 15 s or as the server says. The answer moves each deadline and may
 * carry commands. Nothing else is on this path, so that slow uploads never cost a lease.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Heartbeat, HeartbeatReply, LeaseCommand } from '@swath/contracts';
import type { GatewayClient } from '../gateway/gateway-client.js';
import type { Log } from '../log.js';
import { NodeSession } from './node-session.js';

/** What the heartbeat needs. */
export interface HeartbeatOptions {
  readonly gateway: GatewayClient;
  readonly session: NodeSession;
  readonly incarnation: string;
  /** Leases to renew now. */
  readonly leases: () => Heartbeat['leases'];
  readonly onRenewed: (leaseId: string, deadlineNs: bigint) => void;
  readonly onCommand: (command: LeaseCommand) => void;
  readonly onDrain: (drain: boolean) => void;
  readonly log: Log;
}

/** After a failure: soon again, a lease lasts only some heartbeats. */
const RETRY_MS = 2000;

/** The heartbeat of one node. */
export class HeartbeatLoop {
  readonly #options: HeartbeatOptions;
  #wake: AbortController | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Runs until the signal fires. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { heartbeatMs } = await this.#options.session.current();
      const ok = await this.#beat(signal);
      // Jitter: agents that were started together must not beat together.
      const pause = ok ? heartbeatMs * (0.9 + Math.random() / 10) : Math.min(RETRY_MS, heartbeatMs);
      this.#wake = new AbortController();
      const wake = AbortSignal.any([signal, this.#wake.signal]);
      await delay(pause, undefined, { signal: wake }).catch(() => undefined);
    }
  }

  /** Renews at once: the machine has slept, or a deadline is in doubt. */
  beatNow(): void {
    this.#wake?.abort();
  }

  async #beat(signal: AbortSignal): Promise<boolean> {
    const { gateway, session, incarnation, leases, log } = this.#options;
    const { nodeId, generation } = await session.current();
    const sentNs = process.hrtime.bigint();
    try {
      const body = { incarnation, generation, leases: leases() };
      this.#apply(await gateway.heartbeat(nodeId, body, signal), sentNs);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      if (NodeSession.isForgotten(error)) {
        await session.register();
        return false;
      }
      log.warn({ reason: String(error) }, 'heartbeat failed');
      return false;
    }
  }

  #apply(reply: HeartbeatReply, sentNs: bigint): void {
    const { onRenewed, onCommand, onDrain } = this.#options;
    for (const { leaseId, ttlMs } of reply.renewed) onRenewed(leaseId, sentNs + BigInt(ttlMs) * 1_000_000n);
    for (const command of reply.commands) onCommand(command);
    onDrain(reply.drain);
  }
}
