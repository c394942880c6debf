// The whole product for a scenario: API, orchestrator and agents as real processes from the build, on a database and a Temporal
// namespace of their own. Each process can be killed and started again; every test ends by proving that none is left.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SweepReport } from '@swath/contracts';
import { Database } from '@swath/persistence';
import { freePorts } from '@swath/platform/local';
import { createTestDatabase, testTemporalAddress, type TestDatabase } from '@swath/testing';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A process of the product. */
export type Part = 'api' | 'orchestrator' | `agent${number}`;

/** What a scenario may choose. */
export interface ProductOptions {
  /** Slots of each agent; default one agent with 4. */
  readonly agents?: readonly number[];
  readonly agentEnv?: Readonly<Record<string, string>>;
}

const READY_MS = 60_000;

/** Waits until `probe` gives something other than `undefined`. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined>,
  timeoutMs = 120_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A running product. */
export class Product {
  private readonly children = new Map<Part, ChildProcess>();

  private constructor(
    readonly folder: string,
    readonly url: string,
    readonly apiKey: string,
    readonly db: Database,
    private readonly database: TestDatabase,
    private readonly environments: ReadonlyMap<Part, NodeJS.ProcessEnv>,
  ) {}

  /** Starts every part and waits until each is ready. */
  static async start(options: ProductOptions = {}): Promise<Product> {
    const folder = mkdtempSync(join(tmpdir(), 'swath-e2e-'));
    const database = await createTestDatabase();
    const [port] = await freePorts(1);
    if (port === undefined) throw new Error('no free port');
    const url = `http://127.0.0.1:${port}`;
    const keys = {
      api: `swk_${randomBytes(30).toString('base64url')}`,
      agent: `swa_${randomBytes(30).toString('base64url')}`,
    };
    const keyFile = (name: 'api' | 'agent'): string => join(folder, `${name}-key`);
    for (const name of ['api', 'agent'] as const) writeFileSync(keyFile(name), keys[name], { mode: 0o600 });
    const server = {
      ...process.env,
      SWATH_DATABASE_URL: database.url,
      SWATH_TEMPORAL_ADDRESS: testTemporalAddress(),
      SWATH_TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
      SWATH_LOG_LEVEL: 'info',
    };
    const environments = new Map<Part, NodeJS.ProcessEnv>([
      [
        'api',
        {
          ...server,
          SWATH_API_HOST: '127.0.0.1',
          SWATH_API_PORT: String(port),
          SWATH_BOOTSTRAP_API_KEY_FILE: keyFile('api'),
          SWATH_BOOTSTRAP_AGENT_KEY_FILE: keyFile('agent'),
        },
      ],
      ['orchestrator', server],
    ]);
    for (const [index, slots] of (options.agents ?? [4]).entries()) {
      environments.set(`agent${index + 1}`, {
        ...process.env,
        SWATH_HOST: url,
        SWATH_AGENT_KEY_FILE: keyFile('agent'),
        SWATH_AGENT_POOL: 'local',
        SWATH_AGENT_NAME: `node-${index + 1}`,
        SWATH_AGENT_PROVIDER: 'simulated',
        SWATH_AGENT_SLOTS: String(slots),
        SWATH_AGENT_DIR: join(folder, `agent${index + 1}`),
        SWATH_LOG_LEVEL: 'info',
        ...options.agentEnv,
      });
    }
    const db = await Database.connect(database.url, { poolSize: 4 });
    const product = new Product(folder, url, keys.api, db, database, environments);
    try {
      for (const part of environments.keys()) await product.startPart(part);
      return product;
    } catch (error) {
      await product.stop();
      throw error;
    }
  }

  /** Starts one part that is not running. */
  async startPart(part: Part): Promise<void> {
    const app = part.startsWith('agent') ? 'agent' : part;
    const env = this.environments.get(part);
    if (env === undefined) throw new Error(`there is no part ${part}`);
    const child = spawn(process.execPath, [join(root, 'apps', app, 'dist', 'main.js')], {
      env,
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const log = createWriteStream(this.logFile(part), { flags: 'a' });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    this.children.set(part, child);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${part} was not ready within ${READY_MS} ms:\n${this.log(part)}`));
      }, READY_MS);
      child.on('message', (message) => {
        if (typeof message === 'object' && 'type' in message && message.type === 'ready') {
          clearTimeout(timer);
          resolve();
        }
      });
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        reject(new Error(`${part} ended with ${code ?? signal} before it was ready:\n${this.log(part)}`));
      });
    });
  }

  /** Ends one part and waits until its process is gone. */
  async endPart(part: Part, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.children.get(part);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  /** Process id of a part. */
  pid(part: Part): number {
    const pid = this.children.get(part)?.pid;
    if (pid === undefined) throw new Error(`${part} is not running`);
    return pid;
  }

  /** What a part has written so far. */
  log(part: Part): string {
    try {
      return readFileSync(this.logFile(part), 'utf8').slice(-8_000);
    } catch {
      return '';
    }
  }

  /** One request to the API. */
  async request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const text = typeof body === 'string';
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(method === 'GET' ? {} : { 'idempotency-key': randomBytes(12).toString('hex') }),
        ...(body === undefined ? {} : { 'content-type': text ? 'application/yaml' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
    });
    const answer = await response.text();
    return { status: response.status, body: answer === '' ? undefined : JSON.parse(answer) };
  }

  /** Submits a spec and returns the sweep's id. */
  async submit(spec: object | string): Promise<string> {
    const { status, body } = await this.request('POST', '/api/v1/sweeps', { spec });
    if (status !== 201) throw new Error(`submitting answered ${status}: ${JSON.stringify(body)}`);
    return (body as { sweep: { id: string } }).sweep.id;
  }

  /** Waits until a sweep has ended and returns its report. */
  async finished(sweepId: string, timeoutMs = 240_000): Promise<SweepReport> {
    await until(
      `sweep ${sweepId} to end`,
      async () => {
        const rows = await this.db.query<{ ended: boolean }>(
          'SELECT ended_at IS NOT NULL AS ended FROM sweep WHERE id = $1',
          [sweepId],
        );
        return rows[0]?.ended === true ? true : undefined;
      },
      timeoutMs,
    );
    return this.report(sweepId);
  }

  /** The report of a sweep as it stands. */
  async report(sweepId: string): Promise<SweepReport> {
    return (await this.request('GET', `/api/v1/sweeps/${sweepId}/report`)).body as SweepReport;
  }

  /** Stops everything in order, removes what it wrote. */
  async stop(): Promise<void> {
    const parts = [...this.children.keys()].reverse();
    for (const part of parts) await this.endPart(part);
    await this.db.close();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private logFile(part: Part): string {
    return join(this.folder, `${part}.log`);
  }
}
