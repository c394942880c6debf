/**
 * The one event stream of a tab. It reconnects by itself and asks for what came after the last event seen, so nothing is missed
 * and nothing comes twice. `live-cache.ts` carries its events to the pages; `app/live-pill.tsx` shows its state.
 */
import { createParser } from 'eventsource-parser';
import type { EventView } from '@swath/contracts';
import { RequestError } from './problem.js';
import { toEvent } from './reply.mapper.js';
import { send } from './request.js';

/** What the stream is doing; `since` and `at` are milliseconds of the epoch. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | { readonly kind: 'waiting'; readonly at: number; readonly since: number }
  | { readonly kind: 'paused'; readonly since: number };

/** Who gets the events. */
export interface LiveListener {
  readonly onEvent: (event: EventView) => void;
  /** The stream starts without a place to go on from: whatever is shown may be old. */
  readonly onFresh: () => void;
  readonly onSignedOut: () => void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
/** The server sends a comment every 15 seconds; a stream silent for longer than this is dead. */
const SILENCE_MS = 40_000;

/** The stream. */
export class LiveStream {
  private state: LiveState = { kind: 'connecting' };
  private readonly watchers = new Set<() => void>();
  private controller: AbortController | undefined;
  private lastEventId: string | undefined;
  private delayMs = FIRST_DELAY_MS;

  constructor(private readonly listener: LiveListener) {}

  /** For `useSyncExternalStore`. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** For `useSyncExternalStore`. */
  readonly read = (): LiveState => this.state;

  /** Opens the stream and keeps it open. */
  start(): void {
    if (this.controller !== undefined) return;
    this.controller = new AbortController();
    this.enter({ kind: 'connecting' });
    void this.run(this.controller.signal);
  }

  /** Closes the stream; `start` goes on where it was. */
  pause(): void {
    this.close();
    this.enter({ kind: 'paused', since: Date.now() });
  }

  /** Closes the stream without showing anything. */
  close(): void {
    this.controller?.abort();
    this.controller = undefined;
  }

  private async run(signal: AbortSignal): Promise<void> {
    let since = Date.now();
    while (!signal.aborted) {
      try {
        await this.follow(signal);
        since = Date.now();
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RequestError && error.isSignedOut) {
          this.listener.onSignedOut();
          return;
        }
        if (this.state.kind === 'live') since = Date.now();
      }
      const delay = this.delayMs * (0.75 + Math.random() / 2);
      this.delayMs = Math.min(this.delayMs * 2, LONGEST_DELAY_MS);
      this.enter({ kind: 'waiting', at: Date.now() + delay, since });
      await sleep(delay, signal);
    }
  }

  private async follow(signal: AbortSignal): Promise<void> {
    const silence = new AbortController();
    const reply = await send('/api/v1/events', {
      headers: {
        accept: 'text/event-stream',
        ...(this.lastEventId === undefined ? {} : { 'last-event-id': this.lastEventId }),
      },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (reply.body === null) return;
    if (this.lastEventId === undefined) this.listener.onFresh();
    this.delayMs = FIRST_DELAY_MS;
    this.enter({ kind: 'live' });
    const parser = createParser({ onEvent: ({ id, data }) => this.receive(id, data) });
    const decoder = new TextDecoder();
    const reader = reply.body.getReader();
    let timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), SILENCE_MS);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private receive(id: string | undefined, data: string): void {
    if (id === undefined) return;
    this.lastEventId = id;
    this.listener.onEvent(toEvent(data));
  }

  private enter(state: LiveState): void {
    this.state = state;
    for (const watcher of this.watchers) watcher();
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
