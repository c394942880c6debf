import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { createFirstKeys, firstIds } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { createLogger } from '@swath/platform';
import { badSpecs, createTestDatabase, type TestDatabase } from '@swath/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApiDocument, problemSchema, routes } from '@swath/contracts';
import type { Route } from '@swath/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from './create-api.js';

const apiKey = 'swk_test_api_key_0123456789';
const agentKey = 'swa_test_agent_key_0123456789';
const spec = `
program: train.py
method: random
metric: {name: val_loss, goal: minimize}
parameters:
  lr: {min: 0.001, max: 0.1}
budget: {max_trials: 3}
parallel: 2
`;

let test: TestDatabase;
let app: NestFastifyApplication;
let base: string;
let db: Database;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- any answer of the API, looked into by assertions
  readonly body: any;
}

async function call(
  method: string,
  path: string,
  options: { body?: unknown; key?: string | null; headers?: Record<string, string>; text?: string } = {},
): Promise<Answer> {
  const key = options.key === undefined ? apiKey : options.key;
  const reply = await fetch(base + path, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    ...(options.text === undefined ? {} : { body: options.text }),
  });
  const text = await reply.text();
  const isJson = reply.headers.get('content-type')?.includes('json') === true;
  const body = isJson && text !== '' ? JSON.parse(text) : text;
  if (isJson && text !== '') checkAnswer(method, path.split('?')[0] ?? '', { status: reply.status, body });
  return { status: reply.status, headers: reply.headers, body };
}

/** Every JSON answer of every test is one that the route table, and so the OpenAPI document, describes. */
function checkAnswer(
  method: string,
  path: string,
  { status, body }: { status: number; body: unknown },
): void {
  const route: Route | undefined = Object.values(routes).find(
    (each) => each.method === method && patternOf(each.path).test(path),
  );
  if (route === undefined) return;
  const what = `${method} ${path} ${status}`;
  if (status < 400) {
    expect(status, what).toBe(route.status ?? 200);
    expect(route.response?.safeParse(body).error?.issues, what).toBeUndefined();
    return;
  }
  const { code } = problemSchema.parse(body);
  const documented = openApiDocument().paths[route.path]?.[method.toLowerCase()] as { responses: object };
  expect(Object.keys(documented.responses), `${what} ${code}`).toContain(String(status));
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}/g, '[^/:]+')}$`);
}

async function submit(key: string, text = spec): Promise<Answer> {
  return call('POST', '/api/v1/sweeps', { body: { spec: text }, headers: { 'idempotency-key': key } });
}

function nodeOf(name: string) {
  return {
    name,
    pool: 'local',
    incarnation: `inc-${name}`,
    slots: [0, 1].map((index) => ({
      index,
      kind: 'simulated',
      uuid: `u${index}`,
      model: 'sim',
      memoryMiB: 1,
      healthy: true,
    })),
    protocols: [1],
    agentVersion: '0',
    isolation: 'session',
  };
}

beforeAll(async () => {
  test = await createTestDatabase();
  const log = createLogger({ name: 'api', level: 'error' });
  app = await createApi(
    {
      databaseUrl: test.url,
      host: '127.0.0.1',
      port: 0,
      dbConnections: 10,
      logLevel: 'error',
      storageFolder: mkdtempSync(join(tmpdir(), 'swath-api-')),
    },
    log,
  );
  db = app.get(Database);
  await createFirstKeys(db, { apiKey, agentKey });
  await app.listen(0, '127.0.0.1');
  base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
});

afterAll(async () => {
  await app.close();
  await test.drop();
});

describe('the API', () => {
  it('answers health without a key and everything else only with one', async () => {
    for (const path of [
      '/healthz',
      '/readyz',
      '/health',
      '/ready',
      '/openapi.json',
      '/docs',
      '/metrics',
      '/docs/swagger-ui-bundle.js',
    ]) {
      expect((await call('GET', path, { key: null })).status, path).toBe(200);
    }
    const missing = await call('GET', '/api/v1/me', { key: null });
    expect(missing.status).toBe(401);
    expect(missing.body).toMatchObject({ code: 'auth/missing', status: 401, retryable: false });
    expect(missing.headers.get('content-type')).toContain('application/problem+json');
    expect(missing.body.traceId).toMatch(/^[\da-f]{32}$/);
    expect((await call('GET', '/api/v1/me', { key: 'swk_wrong' })).body.code).toBe('auth/invalid');
    expect((await call('GET', '/api/v1/me')).body).toMatchObject({
      kind: 'user',
      role: 'admin',
      projectId: firstIds.project,
    });
    expect((await call('GET', '/api/v1/sweeps', { key: agentKey })).body.code).toBe('auth/forbidden');
    expect((await call('POST', '/agent/v1/nodes', { body: nodeOf('x') })).body.code).toBe('auth/forbidden');
    expect((await call('GET', '/api/v1/nothing')).body.code).toBe('route/not-found');
  });

  it('has every route of the table, colon actions included', async () => {
    const example: Record<string, string> = {
      sweepId: 'sw_nothere1',
      trialId: 'tr_nothere1-1',
      runId: 'nothere1-1',
      poolId: 'pl_no',
      nodeId: 'nd_no',
      leaseId: 'ls_no',
    };
    for (const route of Object.values(routes)) {
      if ('produces' in route && route.produces === 'text/event-stream') continue;
      const path = route.path.replace(/\{(\w+)\}/g, (_match, name: string) => example[name] ?? 'x');
      const key = route.scope === 'agent' || route.scope === 'attempt' ? agentKey : apiKey;
      const answer = await call(route.method, path, {
        key,
        headers: { 'idempotency-key': `probe-${route.operationId}` },
      });
      expect(answer.body?.code, `${route.method} ${path}`).not.toBe('route/not-found');
      expect(answer.status, `${route.method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(500);
    }
  });

  it('submits a sweep once for one idempotency key and shows it', async () => {
    const first = await submit('once');
    expect(first.status, JSON.stringify(first.body)).toBe(201);
    const id: string = first.body.sweep.id;
    expect(first.headers.get('location')).toBe(`/api/v1/sweeps/${id}`);
    const again = await submit('once');
    expect(again.body.sweep.id).toBe(id);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await submit('once', spec.replace('0.1', '0.2'))).body.code).toBe('idempotency/key-reused');
    expect((await call('POST', '/api/v1/sweeps', { body: { spec } })).body.code).toBe(
      'request/idempotency-key-missing',
    );

    const detail = await call('GET', `/api/v1/sweeps/${id}`);
    expect(detail.body).toMatchObject({
      id,
      state: 'running',
      method: 'random',
      spec: { method: 'random' },
      specText: spec,
    });
    const tag = detail.headers.get('etag') ?? '';
    expect((await call('GET', `/api/v1/sweeps/${id}`, { headers: { 'if-none-match': tag } })).status).toBe(
      304,
    );

    expect((await call('POST', `/api/v1/sweeps/${id}:pause`)).body.state).toBe('paused');
    expect((await call('POST', `/api/v1/sweeps/${id}:resume`)).body.state).toBe('running');
    expect((await call('POST', `/api/v1/sweeps/${id}:resize`, { body: { parallel: 5 } })).body.parallel).toBe(
      5,
    );
    const extend = { body: { maxTrials: 7 }, headers: { 'idempotency-key': 'e1' } };
    expect((await call('POST', `/api/v1/sweeps/${id}:extend`, extend)).body.trials.limit).toBe(7);
    const enqueue = { body: { parameters: { lr: 0.05 } }, headers: { 'idempotency-key': 'q1' } };
    const trial = await call('POST', `/api/v1/sweeps/${id}:enqueue`, enqueue);
    expect(trial.status, JSON.stringify(trial.body)).toBe(201);
    expect(trial.body).toMatchObject({ number: 1, parameters: { lr: 0.05 }, state: 'queued' });
    const outside = { body: { parameters: { lr: 5 } }, headers: { 'idempotency-key': 'q2' } };
    expect((await call('POST', `/api/v1/sweeps/${id}:enqueue`, outside)).body).toMatchObject({
      code: 'spec/invalid',
      errors: [{ pointer: '/parameters/lr' }],
    });
    expect((await call('GET', `/api/v1/trials/${trial.body.id}/command`)).body.argv).toEqual([
      '/usr/bin/env',
      'python',
      'train.py',
      '--lr=0.05',
    ]);
    expect((await call('GET', `/api/v1/sweeps/${id}/trials?sort=best`)).body.data).toHaveLength(1);
    expect((await call('POST', `/api/v1/trials/${trial.body.id}:stop`)).body.state).toBe('stopped');
    for (const part of ['decisions', 'events', 'cost', 'report']) {
      expect((await call('GET', `/api/v1/sweeps/${id}/${part}`)).status, part).toBe(200);
    }
    expect((await call('POST', `/api/v1/sweeps/${id}:cancel`)).body.state).toBe('cancelling');
    expect((await call('POST', `/api/v1/sweeps/${id}:pause`)).body.code).toBe('sweep/state');
  });

  it('pages sweeps by cursor without losing or repeating one', async () => {
    for (let n = 0; n < 5; n += 1) await submit(`page-${n}`);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await call('GET', `/api/v1/sweeps?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(page.status, JSON.stringify(page.body)).toBe(200);
      seen.push(...page.body.data.map((sweep: { id: string }) => sweep.id));
      cursor = page.body.nextCursor ?? '';
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(6);
    expect((await call('GET', '/api/v1/sweeps?cursor=nonsense')).body.code).toBe('request/invalid');
    const first = await call('GET', '/api/v1/sweeps?limit=2&state=running');
    const next: string = first.body.nextCursor;
    expect((await call('GET', `/api/v1/sweeps?limit=3&state=running&cursor=${next}`)).status).toBe(200);
    for (const stolen of [`cursor=${next}`, `state=running&cursor=A${next}`, `state=paused&cursor=${next}`]) {
      expect((await call('GET', `/api/v1/sweeps?${stolen}`)).body.code, stolen).toBe('request/invalid');
    }
    expect((await call('GET', '/api/v1/sweeps?limit=9999')).body.code).toBe('request/invalid');
  });

  it('filters lists by the language, and adds parts that were asked for', async () => {
    const sweep = (await submit('filtered', spec.replace('program', 'name: "filter me, 100%"\nprogram'))).body
      .sweep;
    const sweeps = async (q: string) => {
      const { body } = await call('GET', `/api/v1/sweeps?include=spec&limit=500&q=${encodeURIComponent(q)}`);
      expect(body.data, JSON.stringify(body)).toBeInstanceOf(Array);
      return body.data;
    };
    const [found] = await sweeps(
      'state:running owner:me "me, 100%" created>-1h trials:0..5 cost<1 -method:grid',
    );
    expect(found).toMatchObject({ id: sweep.id, spec: { method: 'random' } });
    for (const q of ['owner:us_nobody', 'created<2020-01-01', 'best>0', 'name:"\'; DROP TABLE sweep; --"']) {
      expect(await sweeps(q), q).toEqual([]);
    }
    for (const lr of [0.002, 0.05]) {
      await call('POST', `/api/v1/sweeps/${sweep.id}:enqueue`, {
        body: { parameters: { lr } },
        headers: { 'idempotency-key': `filter-${lr}` },
      });
    }
    const trials = async (q: string) =>
      (await call('GET', `/api/v1/sweeps/${sweep.id}/trials?include=attempts&q=${encodeURIComponent(q)}`))
        .body.data;
    expect(await trials('params.lr:1e-3..1e-2')).toMatchObject([
      { number: 1, attemptList: [{ number: 1, state: 'queued' }] },
    ]);
    expect(await trials('-params.lr:0.002 number>=1 state:queued,running')).toMatchObject([{ number: 2 }]);
    expect(await trials('params.other:x')).toEqual([]);
    await call('POST', `/api/v1/sweeps/${sweep.id}:cancel`);
    expect((await call('GET', '/api/v1/sweeps?q=a%00b')).status).toBe(400);
    const wrong = await call('GET', '/api/v1/sweeps?q=stat:running');
    expect(wrong.body).toMatchObject({ status: 400, errors: [{ pointer: '/query/q', column: 1 }] });
    expect(wrong.headers.get('ratelimit-policy')).toBe('"read";q=6000;w=60');
  });

  it('refuses to weigh parameters on too few finished trials', async () => {
    const { id } = (await submit('importance')).body.sweep;
    const { status, body } = await call('GET', `/api/v1/sweeps/${id}/plots/importance`);
    expect(status).toBe(200);
    expect(body).toEqual({ trials: 0, leastTrials: 20, used: 0, parameters: [], interactions: null });
    expect((await call('GET', '/api/v1/sweeps/sw_00000000/plots/importance')).body.code).toBe(
      'sweep/not-found',
    );
  });

  it('names a parameter that is too long or too large instead of failing on it', async () => {
    const long = await call('GET', `/api/v1/sweeps/${'x'.repeat(4_000)}`);
    expect(long.status).toBe(400);
    expect(long.body).toMatchObject({ code: 'request/invalid', errors: [{ pointer: '/params/sweepId' }] });
    const large = await call('GET', '/api/v1/trials/tr_1/logs?attempt=9007199254740990');
    expect(large.body).toMatchObject({ code: 'request/invalid', errors: [{ pointer: '/query/attempt' }] });
  });

  it('plans without writing', async () => {
    const before = await db.query('SELECT count(*) FROM sweep');
    const plan = await call('POST', '/api/v1/sweeps:plan', {
      body: {
        spec: {
          method: 'grid',
          program: 'x',
          parameters: { a: { values: [1, 2, 3] }, b: { min: 0, max: 3 } },
          budget: { max_cost: '2.00' },
        },
      },
    });
    expect(plan.body).toMatchObject({
      valid: true,
      trials: { max: 12, gridSize: '12' },
      pool: { name: 'local' },
      commandsAreExact: true,
      estimate: null,
      bound: { amount: { amount: '2.000000' }, by: 'budget.max_cost' },
    });
    expect(plan.body.commands).toHaveLength(5);
    expect(plan.body.commands[0]).toBe('/usr/bin/env python x --a=1 --b=0');
    expect(await db.query('SELECT count(*) FROM sweep')).toEqual(before);
  });

  it('keeps the difference between 1 and 1.0 in a JSON body', async () => {
    const text =
      '{"spec": {"program": "x", "method": "random", "parameters": {"a": {"min": 1.0, "max": 10.0}, "b": {"min": 1, "max": 10}}}}';
    const plan = await call('POST', '/api/v1/sweeps:plan', {
      text,
      headers: { 'content-type': 'application/json' },
    });
    expect(plan.body.spec.parameters).toMatchObject({
      a: { distribution: 'uniform' },
      b: { distribution: 'int_uniform' },
    });
  });

  it('takes a bare YAML document as a sweep', async () => {
    const headers = { 'content-type': 'application/yaml', 'idempotency-key': 'yaml-1' };
    const answer = await call('POST', '/api/v1/sweeps', { text: spec, headers });
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  });

  it('lets an agent take, run and end an attempt while its script logs by HTTP', async () => {
    const registered = await call('POST', '/agent/v1/nodes', { body: nodeOf('n1'), key: agentKey });
    expect(registered.status, JSON.stringify(registered.body)).toBe(200);
    const { nodeId, generation } = registered.body;
    const waiting = call('POST', `/agent/v1/nodes/${nodeId}/leases:poll`, {
      body: { offerId: 'o1', generation, free: [0], waitMs: 10_000 },
      key: agentKey,
    });
    const sweep = (await submit('agent-1')).body.sweep;
    await call('POST', `/api/v1/sweeps/${sweep.id}:enqueue`, {
      body: { parameters: { lr: 0.01 } },
      headers: { 'idempotency-key': 'a1' },
    });
    expect(sweep.cost).toEqual({ amount: '0.000000', currency: 'USD' });
    const { leases } = (await waiting).body;
    expect(leases).toHaveLength(1);
    const [lease] = leases;
    expect(lease).toMatchObject({ sweepId: sweep.id, parameters: { lr: 0.01 }, attempt: 1 });

    const beat = { incarnation: 'inc-n1', generation, leases: [{ leaseId: lease.leaseId, attempt: 1 }] };
    expect(
      (await call('POST', `/agent/v1/nodes/${nodeId}/heartbeat`, { body: beat, key: agentKey })).status,
    ).toBe(200);

    const log = { headers: { 'content-type': 'application/x-ndjson' }, key: lease.token };
    const append = await call('POST', `/api/v1/runs/${lease.runId}/metrics:append?seq=1`, {
      ...log,
      text: '{"step":1,"val_loss":0.5}\n{"step":2,"val_loss":"NaN"}\n',
    });
    expect(append.status, JSON.stringify(append.body)).toBe(200);
    expect(append.body).toMatchObject({ acked: 1, late: false });
    expect(
      (await call('POST', `/api/v1/runs/other-1/metrics:append?seq=1`, { ...log, text: '{"a":1}' })).status,
    ).toBe(404);
    const metrics = await call('GET', `/api/v1/runs/${lease.runId}/metrics`);
    expect(metrics.body).toMatchObject({
      keys: ['val_loss'],
      rows: [
        { step: 1, values: { val_loss: 0.5 } },
        { step: 2, values: { val_loss: 'NaN' } },
      ],
      next: null,
    });

    const lines = { attempt: 1, seq: 1, lines: [{ stream: 'stdout', offsetMs: 3, text: 'hello' }] };
    expect(
      (await call('POST', `/agent/v1/runs/${lease.runId}/logs`, { body: lines, key: agentKey })).body,
    ).toEqual({ acked: 1 });
    expect((await call('GET', `/api/v1/trials/${lease.trialId}/logs`)).body).toMatchObject({
      lines: [{ text: 'hello' }],
      next: 1,
    });

    const archive = {
      text: 'the bytes of an archive',
      headers: { 'content-type': 'application/x-tar' },
      key: agentKey,
    };
    const sha256 = createHash('sha256').update(archive.text).digest('hex');
    const checkpoint = (digest: string) =>
      `/agent/v1/leases/${lease.leaseId}:checkpoint?attempt=1&sha256=${digest}`;
    const stored = await call('POST', checkpoint(sha256), archive);
    expect(stored.body).toEqual({ checkpoint: `cp_${sha256.slice(0, 32)}` });
    expect((await call('POST', checkpoint(sha256), archive)).body).toEqual(stored.body);
    expect((await call('POST', checkpoint('0'.repeat(64)), archive)).body.code).toBe('request/malformed');
    expect((await call('POST', checkpoint('short'), archive)).body.code).toBe('request/invalid');
    expect((await call('POST', checkpoint(sha256), { body: {}, key: agentKey })).body.code).toBe(
      'request/malformed',
    );
    expect((await call('POST', checkpoint(sha256), { ...archive, key: lease.token })).body.code).toBe(
      'auth/forbidden',
    );
    expect(
      (await call('GET', `/agent/v1/leases/${lease.leaseId}/checkpoint`, { key: agentKey })).body.code,
    ).toBe('checkpoint/not-found');

    const exit = { code: 0, signal: null, cause: 'exit', reaped: true, durationMs: 5 };
    const done = await call('POST', `/agent/v1/leases/${lease.leaseId}:complete`, {
      body: { attempt: 1, exit },
      key: agentKey,
    });
    expect(done.status, JSON.stringify(done.body)).toBe(200);
    const late = await call('POST', `/api/v1/runs/${lease.runId}/metrics:append?seq=2`, {
      ...log,
      text: '{"step":3}',
    });
    expect(late.body.code).toBe('lease/fenced');
    const fenced = { ...archive, text: 'too late' };
    const digest = createHash('sha256').update(fenced.text).digest('hex');
    expect((await call('POST', checkpoint(digest), fenced)).body.code).toBe('lease/fenced');
    expect((await call('GET', `/api/v1/trials/${lease.trialId}/attempts`)).body.data).toMatchObject([
      { number: 1, state: 'ended', outcome: 'finished', node: { name: 'n1' } },
    ]);
    expect((await call('GET', `/api/v1/runs/${lease.runId}`)).body.id).toBe(lease.runId);
    expect((await call('GET', '/api/v1/nodes')).body.data[0]).toMatchObject({ name: 'n1', state: 'online' });
    expect((await call('POST', `/api/v1/nodes/${nodeId}:drain`)).body.state).toBe('draining');
    expect((await call('POST', `/api/v1/nodes/${nodeId}:undrain`)).body.state).toBe('online');
    expect((await call('POST', `/agent/v1/nodes/${nodeId}:leave`, { body: {}, key: agentKey })).status).toBe(
      204,
    );
  });

  it('creates and prices pools', async () => {
    const body = { name: 'a100', price: { perSlotHour: '2.5', currency: 'USD' } };
    const made = await call('POST', '/api/v1/pools', { body, headers: { 'idempotency-key': 'p1' } });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({
      name: 'a100',
      pricePerSlotHour: { amount: '2.500000', currency: 'USD' },
    });
    expect(
      (await call('POST', '/api/v1/pools', { body, headers: { 'idempotency-key': 'p2' } })).body.code,
    ).toBe('pool/exists');
    const dearer = { price: { perSlotHour: '3', currency: 'USD' } };
    const pool = `/api/v1/pools/${made.body.id}`;
    const change = (headers: Record<string, string>) => call('PATCH', pool, { body: dearer, headers });
    expect((await change({})).status).toBe(428);
    const tag = (await call('GET', pool)).headers.get('etag') ?? '';
    const changed = await change({ 'if-match': tag });
    expect(changed.body.pricePerSlotHour.amount).toBe('3.000000');
    // Of two people who read the same version, the second one is told.
    expect((await change({ 'if-match': tag })).body).toMatchObject({
      status: 412,
      errors: [{ got: 'v1', bound: 'v2' }],
    });
    expect((await change({ 'if-match': changed.headers.get('etag') ?? '' })).status).toBe(200);
    expect((await call('GET', `/api/v1/pools/${made.body.id}/queue`)).body).toEqual({ data: [] });
    expect((await call('GET', '/api/v1/pools')).body.data).toHaveLength(2);
  });

  it('hides what belongs to another project or organisation', async () => {
    const { sweep } = (await submit('tenancy')).body;
    await db.query(`INSERT INTO project (id, org_id, team_id, name) VALUES ('pj_other', $1, $2, 'other')`, [
      firstIds.org,
      firstIds.team,
    ]);
    await db.query(`INSERT INTO org (id, name) VALUES ('og_other', 'other')`);
    await db.query(
      `INSERT INTO principal (id, org_id, kind, name) VALUES ('us_other', $1, 'user', 'other'), ('us_foreign', 'og_other', 'user', 'foreign')`,
      [firstIds.org],
    );
    const key = async (id: string, org: string, project: string | null, role: string, text: string) =>
      db.query(
        `INSERT INTO api_key (id, org_id, principal_id, project_id, role, hash, hint) VALUES ('tk_' || $1, $2, $1, $3, $4, sha256($5::bytea), '')`,
        [id, org, project, role, text],
      );
    await key('us_other', firstIds.org, 'pj_other', 'viewer', 'swk_other_project_key_000');
    await key('us_foreign', 'og_other', null, 'admin', 'swk_other_org_key_0000000');
    for (const other of ['swk_other_project_key_000', 'swk_other_org_key_0000000']) {
      expect((await call('GET', `/api/v1/sweeps/${sweep.id}`, { key: other })).body.code).toBe(
        'sweep/not-found',
      );
      expect(
        (await call('GET', `/api/v1/sweeps?project=${firstIds.project}`, { key: other })).body.code,
      ).toBe('project/not-found');
    }
    expect(
      (await call('POST', `/api/v1/sweeps/${sweep.id}:pause`, { key: 'swk_other_org_key_0000000' })).body
        .code,
    ).toBe('sweep/not-found');
    expect(
      (await call('POST', `/api/v1/sweeps/${sweep.id}:pause`, { key: 'swk_other_project_key_000' })).body,
    ).toMatchObject({ code: 'auth/forbidden' });
    expect((await call('GET', '/api/v1/nodes', { key: 'swk_other_org_key_0000000' })).body.data).toEqual([]);
  });

  it('streams events and goes on after the last one seen', async () => {
    const open = async (headers: Record<string, string>) => {
      const stop = new AbortController();
      const reply = await fetch(`${base}/api/v1/events`, {
        headers: { authorization: `Bearer ${apiKey}`, ...headers },
        signal: stop.signal,
      });
      expect(reply.headers.get('content-type')).toContain('text/event-stream');
      const reader = reply.body?.getReader();
      let text = '';
      const until = async (count: number): Promise<{ id: string; name: string }[]> => {
        for (;;) {
          const events = [...text.matchAll(/^data: (.*)$/gm)].map((match) => JSON.parse(match[1] ?? ''));
          if (events.length >= count) return events;
          const chunk = await reader?.read();
          if (chunk?.value === undefined) throw new Error(`the stream ended after ${events.length} events`);
          text += Buffer.from(chunk.value).toString();
        }
      };
      return { until, close: () => stop.abort() };
    };
    const first = await open({});
    const { sweep } = (await submit('events-1')).body;
    const [created] = await first.until(1);
    expect(created).toMatchObject({ name: 'sweep.created', topic: `sweep:${sweep.id}` });
    first.close();
    await call('POST', `/api/v1/sweeps/${sweep.id}:pause`);
    await call('POST', `/api/v1/sweeps/${sweep.id}:resume`);
    const second = await open({ 'last-event-id': created?.id ?? '' });
    expect(await second.until(2)).toMatchObject([
      { name: 'sweep.state_changed', entity: { state: 'paused' } },
      { name: 'sweep.state_changed', entity: { state: 'running' } },
    ]);
    second.close();
  });

  it('refuses every hostile spec with a problem that names the field, and keeps serving', async () => {
    let slowest = { ms: 0, name: '' };
    const post = async (name: string, text: string, headers: Record<string, string>): Promise<Answer> => {
      const startedAt = performance.now();
      const answer = await call('POST', '/api/v1/sweeps', {
        text,
        headers: { 'idempotency-key': `bad-${performance.now()}`, ...headers },
      });
      const ms = performance.now() - startedAt;
      if (ms > slowest.ms) slowest = { ms, name };
      expect(answer.status, `${name}: ${JSON.stringify(answer.body).slice(0, 300)}`).toBeGreaterThanOrEqual(
        400,
      );
      expect(answer.status, name).toBeLessThan(500);
      expect(answer.body.code, name).toBeTypeOf('string');
      expect(JSON.stringify(answer.body), name).not.toMatch(/node_modules|\.ts:|\.js:\d/);
      return answer;
    };
    const yaml = { 'content-type': 'application/yaml' };
    const json = { 'content-type': 'application/json' };
    for (const { name, text, pointer, code } of badSpecs) {
      const answer = await post(name, text, yaml);
      if (answer.status === 422) {
        expect(answer.body.errors, name).toContainEqual(expect.objectContaining({ pointer, code }));
      }
    }
    expect((await post('5 MB of YAML', 'x'.repeat(5_000_000), yaml)).body.code).toBe('request/too-large');
    expect((await post('5 MB of JSON', `{"spec":"${'x'.repeat(5_000_000)}"}`, json)).body.code).toBe(
      'request/too-large',
    );
    expect(
      (
        await post(
          'a million parameters',
          `{"spec":{"method":"random","parameters":{${Array.from({ length: 1_000_000 }, (_, n) => `"p${n}":{"value":1}`).join(',')}}}}`,
          json,
        )
      ).body.code,
    ).toBe('request/too-large');
    await post('deep JSON', `{"spec":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, json);
    await post('unclosed deep JSON', '{"spec":' + '['.repeat(400_000), json);
    expect(
      (await post('prototype key in JSON', '{"spec":{"__proto__":{"a":1},"method":"random"}}', json)).body
        .code,
    ).toBe('request/malformed');
    await post('prototype keys beside the spec', '{"__proto__":{"spec":1}}', json);
    await post('an array', '[]', json);
    await post('not UTF-8', Buffer.from([0xff, 0xfe, 0x00]).toString('latin1'), json);
    await post('nothing', '', json);
    expect(
      (await post('unknown field beside the spec', '{"spec":{},"poject":"x"}', json)).body.errors,
    ).toMatchObject([{ pointer: '/poject' }]);
    expect((await post('another content type', '<a/>', { 'content-type': 'text/xml' })).status).toBe(415);
    expect((await call('GET', '/readyz', { key: null })).status).toBe(200);
    expect((await submit('after-hostile')).status).toBe(201);
    process.stdout.write(`slowest answer to a hostile spec: ${slowest.ms.toFixed(0)} ms (${slowest.name})\n`);
  });
});
