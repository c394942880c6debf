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
  /** Runs a command that is to be stopped for its first measurement. */
  runUntilStopped(command: string[]): Promise<void>;
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

/** What is read of the API's replies. */
interface Reply {
  readonly sweep?: { readonly id: string };
  readonly state?: string;
}

/** A running API: sweeps of a grid over a number that the command ignores. */
export async function apiSource({ host, keyFile, agentKeyFile, pool }: ApiOptions): Promise<WorkSource> {
  const key = readFileSync(keyFile, 'utf8').trim();
  const call = async (method: string, path: string, body?: unknown): Promise<Reply> => {
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
    return JSON.parse(text) as Reply;
  };
  // There already when the benchmark ran before on this data.
  await call('POST', '/pools', { name: pool }).catch((error: unknown) => {
    if (!String(error).includes('pool/exists')) throw error;
  });
  const sweep = async (command: string[], count: number, extra: object): Promise<void> => {
    const spec = {
      name: 'bench',
      method: 'grid',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { i: { values: Array.from({ length: count }, (_, i) => i) } },
      command,
      resources: { pool, gpus: 1 },
      budget: { max_trials: count },
      ...extra,
    };
    const id = (await call('POST', '/sweeps', { spec })).sweep?.id ?? '';
    for (;;) {
      const { state } = await call('GET', `/sweeps/${id}`);
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
    // The first trial is good and ends, the second is stopped at the first rung.
    runUntilStopped: (command) =>
      sweep([...command, '${args_no_hyphens}'], 2, {
        parallel: 1,
        early_terminate: { type: 'asha', min_resource: 1, max_resource: 4, reduction_factor: 2 },
      }),
    close: () => Promise.resolve(),
  };
}
