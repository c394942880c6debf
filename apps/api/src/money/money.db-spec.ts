import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { createFirstKeys, firstIds } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { createLogger } from '@swath/platform';
import { createTestDatabase, type TestDatabase } from '@swath/testing';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApi } from '../create-api.js';

const apiKey = 'swk_test_api_key_0123456789';
let test: TestDatabase;
let app: NestFastifyApplication;

beforeAll(async () => {
  test = await createTestDatabase();
  app = await createApi(
    {
      databaseUrl: test.url,
      host: '127.0.0.1',
      port: 0,
      dbConnections: 5,
      logLevel: 'error',
      storageFolder: mkdtempSync(join(tmpdir(), 'swath-money-')),
    },
    createLogger({ name: 'api', level: 'error' }),
  );
  await createFirstKeys(app.get(Database), { apiKey, agentKey: 'swa_test_agent_key_0123456789' });
});
afterAll(async () => {
  await app.close();
  await test.drop();
});

async function call(
  method: 'GET' | 'POST' | 'PATCH',
  url: string,
  { body, headers }: { body?: object; headers?: Record<string, string> } = {},
): Promise<{ status: number; type: string; text: string }> {
  const reply = await app.inject({
    method,
    url: `/api/v1${url}`,
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
  return { status: reply.statusCode, type: String(reply.headers['content-type']), text: reply.body };
}

describe('money over HTTP', () => {
  it('opens, changes, lists and explains a budget, once for a repeated request', async () => {
    const body = {
      scope: { kind: 'org', id: firstIds.org },
      ...{ unit: 'money:USD', limit: '12.5', reason: 'pilot' },
    };
    const opened = { body, headers: { 'idempotency-key': 'open-1' } };
    const first = await call('POST', '/budgets', opened);
    expect(first.status).toBe(201);
    expect(JSON.parse(first.text)).toMatchObject({ limit: '12.500000', available: '12.500000', version: 1 });
    expect((await call('POST', '/budgets', opened)).status).toBe(201);
    const again = await call('POST', '/budgets', { body, headers: { 'idempotency-key': 'open-2' } });
    expect(JSON.parse(again.text)).toMatchObject({ status: 409, code: 'budget/exists' });
    const path = '/budgets/bd_og_default_money-USD';
    const changed = await call('PATCH', path, { body: { limit: '20', reason: 'more', version: 1 } });
    expect(JSON.parse(changed.text)).toMatchObject({
      limit: '20.000000',
      versions: [
        { version: 2, reason: 'more', actor: 'us_first' },
        { version: 1, reason: 'pilot' },
      ],
    });
    expect((await call('PATCH', path, { body: { limit: '9', reason: 'x', version: 1 } })).status).toBe(412);
    expect((await call('PATCH', path, { body: { limit: '9', reason: 'x' } })).status).toBe(428);
    expect((await call('PATCH', path, { body: { limit: '9', version: 2 } })).status).toBe(400);
    const entries = JSON.parse((await call('GET', `${path}/entries?limit=1`)).text) as { nextCursor: string };
    expect(entries).toMatchObject({ data: [{ kind: 'grant', transfers: [{ amount: '7.500000' }] }] });
    const next = await call('GET', `${path}/entries?limit=1&cursor=${entries.nextCursor}`);
    expect(JSON.parse(next.text)).toMatchObject({ data: [{ reason: null }], nextCursor: null });
    expect(JSON.parse((await call('GET', '/budgets')).text)).toMatchObject({ data: [{ version: 2 }] });
    expect(JSON.parse((await call('GET', '/ledger/verification')).text)).toMatchObject({ findings: [] });
  });

  it('gives costs and records in the form that is accepted, and the export as a stream', async () => {
    const query = { body: { by: ['day', 'class'] } };
    expect(JSON.parse((await call('POST', '/costs:query', query)).text)).toEqual({ rows: [], totals: [] });
    const csv = await call('POST', '/costs:query', { ...query, headers: { accept: 'text/csv' } });
    expect(csv).toMatchObject({
      type: 'text/csv; charset=utf-8',
      text: 'day,class,currency,cost,gpuSeconds,attempts\r\n',
    });
    const lines = await call('GET', '/usage-records', { headers: { accept: 'application/x-ndjson' } });
    expect(lines).toMatchObject({ status: 200, type: 'application/x-ndjson; charset=utf-8', text: '' });
    const focus = await call('GET', '/costs/focus?from=2026-01-01');
    expect(focus).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' });
    expect(focus.text).toMatch(/^BilledCost,BillingAccountId,.*x_UserId\r\n$/);
    expect((await call('GET', '/usage-records?project=pj_other')).status).toBe(404);
  });
});
