/**
 * The event stream of a project. A client that reconnects sends the id of the last event it saw and gets all that came
 * after it: events are rows, so a restart of the API loses and repeats none.
 */
import { Controller, Req, Res } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { RouteInput } from '@swath/contracts';
import { newestCursor, readEvents } from '@swath/lifecycle';
import type { EventCursor, EventRow, Principal } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { Access } from '../http/access.js';
import { Caller, Input, Operation } from '../http/operation.js';
import { disconnectSignal } from '../http/request.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { EventStream, KEEP_ALIVE_MS } from './event-stream.js';
import { toEventView } from './event.mapper.js';
import { OpenRequests } from './open-requests.js';
import { WakeUps } from './wake-ups.js';
import type { Subscription } from './wake-ups.js';

const BATCH = 500;
/** An event is readable only when every older transaction has ended, which may be a moment after its notification. */
const LOOK_AGAIN_MS = 250;
const LOOKS_AFTER_WAKING = 8;

/** `GET /api/v1/events`. */
@Controller()
export class EventsController {
  constructor(
    private readonly db: Database,
    private readonly access: Access,
    private readonly wakeUps: WakeUps,
    private readonly open: OpenRequests,
  ) {}

  @Operation('streamEvents')
  async stream(
    @Input() { query }: RouteInput<'streamEvents'>,
    @Caller() caller: Principal,
    @Req() request: ApiRequest,
    @Res() reply: ApiReply,
  ): Promise<void> {
    const projectId = await this.access.project(caller, query.project);
    const topics = query.topics?.split(',').filter((topic) => topic !== '') ?? [];
    const header = request.headers['last-event-id'];
    const last = typeof header === 'string' ? header : query.after;
    const subscription = this.wakeUps.subscribe('swath_event', projectId);
    try {
      const after = last === undefined ? await newestCursor(this.db) : parseCursor(last);
      const signal = this.open.signal(disconnectSignal(request, reply));
      const stream = new EventStream(reply, signal);
      stream.open(request.id);
      await this.follow({ projectId, topics, after, stream, subscription, signal });
      if (this.open.isStopping) await stream.send({ event: 'bye', data: {} });
      stream.end();
    } finally {
      subscription.close();
    }
  }

  private async follow(following: Following): Promise<void> {
    let { after } = following;
    const { projectId, topics, stream, subscription, signal } = following;
    let looks = 0;
    while (!signal.aborted) {
      const events = await readEvents(this.db, { projectId, after, topics, limit: BATCH });
      for (const event of events) await stream.send(frameOf(event));
      // Also while other topics of the project wake this loop all the time: a client takes silence for a lost connection.
      await stream.keepAlive();
      after = events.at(-1)?.cursor ?? after;
      if (events.length === BATCH) continue;
      const woken = await subscription.wait(looks > 0 ? LOOK_AGAIN_MS : KEEP_ALIVE_MS, signal);
      if (woken === 'woken') looks = LOOKS_AFTER_WAKING;
      else if (looks > 0) looks -= 1;
    }
  }
}

interface Following {
  readonly projectId: string;
  readonly topics: readonly string[];
  readonly after: EventCursor;
  readonly stream: EventStream;
  readonly subscription: Subscription;
  readonly signal: AbortSignal;
}

function frameOf(event: EventRow): { id: string; event: string; data: unknown } {
  const view = toEventView(event);
  return { id: view.id, event: view.name, data: view };
}

/** `<txid>-<seq>`. @throws `request/invalid` */
export function parseCursor(text: string): EventCursor {
  const match = /^(\d{1,19})-(\d{1,19})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new DomainError('request/invalid', 'Last-Event-ID must be the id of an event of this stream');
  }
  return { txid: BigInt(match[1]), seq: BigInt(match[2]) };
}
