/** Writes server-sent events to a client: frames, comments that keep the connection alive, and an end to slow readers. */
import { once } from 'node:events';
import type { ApiReply } from '../http/request.js';

/** How often a stream sends something, so that both sides notice a dead connection. */
export const KEEP_ALIVE_MS = 15_000;
/** How long a client may take to read what is written. */
const SLOW_READER_MS = 30_000;

/** One frame. */
export interface Frame {
  readonly id?: string;
  readonly event?: string;
  readonly data: unknown;
}

/** An open stream of events. */
export class EventStream {
  private sentAt = performance.now();

  constructor(
    private readonly reply: ApiReply,
    private readonly signal: AbortSignal,
  ) {}

  /** Takes the reply over and sends its head. */
  open(traceId: string): void {
    this.reply.hijack();
    this.reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'keep-alive',
      'x-accel-buffering': 'no',
      'x-request-id': traceId,
    });
    this.reply.raw.write('retry: 1000\n\n');
  }

  /** Sends a frame; waits for a slow reader. */
  async send({ id, event, data }: Frame): Promise<void> {
    const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
    await this.write(`${head}data: ${JSON.stringify(data)}\n\n`);
  }

  /** Sends a comment, which readers skip. */
  async comment(text: string): Promise<void> {
    await this.write(`: ${text}\n\n`);
  }

  /** Sends a comment when nothing was sent for as long as clients wait for. */
  async keepAlive(): Promise<void> {
    if (performance.now() - this.sentAt >= KEEP_ALIVE_MS) await this.comment('keep-alive');
  }

  /** Ends the stream. */
  end(): void {
    this.reply.raw.end();
  }

  private async write(text: string): Promise<void> {
    this.sentAt = performance.now();
    if (this.signal.aborted || this.reply.raw.write(text)) return;
    const limit = AbortSignal.any([this.signal, AbortSignal.timeout(SLOW_READER_MS)]);
    try {
      await once(this.reply.raw, 'drain', { signal: limit });
    } catch {
      this.reply.raw.destroy();
    }
  }
}
