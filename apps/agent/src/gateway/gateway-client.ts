/**
 * The calls of `/agent/v1`, typed by the contracts and checked on receipt. The lease loops and the streams call it; each
 * call can be repeated with the same content and gets the same answer.
 */
import {
  checkpointStoredSchema,
  completeReplySchema,
  heartbeatReplySchema,
  leasePollReplySchema,
  logReplySchema,
  metricReplySchema,
  nodeRegisteredSchema,
  startReplySchema,
} from '@swath/contracts';
import type {
  CompleteLease,
  CompleteReply,
  Heartbeat,
  HeartbeatReply,
  LeasePoll,
  LeasePollReply,
  LogBatch,
  LogReply,
  MetricBatch,
  MetricReply,
  NodeRegistered,
  RegisterNode,
  ReleaseLease,
  StartLease,
  StartReply,
} from '@swath/contracts';
import type { IncomingMessage } from 'node:http';
import type { PackedCheckpoint } from '../checkpoint/archive.js';
import { GatewayError, JsonClient } from './http-json.js';

/** Longest wait for an answer that needs no waiting for work. */
const ANSWER_MS = 15_000;

/** A zod schema, as far as it is needed here. */
interface ReplySchema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { message: string } };
}

/** The agent's side of `/agent/v1`. */
export class GatewayClient {
  readonly #http: JsonClient;

  /**
   * @param host address of the API, with its scheme
   * @param key agent key of the pool
   */
  constructor(host: string, key: string) {
    this.#http = new JsonClient(host, key);
  }

  /** Registers the node or changes its inventory. */
  async register(body: RegisterNode, signal?: AbortSignal): Promise<NodeRegistered> {
    return await this.#post('/nodes', body, nodeRegisteredSchema, { signal });
  }

  /** Asks for leases on free slots; waits up to `body.waitMs` for work. */
  async poll(nodeId: string, body: LeasePoll, signal?: AbortSignal): Promise<LeasePollReply> {
    const timeoutMs = body.waitMs + ANSWER_MS;
    return await this.#post(`/nodes/${nodeId}/leases:poll`, body, leasePollReplySchema, {
      signal,
      timeoutMs,
    });
  }

  /** Renews all leases of the node. */
  async heartbeat(nodeId: string, body: Heartbeat, signal?: AbortSignal): Promise<HeartbeatReply> {
    return await this.#post(`/nodes/${nodeId}/heartbeat`, body, heartbeatReplySchema, { signal });
  }

  /** Ends a lease; the reply may carry the next. */
  async complete(leaseId: string, body: CompleteLease, signal?: AbortSignal): Promise<CompleteReply> {
    const timeoutMs = (body.poll?.waitMs ?? 0) + ANSWER_MS;
    return await this.#post(`/leases/${leaseId}:complete`, body, completeReplySchema, { signal, timeoutMs });
  }

  /** Says that the process of a lease ahead was started. */
  async start(leaseId: string, body: StartLease, signal?: AbortSignal): Promise<StartReply> {
    return await this.#post(`/leases/${leaseId}:start`, body, startReplySchema, { signal });
  }

  /** Gives a lease ahead back. */
  async release(leaseId: string, body: ReleaseLease, signal?: AbortSignal): Promise<void> {
    await this.#send(`/leases/${leaseId}:release`, body, { signal });
  }

  /** Stores rows of a run. */
  async metrics(runId: string, body: MetricBatch, signal?: AbortSignal): Promise<MetricReply> {
    return await this.#post(`/runs/${runId}/metrics`, body, metricReplySchema, { signal });
  }

  /** Stores lines of output of a run. */
  async logs(runId: string, body: LogBatch, signal?: AbortSignal): Promise<LogReply> {
    return await this.#post(`/runs/${runId}/logs`, body, logReplySchema, { signal });
  }

  /** Stores a checkpoint; it is durable when this returns. */
  async storeCheckpoint(
    leaseId: string,
    attempt: number,
    { file, sha256, size }: PackedCheckpoint,
    signal: AbortSignal,
  ): Promise<void> {
    const path = `/agent/v1/leases/${leaseId}:checkpoint?attempt=${attempt}&sha256=${sha256}`;
    const type = 'application/x-tar';
    checkpointStoredSchema.parse(await this.#http.sendFile(path, { path: file, size, type }, signal));
  }

  /** Writes the archive that an attempt resumes from to a file; false when it was cut short. */
  async readCheckpoint(leaseId: string, file: string, signal: AbortSignal): Promise<boolean> {
    return await this.#http.readFile(`/agent/v1/leases/${leaseId}/checkpoint`, file, signal);
  }

  /** Says that the node goes away. */
  async leave(nodeId: string, signal?: AbortSignal): Promise<void> {
    await this.#send(`/nodes/${nodeId}:leave`, {}, { signal });
  }

  /** Server-sent commands for the leases of the node. */
  async commands(nodeId: string, signal: AbortSignal): Promise<IncomingMessage> {
    return await this.#http.stream(`/agent/v1/nodes/${nodeId}/commands`, signal);
  }

  /** The server's time as it tells it, when it answers; for `doctor`. */
  async health(): Promise<{ date: string | undefined }> {
    return await this.#http.head('/healthz', 5000);
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.close();
  }

  async #post<T>(
    path: string,
    body: unknown,
    schema: ReplySchema<T>,
    options: { signal?: AbortSignal | undefined; timeoutMs?: number },
  ): Promise<T> {
    const parsed = schema.safeParse(await this.#send(path, body, options));
    if (parsed.success) return parsed.data;
    // Another version of the server, or a proxy in between: trying again is safe, every call can be repeated.
    throw new GatewayError(`${path}: unexpected reply: ${parsed.error.message}`, { status: 0 });
  }

  async #send(
    path: string,
    body: unknown,
    { signal, timeoutMs = ANSWER_MS }: { signal?: AbortSignal | undefined; timeoutMs?: number },
  ): Promise<unknown> {
    return await this.#http.send({ method: 'POST', path: `/agent/v1${path}`, body, timeoutMs, signal });
  }
}
