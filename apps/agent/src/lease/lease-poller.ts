/**
 * Offers free slots to the server and passes on the leases it gets. Slots that become free while an offer waits go out in
 * an offer of their own: an offer is never taken back, so a lease granted at the last moment is never lost. Offers that
 * wait end together and are made again as one, so that an attempt that needs several slots sees them all.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_POLL_MS } from '@swath/contracts';
import type { LeaseGrant, LeasePoll, LeasePollReply } from '@swath/contracts';
import type { GatewayClient } from '../gateway/gateway-client.js';
import { untilAnswered } from '../gateway/retry.js';
import type { Log } from '../log.js';
import { NodeSession } from './node-session.js';
import type { SlotTable } from './slot-table.js';

/** A lease and when the request that got it was sent (CLOCK_MONOTONIC, nanoseconds): its time runs from there. */
export interface ReceivedLease {
  readonly grant: LeaseGrant;
  readonly sentNs: bigint;
}

/** What a poller needs. */
export interface LeasePollerOptions {
  readonly gateway: GatewayClient;
  readonly session: NodeSession;
  readonly slots: SlotTable;
  readonly onLease: (lease: ReceivedLease) => void;
  /** Ends the waiting: the agent is about to leave. */
  readonly signal: AbortSignal;
  /** Ends everything. */
  readonly gone: AbortSignal;
  readonly log: Log;
}

/** Shortest time between two empty answers: a server that does not wait must not be asked in a loop. */
const MIN_ROUND_MS = 1000;
/** How long to offer nothing after the server said that the node is draining. */
const DRAIN_PAUSE_MS = 5000;

/** The offers of one node. */
export class LeasePoller {
  readonly #options: LeasePollerOptions;
  #open = 0;
  /** When the offers that wait end, by `performance.now()`. */
  #endsAt = 0;
  #running = false;
  readonly #resting: number[] = [];
  readonly #offers = new Set<Promise<void>>();

  constructor(options: LeasePollerOptions) {
    this.#options = options;
  }

  /** Begins to offer. */
  start(): void {
    this.#running = true;
    this.offerFree();
  }

  /**
   * Offers nothing more. Resolves when no offer is open: one whose waiting was ended is asked for once more without
   * waiting, because a lease may have been granted at that moment.
   */
  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#offers);
  }

  /** Offers what is free now. Called when a slot becomes free. */
  offerFree(): void {
    if (!this.#running || this.#options.signal.aborted) return;
    const free = this.#options.slots.takeFree();
    if (free.length === 0) return;
    const offer = this.#offer(free).finally(() => this.#offers.delete(offer));
    this.#offers.add(offer);
  }

  /** An offer that waits for nothing: it goes along with the report of an end. `undefined` when nothing is offered any more. */
  async besides(free: readonly number[]): Promise<LeasePoll | undefined> {
    if (!this.#running || free.length === 0) return undefined;
    const { generation } = await this.#options.session.current();
    return { offerId: randomUUID(), generation, free: [...free], waitMs: 0 };
  }

  /** The answer to a poll, without leases that a registration has ended while the answer was on its way. */
  async confirm(reply: LeasePollReply, generation: number): Promise<LeasePollReply> {
    const { session, log } = this.#options;
    if (reply.leases.length === 0 || (await session.holds(generation))) return reply;
    log.warn(
      { leases: reply.leases.map(({ leaseId }) => leaseId) },
      'leases of an older registration are left alone',
    );
    return { ...reply, leases: [] };
  }

  /** Passes on the leases of an answer and frees the slots it did not use. */
  take(reply: LeasePollReply | undefined, offered: readonly number[], sentNs: bigint): void {
    const { slots, onLease } = this.#options;
    const used = new Set(reply?.leases.flatMap((grant) => grant.slots));
    slots.occupy([...used]);
    for (const grant of reply?.leases ?? []) onLease({ grant, sentNs });
    slots.release(offered.filter((index) => !used.has(index)));
  }

  async #offer(free: readonly number[]): Promise<void> {
    const { signal, log } = this.#options;
    const began = performance.now();
    if (this.#open === 0) this.#endsAt = began + MAX_POLL_MS;
    this.#open += 1;
    const waitMs = Math.max(0, Math.round(this.#endsAt - began));
    let answer: { reply: LeasePollReply; sentNs: bigint } | undefined;
    try {
      answer = await this.#ask(free, waitMs);
      const hasty = waitMs >= MIN_ROUND_MS && performance.now() - began < MIN_ROUND_MS;
      const pauseMs = answer.reply.drain ? DRAIN_PAUSE_MS : hasty ? MIN_ROUND_MS : 0;
      if (answer.reply.leases.length === 0) await pause(pauseMs, signal);
    } catch (error) {
      if (!signal.aborted) log.error({ reason: String(error) }, 'the server refuses the offer; trying again');
      await pause(DRAIN_PAUSE_MS, signal);
    }
    this.#close(free, answer);
  }

  /** Slots of an empty offer wait for the other offers to end, which is at the same time, and go out again as one. */
  #close(free: readonly number[], answer: { reply: LeasePollReply; sentNs: bigint } | undefined): void {
    this.#open -= 1;
    if (answer === undefined || answer.reply.leases.length === 0) this.#resting.push(...free);
    else this.take(answer.reply, free, answer.sentNs);
    if (this.#open === 0) this.#options.slots.release(this.#resting.splice(0));
  }

  async #ask(free: readonly number[], waitMs: number): Promise<{ reply: LeasePollReply; sentNs: bigint }> {
    const { gateway, session, signal, gone, log } = this.#options;
    let offerId = randomUUID();
    for (;;) {
      const { nodeId, generation } = await session.current();
      const poll: LeasePoll = { offerId, generation, free: [...free], waitMs };
      let sentNs = 0n;
      try {
        const reply = await untilAnswered(
          () => {
            sentNs = process.hrtime.bigint();
            return gateway.poll(nodeId, poll, signal);
          },
          {
            signal,
            maxDelayMs: 5000,
            onFailure: (error) => log.debug({ reason: error.message }, 'poll failed; the same offer again'),
          },
        );
        return { reply: await this.confirm(reply, generation), sentNs };
      } catch (error) {
        if (signal.aborted) {
          const reply = await gateway.poll(nodeId, { ...poll, waitMs: 0 }, gone);
          return { sentNs, reply: await this.confirm(reply, generation) };
        }
        if (!NodeSession.isForgotten(error)) throw error;
        await session.register();
        offerId = randomUUID();
      }
    }
  }
}

/** Waits; returns at once when the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}
