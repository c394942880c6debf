/**
 * Offers free slots to the server and passes on the leases it gets. Slots that become free while an offer waits go out in
 * an offer of their own: an offer is never taken back, so a lease granted at the last moment is never lost. Offers that
 * wait end together and are made again as one, so that an attempt that needs several slots sees them all.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MAX_POLL_MS } from '@swath/contracts';
import type { LeasePoll, LeasePollReply } from '@swath/contracts';
import type { Attempt } from '../attempt/attempt.js';
import type { GatewayClient } from '../gateway/gateway-client.js';
import { untilAnswered } from '../gateway/retry.js';
import type { Log } from '../log.js';
import { NodeSession } from './node-session.js';
import type { ReceivedLease } from './received-lease.js';
import type { AheadLeases } from './ahead-leases.js';
import type { SlotTable } from './slot-table.js';

/** What a poller needs. */
export interface LeasePollerOptions {
  readonly gateway: GatewayClient;
  readonly session: NodeSession;
  readonly slots: SlotTable;
  readonly ahead: AheadLeases;
  readonly onLease: (lease: ReceivedLease) => void;
  /** A lease ahead was started on a free slot: its start is to be reported on its own. */
  readonly onStarted: (attempt: Attempt) => void;
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
  #asksAhead = false;
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
    const { slots, ahead, signal, onStarted } = this.#options;
    if (!this.#running || signal.aborted) return;
    const taken = slots.takeFree();
    const started = ahead.startOn(taken);
    for (const attempt of started) onStarted(attempt);
    const free = taken.slice(started.length);
    if (free.length > 0) this.#keep(this.#offer(free));
  }

  /** Asks for leases ahead, in a request of their own that waits. Called when an attempt was started. */
  askAhead(): void {
    if (!this.#running || this.#asksAhead || this.#options.signal.aborted) return;
    this.#asksAhead = true;
    this.#keep(
      this.#untilSatisfied().finally(() => {
        this.#asksAhead = false;
      }),
    );
  }

  /**
   * An offer that waits for nothing and asks for the next lease ahead: it goes along with the report of an end. `undefined` when
   * nothing is offered any more. Its answer goes to `takeFrom`, also when there is none.
   */
  async besides(free: readonly number[]): Promise<LeasePoll | undefined> {
    const { session, ahead, slots } = this.#options;
    const { generation, ahead: grantsAhead = false } = await session.current();
    const wanted = this.#running && grantsAhead ? ahead.request() : 0;
    if (!this.#running || (free.length === 0 && wanted === 0)) {
      slots.release(free);
      return undefined;
    }
    return { offerId: randomUUID(), generation, free: [...free], waitMs: 0, ...aheadOf(wanted) };
  }

  /** Passes on the answer to an offer of `besides`, or frees what it offered when there is none. */
  async takeFrom(
    poll: LeasePoll | undefined,
    reply: LeasePollReply | undefined,
    sentNs: bigint,
  ): Promise<void> {
    if (poll === undefined) return;
    const confirmed = reply && (await this.#confirm(reply, poll.generation));
    this.#options.ahead.answered(poll.ahead ?? 0);
    this.#take(confirmed, poll.free, sentNs);
    this.askAhead();
  }

  /** The answer to a poll, without leases that a registration has ended while the answer was on its way. */
  async #confirm(reply: LeasePollReply, generation: number): Promise<LeasePollReply> {
    const { session, log } = this.#options;
    const granted = [...reply.leases, ...(reply.ahead ?? [])];
    if (granted.length === 0 || (await session.holds(generation))) return reply;
    log.warn(
      { leases: granted.map(({ leaseId }) => leaseId) },
      'leases of an older registration are left alone',
    );
    return { drain: reply.drain, leases: [] };
  }

  /** Passes on the leases of an answer and frees the slots it did not use. */
  #take(reply: LeasePollReply | undefined, offered: readonly number[], sentNs: bigint): void {
    const { slots, ahead, onLease } = this.#options;
    const used = new Set(reply?.leases.flatMap((grant) => grant.slots));
    slots.occupy([...used]);
    for (const grant of reply?.leases ?? []) onLease({ grant, sentNs });
    ahead.take(reply?.ahead ?? [], sentNs);
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
      answer = await this.#ask({ free, waitMs, ahead: 0 });
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
    else this.#take(answer.reply, free, answer.sentNs);
    if (this.#open === 0) this.#options.slots.release(this.#resting.splice(0));
  }

  /** Asks for leases ahead until as many wait as there are attempts to follow. */
  async #untilSatisfied(): Promise<void> {
    const { session, ahead, signal, log } = this.#options;
    while (this.#running && !signal.aborted) {
      const { ahead: grantsAhead = false } = await session.current();
      const wanted = grantsAhead ? ahead.request() : 0;
      if (wanted === 0) return;
      const began = performance.now();
      let pauseMs = 0;
      try {
        const { reply, sentNs } = await this.#ask({ free: [], waitMs: MAX_POLL_MS, ahead: wanted });
        this.#take(reply, [], sentNs);
        const none = (reply.ahead ?? []).length === 0;
        if (none) pauseMs = reply.drain ? DRAIN_PAUSE_MS : MIN_ROUND_MS - (performance.now() - began);
      } catch (error) {
        if (!signal.aborted)
          log.error({ reason: String(error) }, 'the server refuses to lease ahead; trying again');
        pauseMs = DRAIN_PAUSE_MS;
      } finally {
        ahead.answered(wanted);
      }
      await pause(pauseMs, signal);
    }
  }

  #keep(request: Promise<void>): void {
    const kept = request.finally(() => this.#offers.delete(kept));
    this.#offers.add(kept);
  }

  async #ask(wish: {
    readonly free: readonly number[];
    readonly waitMs: number;
    readonly ahead: number;
  }): Promise<{ reply: LeasePollReply; sentNs: bigint }> {
    const { gateway, session, signal, gone, log } = this.#options;
    let offerId = randomUUID();
    for (;;) {
      const { nodeId, generation } = await session.current();
      const { free, waitMs, ahead } = wish;
      const poll: LeasePoll = { offerId, generation, free: [...free], waitMs, ...aheadOf(ahead) };
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
        return { reply: await this.#confirm(reply, generation), sentNs };
      } catch (error) {
        if (signal.aborted) {
          const reply = await gateway.poll(nodeId, { ...poll, waitMs: 0 }, gone);
          return { sentNs, reply: await this.#confirm(reply, generation) };
        }
        if (!NodeSession.isForgotten(error)) throw error;
        await session.register();
        offerId = randomUUID();
      }
    }
  }
}

/** The field of a poll that asks for leases ahead; absent for an older server. */
function aheadOf(wanted: number): Pick<LeasePoll, 'ahead'> {
  return wanted === 0 ? {} : { ahead: wanted };
}

/** Waits; returns at once when the signal fires. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => undefined);
}
