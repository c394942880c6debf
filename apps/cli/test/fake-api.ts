// A small HTTP server that answers what a test says, keeps what it was sent, and streams events.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Plan, SweepDetail, TrialView } from '@swath/contracts';
import { parseSweepSpec } from '@swath/contracts';

/** A request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An answer: a status with a body, or a body with status 200. */
export type Answer =
  { readonly status: number; readonly body: unknown } | { readonly events: readonly object[] };

/** A running fake. */
export interface FakeApi {
  readonly address: string;
  readonly seen: SeenRequest[];
  /** Answers by `METHOD /path` without the query; a function is called for each request. */
  readonly answers: Map<string, Answer | ((request: SeenRequest) => Answer)>;
  close(): Promise<void>;
}

/** Starts a fake on a free port. */
export async function fakeApi(): Promise<FakeApi> {
  const seen: SeenRequest[] = [];
  const answers: FakeApi['answers'] = new Map();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body: await text(request) };
    seen.push(one);
    const found = answers.get(`${method} ${url.split('?')[0]}`);
    const given = typeof found === 'function' ? found(one) : found;
    if (given === undefined)
      return send(response, 404, problem(404, 'route/not-found', `no answer for ${method} ${url}`));
    if ('events' in given) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      given.events.forEach((event, index) =>
        response.write(`id: 1-${index}\ndata: ${JSON.stringify({ id: `1-${index}`, ...event })}\n\n`),
      );
      return;
    }
    send(response, given.status, given.body);
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answers,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(body));
}

/** A problem document. */
export function problem(status: number, code: string, detail: string, errors?: readonly object[]): object {
  const hint = 'What to do.';
  return {
    type: '/docs/errors',
    title: 'A problem',
    status,
    detail,
    code,
    hint,
    retryable: false,
    traceId: '4bf9',
    errors,
  };
}

/** A spec with nothing missing. */
export const SPEC = `method: random # as ever
program: train.py
metric: { name: loss }
parameters:
  lr: { min: 0.0, max: 1.0 }
budget: { max_trials: 4 }
`;

/** A sweep as the API shows it. */
export function aSweep(change: Partial<SweepDetail> = {}): SweepDetail {
  const parsed = parseSweepSpec(SPEC);
  if (!parsed.ok) throw new Error('the spec of the tests is not valid');
  return {
    id: 'sw_1a2b3c4d',
    name: 'digits',
    projectId: 'pj_default',
    state: 'running',
    reason: null,
    reasonText: null,
    method: 'random',
    objective: { name: 'loss', goal: 'minimize' },
    pool: 'local',
    parallel: null,
    trials: { limit: 4, created: 3, byState: { running: 1, finished: 2 } },
    best: { trialId: 'tr_1a2b3c4d-1', number: 1, value: 0.0174 },
    cost: { amount: '1.250000', currency: 'USD' },
    budget: { cap: { amount: '20.000000', currency: 'USD' }, held: { amount: '0.500000', currency: 'USD' } },
    createdAt: '2026-01-01T00:00:00.000Z',
    endedAt: null,
    version: 3,
    spec: parsed.spec,
    specText: SPEC,
    ...change,
  };
}

/** A trial as the API shows it. */
export function aTrial(change: Partial<TrialView> = {}): TrialView {
  return {
    id: 'tr_1a2b3c4d-1',
    sweepId: 'sw_1a2b3c4d',
    runId: '1a2b3c4d-1',
    number: 1,
    state: 'finished',
    reason: null,
    waiting: null,
    parameters: { lr: 0.1 },
    value: 0.0174,
    values: { loss: 0.0174 },
    resource: 27,
    bracket: 0,
    attempts: 1,
    cost: { amount: '0.004950', currency: 'USD' },
    createdAt: '2026-01-01T00:00:00.000Z',
    startedAt: '2026-01-01T00:00:01.000Z',
    endedAt: '2026-01-01T00:00:28.000Z',
    ...change,
  };
}

/** A plan of `SPEC` as the API shows it. */
export function aPlan(change: Partial<Plan> = {}): Plan {
  return {
    valid: true,
    spec: aSweep().spec,
    warnings: [],
    trials: { max: 4, gridSize: null },
    pool: { name: 'local', slots: 8, pricePerSlotHour: { amount: '0.360000', currency: 'USD' } },
    maxCost: null,
    commands: ['/usr/bin/env python train.py --lr=0.1', '/usr/bin/env python train.py --lr=0.02'],
    commandsAreExact: false,
    estimate: null,
    bound: null,
    ...change,
  };
}

/** A report of a sweep that found something. */
export function aReport(change: object = {}): object {
  const cost = { amount: '1.250000', currency: 'USD' };
  return {
    schema: 'swath.report/1',
    sweep: { id: 'sw_1a2b3c4d', name: 'digits', project: 'default' },
    method: 'random',
    state: 'finished',
    reason: 'max_trials',
    reasonText: 'max_trials of 4 reached',
    objective: { name: 'loss', goal: 'minimize' },
    trials: { total: 4, byState: { finished: 4 } },
    best: {
      id: 'tr_1a2b3c4d-1',
      number: 1,
      state: 'finished',
      parameters: { lr: 0.1 },
      value: 0.0174,
      values: {},
      resource: 27,
      cost,
    },
    top: [],
    cost: { total: cost, byClass: [], budget: null },
    pruned: [],
    savings: null,
    attempts: { total: 4, retries: 0 },
    ...change,
  };
}
