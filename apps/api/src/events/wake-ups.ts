/**
 * Waits for PostgreSQL notifications. One connection listens for the whole process; lease polls, command streams and event
 * streams subscribe to what they wait for, first, and then look: a change between the look and the wait is not missed. After
 * a lost connection everybody is woken, because notifications sent meanwhile are gone.
 */
import { listen } from '@swath/persistence';
import type { Listener } from '@swath/persistence';

/** Channels of the product. */
export type Channel = 'swath_pool' | 'swath_lease' | 'swath_event';
const channels: readonly Channel[] = ['swath_pool', 'swath_lease', 'swath_event'];

/** One waiter; a wake-up before `wait` is kept. */
export class Subscription {
  private woken = false;
  private wake: (() => void) | undefined;

  constructor(private readonly unsubscribe: () => void) {}

  /** Called by the hub. */
  notify(): void {
    this.woken = true;
    this.wake?.();
  }

  /** Resolves at the next wake-up (at once if one came since the last wait), after `timeoutMs`, or when the signal fires. */
  async wait(timeoutMs: number, signal: AbortSignal): Promise<'woken' | 'timeout' | 'aborted'> {
    if (signal.aborted) return 'aborted';
    if (!this.woken && timeoutMs > 0) await this.sleep(timeoutMs, signal);
    if (signal.aborted) return 'aborted';
    const result = this.woken ? 'woken' : 'timeout';
    this.woken = false;
    return result;
  }

  /** Ends the subscription. */
  close(): void {
    this.unsubscribe();
  }

  private async sleep(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal.addEventListener('abort', done);
      this.wake = done;
    });
  }
}

/** The hub of one process. */
export class WakeUps {
  private readonly waiters = new Map<string, Set<Subscription>>();
  private listener: Listener | undefined;
  private closed = false;

  constructor(private readonly databaseUrl: string) {}

  /** Starts to listen. */
  async start(): Promise<void> {
    this.listener = await listen(this.databaseUrl, channels, {
      onMessage: (channel, payload) => this.wake(`${channel} ${payload}`),
      onConnect: () => this.wakeAll(),
    });
  }

  /** Subscribes to one payload of a channel: a pool, node or project id. */
  subscribe(channel: Channel, payload: string): Subscription {
    const key = `${channel} ${payload}`;
    const group = this.waiters.get(key) ?? new Set<Subscription>();
    this.waiters.set(key, group);
    const subscription = new Subscription(() => {
      group.delete(subscription);
      if (group.size === 0 && this.waiters.get(key) === group) this.waiters.delete(key);
    });
    group.add(subscription);
    return subscription;
  }

  /** Stops listening. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await this.listener?.close();
  }

  private wake(key: string): void {
    for (const subscription of this.waiters.get(key) ?? []) subscription.notify();
  }

  private wakeAll(): void {
    for (const key of this.waiters.keys()) this.wake(key);
  }
}
