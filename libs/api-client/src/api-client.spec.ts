import { describe, expect, it } from 'vitest';
import { ApiClient } from './api-client.js';
import { ApiError } from './api-error.js';
import { followEvents } from './follow-events.js';

interface Seen {
  readonly url: string;
  readonly method: string | undefined;
  readonly headers: Headers;
  readonly body: unknown;
}

type Step = Response | Error;

/** A client whose server gives the listed answers in order. */
function clientOf(steps: Step[]): { client: ApiClient; seen: Seen[] } {
  const seen: Seen[] = [];
  const answer: typeof fetch = async (url, init) => {
    seen.push({
      url: url instanceof Request ? url.url : url.toString(),
      method: init?.method,
      headers: new Headers(init?.headers),
      body: init?.body,
    });
    const step = steps.shift();
    if (step === undefined) throw new Error('no answer is left');
    if (step instanceof Error) throw step;
    return step;
  };
  const client = new ApiClient({ host: 'http://swath.test/', key: 'k', firstDelayMs: 1, fetch: answer });
  return { client, seen };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

function problem(status: number, code: string, retryable: boolean): Response {
  const body = { type: '', title: '', status, detail: `because ${code}`, code, hint: '', retryable };
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
}

describe('ApiClient', () => {
  it('writes path, query, key and body as the route table says', async () => {
    const { client, seen } = clientOf([json({ data: [], nextCursor: null }), json({ parallel: 4 })]);
    await client.call('listTrials', { params: { sweepId: 'sw_a b' }, query: { limit: 2, sort: 'best' } });
    await client.call('resizeSweep', { params: { sweepId: 'sw_1' }, body: { parallel: 4 } });
    expect(seen[0]).toMatchObject({
      url: 'http://swath.test/api/v1/sweeps/sw_a%20b/trials?limit=2&sort=best',
      method: 'GET',
    });
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer k');
    expect(seen[1]).toMatchObject({
      url: 'http://swath.test/api/v1/sweeps/sw_1:resize',
      method: 'POST',
      body: '{"parallel":4}',
    });
  });

  it('repeats a call under one idempotency key until the server answers', async () => {
    const { client, seen } = clientOf([
      new TypeError('refused'),
      problem(503, 'server/unavailable', true),
      json({ sweep: { id: 'sw_1' } }, 201),
    ]);
    const reply = await client.call('createSweep', { body: { spec: 'method: random' } });
    expect(reply.sweep.id).toBe('sw_1');
    const keys = new Set(seen.map(({ headers }) => headers.get('idempotency-key')));
    expect(seen).toHaveLength(3);
    expect(keys.size).toBe(1);
    expect(keys.has(null)).toBe(false);
  });

  it('throws the problem of a refusal without repeating it', async () => {
    const { client, seen } = clientOf([problem(404, 'sweep/not-found', false)]);
    const error: unknown = await client
      .call('getSweep', { params: { sweepId: 'x' } })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 404,
      code: 'sweep/not-found',
      message: 'because sweep/not-found',
      retryable: false,
    });
    expect(seen).toHaveLength(1);
  });

  it('gives up after its tries and says that the server cannot be reached', async () => {
    const { client, seen } = clientOf(Array.from({ length: 4 }, () => new TypeError('refused')));
    await expect(client.call('getCaller', {})).rejects.toMatchObject({ status: 0, retryable: true });
    expect(seen).toHaveLength(4);
  });

  it('stops at once when its signal fires', async () => {
    const { client } = clientOf([new TypeError('aborted')]);
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(client.call('getCaller', { signal })).rejects.toThrow('enough');
  });

  it('does not wait for ever on a server that accepts and says nothing', async () => {
    const client = new ApiClient({
      host: 'http://swath.test',
      key: 'k',
      tries: 2,
      firstDelayMs: 1,
      timeoutMs: 5,
      fetch: silent,
    });
    await expect(client.call('getCaller', {})).rejects.toMatchObject({
      status: 0,
      message: 'http://swath.test did not answer within 0.005 s',
    });
  });
});

/** A server that never answers: ends only by the abort of the caller. */
const silent: typeof fetch = (_url, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener('abort', () => {
      const reason: unknown = init.signal?.reason;
      reject(reason instanceof Error ? reason : new Error('aborted'));
    });
  });

function stream(...ids: string[]): Response {
  const frames = ids.map(
    (id) =>
      `id: ${id}\nevent: x\ndata: ${JSON.stringify({ id, topic: 't', name: 'x', entity: {}, at: '' })}\n\n`,
  );
  return new Response(`retry: 1000\n\n: keep-alive\n\n${frames.join('')}`, {
    headers: { 'content-type': 'text/event-stream' },
  });
}

describe('followEvents', () => {
  it('goes on after the last event it saw when the connection ends', async () => {
    const { client, seen } = clientOf([stream('1-1', '1-2'), new TypeError('refused'), stream('1-3')]);
    const stop = new AbortController();
    const ids: string[] = [];
    for await (const event of followEvents(client, { topics: ['sweep:a'], signal: stop.signal })) {
      ids.push(event.id);
      if (event.id === '1-3') stop.abort();
    }
    expect(ids).toEqual(['1-1', '1-2', '1-3']);
    expect(seen.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '1-2', '1-2']);
    expect(seen[0]?.url).toBe('http://swath.test/api/v1/events?topics=sweep%3Aa');
  });

  it('connects again when the connection is silent', async () => {
    const halfOpen = new Response(new ReadableStream<Uint8Array>());
    const { client } = clientOf([halfOpen, stream('1-1')]);
    const stalled: ApiClient['open'] = async (path, headers, signal) => {
      const reply = await open(path, headers, signal);
      return reply === halfOpen
        ? new Response(reply.body?.pipeThrough(new TransformStream(), { signal }))
        : reply;
    };
    const open = client.open.bind(client);
    client.open = stalled;
    const stop = new AbortController();
    const ids: string[] = [];
    for await (const event of followEvents(client, { signal: stop.signal, silenceMs: 20 })) {
      ids.push(event.id);
      stop.abort();
    }
    expect(ids).toEqual(['1-1']);
  });

  it('ends with the problem when waiting cannot help', async () => {
    const { client } = clientOf([problem(401, 'auth/invalid', false)]);
    const events = followEvents(client, { signal: new AbortController().signal });
    await expect(events.next()).rejects.toMatchObject({ code: 'auth/invalid' });
  });
});
