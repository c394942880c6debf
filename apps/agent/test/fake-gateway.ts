/**
 * A small `/agent/v1` for the agent's tests and benchmarks: hands out a list of attempts, keeps leases, stores what it is
 * sent, and can be told to fail. It checks every request against the contracts, as the API does.
 */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import {
  completeLeaseSchema,
  heartbeatSchema,
  leasePollSchema,
  logBatchSchema,
  metricBatchSchema,
  registerNodeSchema,
  releaseLeaseSchema,
  startLeaseSchema,
} from '@swath/contracts';
import type {
  CompleteLease,
  LeaseCommand,
  LeaseGrant,
  LeasePollReply,
  LogBatch,
  MetricBatch,
  MetricReply,
  RegisterNode,
  StartLease,
} from '@swath/contracts';

/** One attempt to hand out; the rest of the grant has values that fit tests. */
export type Work = Partial<LeaseGrant> & { readonly command: string[] };

/** What is kept of an attempt. */
export interface Told {
  readonly grant: LeaseGrant;
  readonly metrics: Map<string, MetricBatch>;
  readonly logs: Map<number, LogBatch>;
  completions: CompleteLease[];
  /** Of a lease ahead, with the report of its start; from a completion or a request of its own. */
  started: StartLease | undefined;
  released: number;
  renewals: number;
  live: boolean;
}

/** A gateway that listens on a free port. */
export class FakeGateway {
  readonly attempts = new Map<string, Told>();
  readonly registrations: RegisterNode[] = [];
  /** Archives of checkpoints by their SHA-256, in the order in which they came. */
  readonly archives = new Map<string, Buffer>();
  /** How many of the archives asked for next are cut short. */
  cutArchives = 0;
  readonly offers = new Map<string, LeasePollReply>();
  left = 0;
  /** Answers with this status instead, for requests whose path matches. */
  failure: { status: number; code: string; path: RegExp } | undefined;
  /** Stores, then closes the connection without an answer, for requests whose path matches; once. */
  loseReplyOnce: RegExp | undefined;
  /** What a renewal gives. */
  ttlMs = 120_000;
  heartbeatMs = 500;
  renews = true;
  /** Grants leases ahead to polls that ask for them. */
  grantsAhead = false;
  /** Decides about a measurement. */
  judge: (batch: MetricBatch, told: Told) => LeaseCommand | undefined = () => undefined;
  readonly #queue: Work[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #watchers: { check: () => boolean; done: () => void }[] = [];
  readonly #streams = new Set<ServerResponse>();
  readonly #pendingCommands: LeaseCommand[] = [];
  readonly #server: Server;
  #number = 0;
  #conflicts = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** The address. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const wake of this.#waiting) wake();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Batches that came again with other content. */
  get conflicts(): number {
    return this.#conflicts;
  }

  add(...work: Work[]): void {
    this.#queue.push(...work);
    for (const wake of this.#waiting) wake();
  }

  /** Sends a command over the event streams, and with the next heartbeats. */
  command(command: LeaseCommand, { overStream = true } = {}): void {
    this.#pendingCommands.push(command);
    if (overStream) for (const stream of this.#streams) stream.write(`data: ${JSON.stringify(command)}\n\n`);
  }

  /** Resolves when the condition holds; it is looked at after every request. */
  async until(check: () => boolean): Promise<void> {
    if (check()) return;
    await new Promise<void>((done) => this.#watchers.push({ check, done }));
  }

  /** The attempts in the order of their grants. */
  told(): Told[] {
    return [...this.attempts.values()];
  }

  /** All rows of an attempt in order. */
  rows(told: Told): MetricBatch['rows'] {
    return [...told.metrics.values()].sort((a, b) => a.seq - b.seq).flatMap((batch) => batch.rows);
  }

  /** All lines of an attempt in order. */
  lines(told: Told): string[] {
    return [...told.logs.values()]
      .sort((a, b) => a.seq - b.seq)
      .flatMap((batch) => batch.lines.map((line) => line.text));
  }

  /** Ends a lease as the server does when it expires. */
  expire(told: Told): void {
    told.live = false;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (this.failure?.path.test(path) === true) {
      respond(response, this.failure.status, { code: this.failure.code, detail: 'told to fail' });
      request.resume();
      return;
    }
    try {
      if (path.endsWith('/commands')) return this.#stream(response);
      if (path === '/healthz') return respond(response, 200, {});
      if (path.endsWith('/checkpoint')) return this.#sendArchive(path, response);
      const reply = await this.#answer(path, await bodyOf(request, path), request);
      if (this.loseReplyOnce?.test(path) === true) {
        this.loseReplyOnce = undefined;
        request.socket.destroy();
      } else if (reply.status === undefined) respond(response, 200, reply.body);
      else respond(response, reply.status, reply.body);
    } catch (error) {
      respond(response, 400, { code: 'request/invalid', detail: String(error) });
    }
    for (const watcher of this.#watchers.filter(({ check }) => check())) {
      this.#watchers.splice(this.#watchers.indexOf(watcher), 1);
      watcher.done();
    }
  }

  async #answer(
    path: string,
    body: unknown,
    request: IncomingMessage,
  ): Promise<{ status?: number; body: unknown }> {
    if (path.endsWith('/nodes')) return { body: this.#register(registerNodeSchema.parse(body)) };
    if (path.endsWith('/leases:poll'))
      return { body: await this.#poll(leasePollSchema.parse(body), request) };
    if (path.endsWith('/heartbeat')) return { body: this.#heartbeat(heartbeatSchema.parse(body)) };
    if (path.endsWith(':complete'))
      return await this.#complete(path, completeLeaseSchema.parse(body), request);
    if (path.endsWith('/metrics')) return this.#metrics(runOf(path), metricBatchSchema.parse(body));
    if (path.endsWith('/logs')) return this.#logs(runOf(path), logBatchSchema.parse(body));
    if (path.endsWith(':start')) return { body: { state: this.#start(path, startLeaseSchema.parse(body)) } };
    if (path.includes(':checkpoint?')) return this.#checkpoint(path, body);
    if (path.endsWith(':release')) {
      releaseLeaseSchema.parse(body);
      const told = this.#byLease(leaseOf(path));
      if (told !== undefined) Object.assign(told, { live: false, released: told.released + 1 });
      return { body: {} };
    }
    if (path.endsWith(':leave')) {
      this.left += 1;
      return { body: {} };
    }
    return { status: 404, body: { code: 'route/not-found' } };
  }

  #register(body: RegisterNode): unknown {
    this.registrations.push(body);
    const live = (body.adopted ?? []).filter((leaseId) => this.#byLease(leaseId)?.live === true);
    return {
      nodeId: `nd_${body.name}`,
      generation: this.registrations.length,
      protocol: 1,
      heartbeatMs: this.heartbeatMs,
      live,
      ...(this.grantsAhead ? { ahead: true } : {}),
    };
  }

  async #poll(
    { offerId, free, waitMs, ahead = 0 }: ReturnType<typeof leasePollSchema.parse>,
    request: IncomingMessage,
  ): Promise<LeasePollReply> {
    const known = this.offers.get(offerId);
    if (known !== undefined) return known;
    const end = performance.now() + waitMs;
    while (
      this.#queue.length === 0 &&
      performance.now() < end &&
      !request.socket.destroyed &&
      this.#server.listening
    ) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          request.socket.off('close', wake);
          resolve();
        };
        const timer = setTimeout(wake, end - performance.now());
        this.#waiting.add(wake);
        request.socket.once('close', wake);
      });
    }
    const reply: LeasePollReply = { leases: [], drain: false };
    for (const slot of free) {
      const work = this.#queue.shift();
      if (work === undefined) break;
      reply.leases.push(this.#grant(work, slot));
    }
    const granted = this.#queue
      .splice(0, ahead)
      .map((work) => ({ ...this.#grant({ ...work, slots: [] }, 0), successor: false }));
    if (granted.length > 0) reply.ahead = granted;
    if (reply.leases.length + granted.length > 0) this.offers.set(offerId, reply);
    return reply;
  }

  #grant(work: Work, slot: number): LeaseGrant {
    this.#number += 1;
    const n = this.#number;
    const key = `abcdefgh-${n}`;
    const grant: LeaseGrant = {
      leaseId: `ls_${key}-1`,
      attemptId: `at_${key}-1`,
      trialId: `tr_${key}`,
      sweepId: 'sw_abcdefgh',
      runId: key,
      project: 'test',
      trialNumber: n,
      attempt: 1,
      slots: [slot],
      ttlMs: this.ttlMs,
      graceMs: 1000,
      parameters: {},
      env: {},
      token: `swt_ls_${key}-1_${'x'.repeat(40)}`,
      seed: n,
      ...work,
    };
    this.attempts.set(grant.runId, {
      grant,
      metrics: new Map(),
      logs: new Map(),
      completions: [],
      started: undefined,
      released: 0,
      renewals: 0,
      live: true,
    });
    return grant;
  }

  #heartbeat({ leases }: ReturnType<typeof heartbeatSchema.parse>): unknown {
    const renewed: { leaseId: string; ttlMs: number }[] = [];
    const commands: LeaseCommand[] = this.#pendingCommands.filter(
      (command) => this.#byLease(command.leaseId)?.live === true,
    );
    for (const { leaseId } of leases) {
      const told = this.#byLease(leaseId);
      if (told?.live !== true) commands.push({ type: 'stop', leaseId, reason: 'fenced', graceMs: 0 });
      else if (this.renews) {
        told.renewals += 1;
        renewed.push({ leaseId, ttlMs: this.ttlMs });
      }
    }
    return { renewed, commands, drain: false };
  }

  async #complete(
    path: string,
    body: CompleteLease,
    request: IncomingMessage,
  ): Promise<{ status?: number; body: unknown }> {
    const told = this.#byLease(leaseOf(path));
    if (told === undefined) return { status: 404, body: { code: 'lease/not-found' } };
    if (told.completions.length === 0 && !told.live) return { status: 409, body: { code: 'lease/fenced' } };
    told.live = false;
    told.completions.push(body);
    const start =
      body.start === undefined ? {} : { start: this.#start(`leases/${body.start.leaseId}:`, body.start) };
    const next = body.poll === undefined ? {} : { next: await this.#poll(body.poll, request) };
    return { body: { ...start, ...next } };
  }

  #start(path: string, start: StartLease): 'live' | 'fenced' {
    const told = this.#byLease(leaseOf(path));
    if (told?.live !== true) return 'fenced';
    told.started = start;
    return 'live';
  }

  #checkpoint(path: string, archive: unknown): { status?: number; body: unknown } {
    const sha256 = new URL(path, 'http://gateway').searchParams.get('sha256') ?? '';
    if (this.#byLease(leaseOf(path))?.live !== true) return { status: 409, body: { code: 'lease/fenced' } };
    if (!Buffer.isBuffer(archive) || createHash('sha256').update(archive).digest('hex') !== sha256)
      return { status: 400, body: { code: 'request/malformed' } };
    this.archives.set(sha256, archive);
    return { body: { checkpoint: `cp_${sha256.slice(0, 32)}` } };
  }

  #sendArchive(path: string, response: ServerResponse): void {
    const leaseId = /leases\/([^/]+)\//.exec(path)?.[1] ?? '';
    const archive = this.archives.get(this.#byLease(leaseId)?.grant.resume?.sha256 ?? '');
    if (archive === undefined) return respond(response, 404, { code: 'checkpoint/not-found' });
    response.writeHead(200, { 'content-type': 'application/x-tar', 'content-length': archive.length });
    if (this.cutArchives-- <= 0) response.end(archive);
    else response.write(archive.subarray(0, archive.length / 2), () => response.destroy());
  }

  #metrics(runId: string, batch: MetricBatch): { status?: number; body: unknown } {
    const told = this.attempts.get(runId);
    if (told === undefined) return { status: 404, body: { code: 'run/not-found' } };
    const key = `${batch.stream} ${batch.seq}`;
    const before = told.metrics.get(key);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(batch)) {
      this.#conflicts += 1;
      return { status: 409, body: { code: 'stream/conflict' } };
    }
    told.metrics.set(key, batch);
    const command = this.judge(batch, told);
    const reply: MetricReply = {
      acked: batch.seq,
      late: !told.live,
      ...(command === undefined ? {} : { command }),
    };
    return { body: reply };
  }

  #logs(runId: string, batch: LogBatch): { status?: number; body: unknown } {
    const told = this.attempts.get(runId);
    if (told === undefined) return { status: 404, body: { code: 'run/not-found' } };
    const before = told.logs.get(batch.seq);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(batch)) this.#conflicts += 1;
    told.logs.set(batch.seq, batch);
    return { body: { acked: batch.seq } };
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': hello\n\n');
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }

  #byLease(leaseId: string): Told | undefined {
    return this.told().find(({ grant }) => grant.leaseId === leaseId);
  }
}

function leaseOf(path: string): string {
  return /leases\/([^:]+):/.exec(path)?.[1] ?? '';
}

function runOf(path: string): string {
  return /runs\/([^/]+)\//.exec(path)?.[1] ?? '';
}

async function bodyOf(request: IncomingMessage, path: string): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  if (path.includes(':checkpoint?')) return Buffer.concat(chunks);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : JSON.parse(text);
}

function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
