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
export interface DoneTrial {
  readonly rowId: bigint;
  readonly sweepId: string;
  readonly trialId: string;
}

/** What one signal carries. */
export interface DoneBatch {
  readonly sweepId: string;
  readonly trials: readonly DoneTrial[];
}

interface Queue {
  /** Signals that may be sent now. */
  tokens: number;
  /** When the latest token was earned, ms. */
  earnedAt: number;
  /** When the first of `trials` came in, ms. */
  firstAt: number;
  trials: DoneTrial[];
}

/** Closed trials that wait to be told, by sweep. */
export class DoneBatcher {
  private readonly queues = new Map<string, Queue>();

  /** Takes a closed trial in at time `now`, ms. */
  add(trial: DoneTrial, now: number): void {
    const queue = this.queues.get(trial.sweepId) ?? {
      tokens: BURST,
      earnedAt: now,
      firstAt: now,
      trials: [],
    };
    if (queue.trials.length === 0) queue.firstAt = now;
    queue.trials.push(trial);
    this.queues.set(trial.sweepId, queue);
  }

  /** Takes out the batches that are due at time `now`, ms. At `Infinity` every batch is. */
  take(now: number): DoneBatch[] {
    const due: DoneBatch[] = [];
    for (const [sweepId, queue] of this.queues) {
      earn(queue, now);
      if (queue.trials.length > 0 && dueAt(queue) <= now) {
        due.push({ sweepId, trials: queue.trials });
        queue.trials = [];
        queue.tokens = Math.max(0, queue.tokens - 1);
      }
      if (queue.trials.length === 0 && queue.tokens === BURST) this.queues.delete(sweepId);
    }
    return due;
  }

  /** When the next batch is due, ms, or `undefined` when nothing waits. */
  nextDueAt(): number | undefined {
    const times = [...this.queues.values()].filter((queue) => queue.trials.length > 0).map(dueAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

function earn(queue: Queue, now: number): void {
  const earned = Math.floor((now - queue.earnedAt) / EARN_MS);
  if (queue.tokens + earned >= BURST) {
    queue.tokens = BURST;
    queue.earnedAt = now;
  } else {
    queue.tokens += earned;
    queue.earnedAt += earned * EARN_MS;
  }
}

function dueAt(queue: Queue): number {
  if (queue.trials.length >= FULL_BATCH) return queue.firstAt;
  if (queue.tokens > 0) return queue.firstAt + GATHER_MS;
  return Math.max(queue.earnedAt + EARN_MS, queue.firstAt + GATHER_MS);
}
