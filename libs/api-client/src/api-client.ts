/**
 * The typed client of the HTTP API, made from the route table: `client.call('getSweep', { params: { sweepId } })`. Runs in
 * Node and browsers. A call that is safe to repeat is repeated when the server is unreachable or overloaded.
 */
import { routes } from '@swath/contracts';
import type { OperationId, Route, RouteReply, RouteRequest } from '@swath/contracts';
import { ApiError } from './api-error.js';
import { toProblemDocument, toReply } from './reply.mapper.js';

/** How to reach a server. */
export interface ApiClientOptions {
  /** Address with its scheme: `http://127.0.0.1:8080`. */
  readonly host: string;
  /** API key. */
  readonly key: string;
  /** Tries of a repeatable call, the first included; default 4. */
  readonly tries?: number;
  /** Milliseconds before the second try, doubled for each further one; default 250. */
  readonly firstDelayMs?: number;
  /** Milliseconds that one try may take, its answer read to the end; default 30 000. */
  readonly timeoutMs?: number;
  /** Replaces `fetch`. */
  readonly fetch?: typeof fetch;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** What a call takes: the parts its route has, plus these. */
export type CallOptions<O extends OperationId> = Defined<RouteRequest<O>> & {
  readonly query?: RouteRequest<O>['query'];
  /** Default: a new random key for routes that need one. Give your own to make a later repetition safe too. */
  readonly idempotencyKey?: string;
  /** A body that is not JSON, with its content type. */
  readonly raw?: { readonly contentType: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
};

const TIMEOUT_MS = 30_000;

/** One server and key. */
export class ApiClient {
  private readonly tries: number;
  private readonly firstDelayMs: number;
  private readonly timeoutMs: number;
  private readonly fetch: typeof fetch;
  private readonly base: string;

  constructor(private readonly options: ApiClientOptions) {
    this.tries = options.tries ?? 4;
    this.firstDelayMs = options.firstDelayMs ?? 250;
    this.timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.fetch = options.fetch ?? fetch;
    this.base = options.host.replace(/\/+$/, '');
  }

  /**
   * Calls an operation.
   *
   * @throws ApiError for anything but a 2xx answer; the abort reason when the signal fires
   */
  async call<O extends OperationId>(operation: O, options: CallOptions<O>): Promise<RouteReply<O>> {
    const route: Route = routes[operation];
    const request = this.requestOf(route, options);
    const isRepeatable =
      route.method === 'GET' || route.idempotent === true || !route.path.startsWith('/agent/');
    const tries = isRepeatable ? this.tries : 1;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return toReply<RouteReply<O>>(await this.send(request));
      } catch (error) {
        if (!(error instanceof ApiError) || !error.retryable || attempt >= tries) throw error;
        await pause(this.firstDelayMs * 2 ** (attempt - 1), options.signal);
      }
    }
  }

  /** Opens a stream of events, without a time limit; see `followEvents` for one that reconnects. @throws ApiError */
  async open(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const request = {
      url: this.base + path,
      init: { headers: this.headersOf({ ...headers, accept: 'text/event-stream' }), signal },
    };
    const reply = await this.exchange(request);
    if (!reply.ok) throw failureOf(reply, await reply.text());
    return reply;
  }

  /** A request to any address of the server, for tools that let people call the API by hand. @throws ApiError */
  async request(
    method: string,
    path: string,
    init: { body?: string; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    return this.exchange({
      url: this.base + path,
      init: {
        method,
        headers: this.headersOf(init.headers ?? {}),
        ...(init.body === undefined ? {} : { body: init.body }),
      },
    });
  }

  private requestOf(route: Route, options: LooseOptions): HttpRequest {
    const { params = {}, query = {}, signal } = options;
    const body = options.raw?.text ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
    return {
      url: this.base + pathOf(route.path, params) + queryOf(query),
      init: {
        method: route.method,
        headers: this.headersOf({
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': options.raw?.contentType ?? 'application/json' }),
          ...idempotencyHeader(route, options.idempotencyKey),
          ...options.headers,
        }),
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      },
    };
  }

  private headersOf(headers: Readonly<Record<string, string>>): Record<string, string> {
    return { authorization: `Bearer ${this.options.key}`, ...headers };
  }

  private async send({ url, init }: HttpRequest): Promise<unknown> {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
    const { reply, text } = await this.reach(init.signal, async () => {
      const answer = await this.fetch(url, { ...init, signal });
      return { reply: answer, text: await answer.text() };
    });
    if (!reply.ok) throw failureOf(reply, text);
    const isJson = reply.headers.get('content-type')?.includes('json') === true;
    return isJson && text !== '' ? JSON.parse(text) : text === '' ? undefined : text;
  }

  private async exchange({ url, init }: HttpRequest): Promise<Response> {
    return this.reach(init.signal, () => this.fetch(url, init));
  }

  /** Runs what talks to the server; anything but the caller's own abort becomes an ApiError that may be repeated. */
  private async reach<T>(signal: RequestInit['signal'], exchange: () => Promise<T>): Promise<T> {
    try {
      return await exchange();
    } catch (cause) {
      signal?.throwIfAborted();
      const isSilent = cause instanceof Error && cause.name === 'TimeoutError';
      const failure = isSilent ? `did not answer within ${this.timeoutMs / 1000} s` : 'cannot be reached';
      throw new ApiError(`${this.base} ${failure}`, { status: 0, cause });
    }
  }
}

interface HttpRequest {
  readonly url: string;
  readonly init: RequestInit;
}

interface LooseOptions {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly raw?: { readonly contentType: string; readonly text: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function idempotencyHeader(route: Route, given: string | undefined): Record<string, string> {
  if (given !== undefined) return { 'idempotency-key': given };
  return route.idempotent === true ? { 'idempotency-key': crypto.randomUUID() } : {};
}

function pathOf(path: string, params: object): string {
  const values = new Map<string, string>(Object.entries(params));
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(values.get(name) ?? ''));
}

function queryOf(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function failureOf(reply: Response, text: string): ApiError {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  const problem = toProblemDocument(body);
  return new ApiError(problem?.detail ?? `HTTP ${reply.status}: ${text.slice(0, 200)}`, {
    status: reply.status,
    problem,
  });
}

/** Waits; rejects when the signal fires. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
