/**
 * Groups the "trial closed" messages of a sweep into few signals. Each signal costs the sweep's workflow about ten history
 * events, whatever it carries; so the first ones go at once, and a sweep that closes many trials a second gets one signal a
 * second or one per twenty trials. Pure: the time is an argument. The relay owns one.
 */

/** Trials closed that make a signal go at once. */
export const FULL_BATCH = 20;
/** Signals a sweep may get in a burst before it is slowed down. */
export const BURST = 50;
/** A sweep earns one signal in this many milliseconds. */
export const EARN_MS = 1_000;
/** How long the first message waits for others that close at the same moment, ms. */
export const GATHER_MS = 20;

/** One closed trial, with the outbox row that says so. */
export interface DoneMessage {
  readonly outboxId: string;
  readonly sweepId: string;
  readonly trialId: string;
}

/** What one signal carries. */
export interface DoneBatch {
  readonly sweepId: string;
  readonly messages: readonly DoneMessage[];
}

interface Queue {
  tokens: number;
  earnedAt: number;
  firstAt: number;
  messages: DoneMessage[];
}

/** Messages that wait to be sent, by sweep. */
export class DoneBatcher {
  private readonly queues = new Map<string, Queue>();

  /** Takes a message in at time `now`, ms. */
  add(message: DoneMessage, now: number): void {
    const queue = this.queueOf(message.sweepId, now);
    if (queue.messages.length === 0) queue.firstAt = now;
    queue.messages.push(message);
  }

  /** Takes out the batches that are due at time `now`, ms; all of them when `flush` is set. */
  take(now: number, flush = false): DoneBatch[] {
    const due: DoneBatch[] = [];
    for (const [sweepId, queue] of this.queues) {
      earn(queue, now);
      if (queue.messages.length > 0 && (flush || dueAt(queue) <= now)) {
        due.push({ sweepId, messages: queue.messages });
        queue.messages = [];
        queue.tokens = Math.max(0, queue.tokens - 1);
      }
      if (queue.messages.length === 0 && queue.tokens >= BURST) this.queues.delete(sweepId);
    }
    return due;
  }

  /** When the next batch is due, ms, or `undefined` when nothing waits. */
  nextDueAt(): number | undefined {
    const times = [...this.queues.values()].filter((queue) => queue.messages.length > 0).map(dueAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  private queueOf(sweepId: string, now: number): Queue {
    const known = this.queues.get(sweepId);
    if (known !== undefined) return known;
    const queue: Queue = { tokens: BURST, earnedAt: now, firstAt: now, messages: [] };
    this.queues.set(sweepId, queue);
    return queue;
  }
}

function earn(queue: Queue, now: number): void {
  const earned = Math.floor((now - queue.earnedAt) / EARN_MS);
  if (earned <= 0) return;
  queue.tokens = Math.min(BURST, queue.tokens + earned);
  queue.earnedAt += earned * EARN_MS;
}

function dueAt(queue: Queue): number {
  if (queue.messages.length >= FULL_BATCH) return queue.firstAt;
  return queue.tokens > 0 ? queue.firstAt + GATHER_MS : Math.max(queue.earnedAt + EARN_MS, queue.firstAt);
}
