/** Where the benchmark's agent gets its work: the gateway of the tests, or a running API through a sweep. */
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeGateway } from '../test/fake-gateway.js';

/** Gives work to one agent with one slot. */
export interface WorkSource {
  readonly name: string;
  readonly host: string;
  readonly agentKey: string;
  readonly pool: string;
  /** Runs a command `count` times, queued from the start; resolves when all have ended. */
  run(command: string[], count: number): Promise<void>;
  /** Runs a command that is to be stopped for its first measurement; when its end was seen, on the monotonic clock. */
  runUntilStopped(command: string[]): Promise<bigint>;
  close(): Promise<void>;
}

/** The gateway of the tests: what the agent itself costs, without a database. */
export async function gatewaySource(): Promise<WorkSource> {
  const gateway = new FakeGateway();
  gateway.judge = (batch, told) =>
    batch.rows.some((row) => row.values['loss'] === 1e9)
      ? { type: 'stop', leaseId: told.grant.leaseId, reason: 'pruned', graceMs: 5000 }
      : undefined;
  const host = await gateway.listen();
  const endedCount = (): number => gateway.told().filter((told) => told.completions.length > 0).length;
  return {
    name: 'test gateway',
    host,
    agentKey: 'bench',
    pool: 'bench',
    run: async (command, count) => {
      const target = endedCount() + count;
      gateway.add(...Array.from({ length: count }, () => ({ command })));
      await gateway.until(() => endedCount() >= target);
    },
    runUntilStopped: async (command) => {
      const target = endedCount() + 1;
      gateway.add({ command });
      await gateway.until(() => endedCount() >= target);
      return process.hrtime.bigint();
    },
    close: () => gateway.close(),
  };
}

/** Address and keys of a running API. */
export interface ApiOptions {
  readonly host: string;
  readonly keyFile: string;
  readonly agentKeyFile: string;
  readonly pool: string;
}

/** A running API: sweeps of a grid over a number that the command ignores. */
export function apiSource({ host, keyFile, agentKeyFile, pool }: ApiOptions): WorkSource {
  const key = readFileSync(keyFile, 'utf8').trim();
  const call = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${host}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': crypto.randomUUID(),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: HTTP ${response.status} ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const sweep = async (command: string[], count: number, extra: object): Promise<void> => {
    const { id } = await call('POST', '/sweeps', {
      name: 'bench',
      method: 'grid',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { i: { values: Array.from({ length: count }, (_, i) => i) } },
      command,
      resources: { pool, gpus: 1 },
      budget: { max_trials: count },
      ...extra,
    });
    for (;;) {
      const { state } = await call('GET', `/sweeps/${String(id)}`);
      if (state === 'finished' || state === 'failed' || state === 'stopped') return;
      await delay(20);
    }
  };
  return {
    name: 'API',
    host,
    agentKey: readFileSync(agentKeyFile, 'utf8').trim(),
    pool,
    run: (command, count) => sweep(command, count, {}),
    runUntilStopped: async (command) => {
      await sweep(command, 1, { target: 1e10 });
      return process.hrtime.bigint();
    },
    close: () => Promise.resolve(),
  };
}
