/**
 * Follows the events of a project across lost connections and restarts of the server: each reconnection asks for what came
 * after the last event seen, so none is lost and none comes twice.
 */
import type { EventView } from '@swath/contracts';
import { createParser } from 'eventsource-parser';
import { ApiError } from './api-error.js';
import { pause } from './api-client.js';
import type { ApiClient } from './api-client.js';
import { toReply } from './reply.mapper.js';

/** What to follow. */
export interface FollowOptions {
  /** Such as `sweep:sw_1a2b3c4d`; default everything of the project. */
  readonly topics?: readonly string[];
  /** Start after this event; default: from now on. */
  readonly after?: string;
  readonly signal: AbortSignal;
  /** Told when a stream is open: from here on nothing is missed. */
  readonly onOpen?: () => void;
  /** Milliseconds without a byte after which the connection counts as lost; default 45 000, three keep-alives of the server. */
  readonly silenceMs?: number;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
const SILENCE_MS = 45_000;

/**
 * Yields events until the signal fires.
 *
 * @throws ApiError that waiting cannot cure, such as a wrong key
 */
export async function* followEvents(
  client: ApiClient,
  options: FollowOptions,
): AsyncGenerator<EventView, void> {
  let after = options.after;
  let delayMs = FIRST_DELAY_MS;
  while (!options.signal.aborted) {
    try {
      for await (const event of readStream(client, options, after)) {
        after = event.id;
        delayMs = FIRST_DELAY_MS;
        yield event;
      }
    } catch (error) {
      if (options.signal.aborted) return;
      if (error instanceof ApiError && !error.retryable) throw error;
    }
    await pause(delayMs, options.signal).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS);
  }
}

async function* readStream(
  client: ApiClient,
  { topics, signal, onOpen, silenceMs = SILENCE_MS }: FollowOptions,
  after: string | undefined,
): AsyncGenerator<EventView, void> {
  const query = topics === undefined ? '' : `?topics=${encodeURIComponent(topics.join(','))}`;
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  const silence = new SilenceWatch(silenceMs);
  try {
    const either = AbortSignal.any([signal, silence.signal]);
    const reply = await client.open(`/api/v1/events${query}`, headers, either);
    onOpen?.();
    const ready: EventView[] = [];
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (id !== undefined) ready.push(toReply<EventView>(JSON.parse(data)));
      },
    });
    const decoder = new TextDecoder();
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = reply.body?.getReader();
    for (;;) {
      silence.restart();
      const chunk = await reader?.read();
      silence.pause();
      if (chunk === undefined || chunk.done) return;
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      yield* ready.splice(0);
    }
  } finally {
    silence.pause();
  }
}

/** Aborts a connection on which nothing came for too long: a half-open one never ends by itself. */
class SilenceWatch {
  private readonly abort = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly milliseconds: number) {
    this.restart();
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  restart(): void {
    this.pause();
    this.timer = setTimeout(() => {
      this.abort.abort(new Error('the event stream is silent'));
    }, this.milliseconds);
  }

  /** Not counted while the reader of the events is busy with one. */
  pause(): void {
    clearTimeout(this.timer);
  }
}
