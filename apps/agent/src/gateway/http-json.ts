/**
 * One JSON request over a kept-alive connection. The gateway client builds on it; Node's own client, because its cost is
 * on the way between two trials. Replies are bounded, errors say whether the same request may succeed later.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';

/** Largest reply that is read. */
const MAX_REPLY_BYTES = 8 * 1024 * 1024;

/** Bytes per millisecond of the slowest line on which an upload still gets through: half of 64 kbit/s. */
const SLOWEST_LINE = 4;

/** A transfer of a file on which nothing moves for so long is given up, milliseconds. */
const STALLED_MS = 60_000;

/** A request that got no 2xx reply. */
export class GatewayError extends Error {
  /** HTTP status; 0 when there was no reply. */
  readonly status: number;
  /** Code of the problem document, or empty. */
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** What the server asked to wait, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    fields: { status: number; code?: string; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(message, { cause: fields.cause });
    this.name = 'GatewayError';
    this.status = fields.status;
    this.code = fields.code ?? '';
    this.retryable = fields.status === 0 || fields.status === 429 || fields.status >= 500;
    this.retryAfterMs = fields.retryAfterMs;
  }
}

/** One request. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Without it: the key of the client. */
  readonly token?: string | undefined;
  /** Longest wait for the whole answer; a large body adds what it takes on the slowest line that is served. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Connections to one server. */
export class JsonClient {
  readonly #base: URL;
  readonly #key: string;
  readonly #transport: typeof http | typeof https;
  readonly #connections: http.Agent;

  constructor(host: string, key: string) {
    this.#base = new URL(host);
    this.#key = key;
    this.#transport = this.#base.protocol === 'https:' ? https : http;
    this.#connections = new this.#transport.Agent({ keepAlive: true, maxFreeSockets: 64 });
  }

  /**
   * The parsed reply of a 2xx answer.
   *
   * @throws GatewayError for anything else
   */
  async send(request: JsonRequest): Promise<unknown> {
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const { status, headers, text } = await this.#exchange(request, body);
    if (status >= 200 && status < 300) return text === '' ? {} : parseReply(text, status);
    throw problemOf(status, headers, text);
  }

  /** The `Date` header of a 2xx answer. */
  async head(path: string, timeoutMs: number): Promise<{ date: string | undefined }> {
    const { status, headers, text } = await this.#exchange({ method: 'GET', path, timeoutMs }, undefined);
    if (status >= 200 && status < 300) return { date: headers.date };
    throw problemOf(status, headers, text);
  }

  /** An open reply that is read as it comes; the caller ends it through the signal. */
  async stream(path: string, signal: AbortSignal): Promise<http.IncomingMessage> {
    return await new Promise((resolve, reject) => {
      const request = this.#transport.request(
        this.#options('GET', path, { accept: 'text/event-stream' }, signal),
      );
      request.once('response', (reply) => {
        if (reply.statusCode === 200) resolve(reply);
        else {
          reply.resume();
          reject(
            new GatewayError(`GET ${path}: HTTP ${reply.statusCode}`, { status: reply.statusCode ?? 0 }),
          );
        }
      });
      request.once('error', (cause) => reject(unreachable(path, cause)));
      request.end();
    });
  }

  /**
   * Posts the content of a file; the parsed reply.
   *
   * @throws GatewayError
   */
  async sendFile(
    path: string,
    file: { readonly path: string; readonly size: number; readonly type: string },
    signal: AbortSignal,
  ): Promise<unknown> {
    const headers = { 'content-type': file.type, 'content-length': file.size };
    const request = this.#transport.request(this.#options('POST', path, headers, signal));
    request.setTimeout(STALLED_MS, () => request.destroy(new Error('the transfer has stalled')));
    const answered = replyOf(request, path);
    try {
      const [reply] = await Promise.all([answered, pipeline(createReadStream(file.path), request)]);
      return reply;
    } catch (error) {
      // A refusal may come before the last byte was taken; it says more than the broken pipe.
      return await answered.catch((reason: unknown) => {
        throw reason instanceof GatewayError ? reason : unreachable(path, error);
      });
    }
  }

  /**
   * Writes the body of a 2xx answer to a file; false when it was cut short.
   *
   * @throws GatewayError
   */
  async readFile(path: string, file: string, signal: AbortSignal): Promise<boolean> {
    const request = this.#transport.request(this.#options('GET', path, {}, signal));
    request.setTimeout(STALLED_MS, () => request.destroy(new Error('the transfer has stalled')));
    const reply = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', (cause) => reject(unreachable(path, cause)));
      request.end();
    });
    const status = reply.statusCode ?? 0;
    if (status < 200 || status >= 300) throw problemOf(status, reply.headers, await textOf(reply));
    try {
      await pipeline(reply, createWriteStream(file));
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (reply.errored !== null) return false;
      throw error;
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.#connections.destroy();
  }

  #options(
    method: string,
    path: string,
    headers: http.OutgoingHttpHeaders,
    signal: AbortSignal | undefined,
  ): http.RequestOptions {
    const { protocol, hostname, port, pathname } = this.#base;
    return {
      protocol,
      hostname,
      port,
      path: `${pathname.replace(/\/$/, '')}${path}`,
      method,
      agent: this.#connections,
      headers: { authorization: `Bearer ${this.#key}`, ...headers },
      ...(signal === undefined ? {} : { signal }),
    };
  }

  #exchange(
    { method, path, token, timeoutMs, signal }: JsonRequest,
    body: Buffer | undefined,
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> {
    const headers: http.OutgoingHttpHeaders = {
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'content-length': body.length }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        clearTimeout(timer);
        reject(unreachable(path, cause));
      };
      const request = this.#transport.request(this.#options(method, path, headers, signal));
      const patience = timeoutMs + (body?.length ?? 0) / SLOWEST_LINE;
      const timer = setTimeout(
        () => request.destroy(new Error(`no answer within ${Math.round(patience)} ms`)),
        patience,
      );
      request.once('error', fail);
      request.once('response', (reply) => {
        const chunks: Buffer[] = [];
        let size = 0;
        reply.on('data', (chunk: Buffer) => {
          size += chunk.length;
          chunks.push(chunk);
          if (size > MAX_REPLY_BYTES) request.destroy(new Error('the reply is too large'));
        });
        reply.once('error', fail);
        reply.once('end', () => {
          clearTimeout(timer);
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text });
        });
      });
      request.end(body);
    });
  }
}

/** The parsed reply of a request. @throws GatewayError */
async function replyOf(request: http.ClientRequest, path: string): Promise<unknown> {
  const reply = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', (cause) => reject(unreachable(path, cause)));
  });
  const status = reply.statusCode ?? 0;
  const text = await textOf(reply);
  if (status >= 200 && status < 300) return text === '' ? {} : parseReply(text, status);
  throw problemOf(status, reply.headers, text);
}

async function textOf(reply: http.IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of reply) {
    text += String(chunk);
    if (text.length > MAX_REPLY_BYTES) throw new GatewayError('the reply is too large', { status: 0 });
  }
  return text;
}

function unreachable(path: string, cause: unknown): GatewayError {
  const reason = cause instanceof Error ? cause.message : 'unknown reason';
  return new GatewayError(`${path}: ${reason}`, { status: 0, cause });
}

function parseReply(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // A proxy answered instead of the server: worth trying again.
    throw new GatewayError(`HTTP ${status} with a body that is not JSON`, { status: 0, cause });
  }
}

function problemOf(status: number, headers: http.IncomingHttpHeaders, text: string): GatewayError {
  let detail = '';
  let code = '';
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem === 'object' && problem !== null) {
      if ('detail' in problem && typeof problem.detail === 'string') detail = problem.detail;
      if ('code' in problem && typeof problem.code === 'string') code = problem.code;
    }
  } catch {
    detail = text.slice(0, 200);
  }
  const seconds = Number(headers['retry-after']);
  return new GatewayError(`HTTP ${status} ${code} ${detail}`.trim(), {
    status,
    code,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined,
  });
}
