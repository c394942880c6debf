/**
 * Sends requests of the route table. Only types come from the table: its schemas would weigh more than the pages. The hooks
 * beside this file call it, one query each.
 */
import type { OperationId, RouteReply, RouteRequest, routes } from '@swath/contracts';
import { RequestError } from './problem.js';
import { toProblem, toReply } from './reply.mapper.js';

/** `METHOD path` of an operation, checked against the table by the compiler. */
export type Address<O extends OperationId> = `${(typeof routes)[O]['method']} ${(typeof routes)[O]['path']}`;

/** Parts of a request. */
export interface RequestParts<O extends OperationId> {
  readonly params?: RouteRequest<O>['params'];
  readonly query?: RouteRequest<O>['query'];
  readonly body?: RouteRequest<O>['body'];
  readonly signal?: AbortSignal;
  /** The same key again has the same effect once. Default: a new one for each write. */
  readonly idempotencyKey?: string;
}

/** Calls an operation. @throws RequestError */
export async function request<O extends OperationId>(
  address: Address<O>,
  parts: RequestParts<O> = {},
): Promise<RouteReply<O>> {
  const [method = 'GET', path = ''] = address.split(' ');
  const url = fill(path, parts.params ?? {}) + queryOf(parts.query ?? {});
  const reply = await send(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(method === 'GET' ? {} : writeHeaders(parts.idempotencyKey)),
      ...(parts.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(parts.body === undefined ? {} : { body: JSON.stringify(parts.body) }),
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
  });
  const text = await reply.text();
  return toReply<RouteReply<O>>(text === '' ? undefined : JSON.parse(text));
}

/** What every write of a browser session carries. */
export function writeHeaders(idempotencyKey: string = newKey()): Record<string, string> {
  return { 'swath-client': 'web', 'idempotency-key': idempotencyKey };
}

/** Sends one request; anything but 2xx is an error. @throws RequestError */
export async function send(url: string, init: RequestInit): Promise<Response> {
  let reply: Response;
  try {
    // The query cache decides what is fresh. The browser's own cache must not: an ETag names the version of an entity, which
    // its counts and costs outrun.
    reply = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...init });
  } catch (error) {
    init.signal?.throwIfAborted();
    throw Object.assign(new RequestError(0, undefined), { cause: error });
  }
  if (reply.ok) return reply;
  throw new RequestError(reply.status, toProblem(await reply.json().catch(() => undefined)));
}

// crypto.randomUUID exists on secure origins only; a server in a local network may be plain HTTP.
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

function fill(path: string, params: object): string {
  const values = new Map<string, unknown>(Object.entries(params));
  return path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(values.get(name))));
}

function queryOf(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}
