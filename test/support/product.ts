// The whole product for a scenario: API, orchestrator and agents as real processes from the build, on a database and a Temporal
// namespace of their own. Each process can be killed and started again; every test ends by proving that none is left.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SweepReport } from '@swath/contracts';
import { Database } from '@swath/persistence';
import { freePorts } from '@swath/platform/local';
import {
  createTestDatabase,
  FaultProxy,
  Seeded,
  testTemporalAddress,
  type FaultRates,
  type ProxyProtocol,
} from '@swath/testing';
import { startServices, type OwnServices, type Service } from './services.js';
import { until } from './until.js';

export { until } from './until.js';

/** The repository's root. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** A process of the product; the second replica of the API is `api2`. */
export type Part = 'api' | `api${number}` | 'orchestrator' | `orchestrator${number}` | `agent${number}`;

/** A line between processes that a fault proxy may stand in. */
export type Line = 'gateway' | 'database' | 'temporal';

/** What a scenario may choose. */
export interface ProductOptions {
  /** Slots of each agent; default one agent with 4. */
  readonly agents?: readonly number[];
  readonly agentEnv?: Readonly<Record<string, string>>;
  /** Replicas; default 1 each. Agents reach several API replicas through a load balancer. */
  readonly apis?: number;
  readonly orchestrators?: number;
  /** PostgreSQL and Temporal of the scenario's own, which it may kill; default those of the test run. */
  readonly ownServices?: boolean;
  /** Puts a fault proxy into every line: agents to API, API to PostgreSQL, orchestrator to Temporal. */
  readonly faults?: { readonly seed: number; readonly rates: FaultRates };
}

/** Where the parts of a scenario find each other. */
interface Wiring {
  readonly databaseUrl: string;
  readonly services: OwnServices | undefined;
  readonly temporal: { readonly address: string; readonly namespace: string };
  readonly proxies: ReadonlyMap<Line, FaultProxy>;
  readonly environments: ReadonlyMap<Part, NodeJS.ProcessEnv>;
  /** Removes the database and ends the services and proxies. */
  readonly close: () => Promise<void>;
}

/** Long, because a soak runs at low priority beside other work. */
const READY_MS = 240_000;

/** A running product. */
export class Product {
  private readonly children = new Map<Part, ChildProcess>();

  private constructor(
    readonly folder: string,
    /** Address of the first API replica. */
    readonly url: string,
    readonly apiKey: string,
    readonly agentKey: string,
    readonly db: Database,
    private readonly wiring: Wiring,
  ) {}

  /** Starts every part and waits until each is ready. */
  static async start(options: ProductOptions = {}): Promise<Product> {
    const folder = mkdtempSync(join(tmpdir(), 'swath-e2e-'));
    const ports = await freePorts(options.apis ?? 1);
    const keys = {
      api: `swk_${randomBytes(4).toString('hex')}-${randomBytes(20).toString('hex')}`,
      agent: `swa_${randomBytes(30).toString('base64url')}`,
    };
    for (const name of ['api', 'agent'] as const)
      writeFileSync(join(folder, `${name}-key`), keys[name], { mode: 0o600 });
    const wiring = await wire(folder, ports, options);
    const db = await Database.connect(wiring.databaseUrl, { poolSize: 4 });
    const product = new Product(folder, `http://127.0.0.1:${ports[0]}`, keys.api, keys.agent, db, wiring);
    try {
      for (const part of product.parts) await product.startPart(part);
      return product;
    } catch (error) {
      await product.stop();
      throw error;
    }
  }

  /** Every part, in the order in which they start. */
  get parts(): Part[] {
    return [...this.wiring.environments.keys()];
  }

  /** The Temporal server and the namespace of this product, without a proxy. */
  get temporal(): Wiring['temporal'] {
    return this.wiring.temporal;
  }

  /** Address of one API replica. */
  urlOf(api: 'api' | `api${number}`): string {
    return `http://127.0.0.1:${this.wiring.environments.get(api)?.['SWATH_API_PORT']}`;
  }

  /** The proxy in a line. @throws Error without `faults` */
  proxy(line: Line): FaultProxy {
    const proxy = this.wiring.proxies.get(line);
    if (proxy === undefined) throw new Error(`there is no proxy in the line ${line}`);
    return proxy;
  }

  /** Starts one part that is not running. */
  async startPart(part: Part): Promise<void> {
    const app = part.replace(/\d+$/, '');
    const env = this.wiring.environments.get(part);
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

  /** Kills a part or a service of the scenario's own with SIGKILL and waits until it is gone. */
  async kill(target: Part | Service): Promise<void> {
    const { services } = this.wiring;
    if (target !== 'postgres' && target !== 'temporal') return this.endPart(target, 'SIGKILL');
    if (services === undefined) throw new Error(`${target} is not this scenario's own`);
    const pid = await until(`${target} to run`, () => Promise.resolve(services.pid(target)));
    process.kill(pid, 'SIGKILL');
    await until(`${target} to be gone`, () =>
      Promise.resolve(services.pid(target) === pid ? undefined : true),
    );
  }

  /** Starts a killed part again, or waits until a killed service is back. */
  async revive(target: Part | Service): Promise<void> {
    if (target === 'postgres' || target === 'temporal') await this.wiring.services?.answers(target);
    else await this.startPart(target);
  }

  /** Process id of a part. */
  pid(part: Part): number {
    const pid = this.children.get(part)?.pid;
    if (pid === undefined) throw new Error(`${part} is not running`);
    return pid;
  }

  /** Process id of a service of the scenario's own. @throws Error while it is being started again */
  servicePid(service: Service): number {
    const pid = this.wiring.services?.pid(service);
    if (pid === undefined) throw new Error(`${service} is not running, or not this scenario's own`);
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

  /** One request to the API, repeated with the same key while the API is away, as a careful client would. */
  async request(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const key = randomBytes(12).toString('hex');
    return until(`an answer to ${method} ${path}`, async () => {
      const answer = await this.ask(method, path, { body, key }).catch(() => undefined);
      return answer?.status === 503 ? undefined : answer;
    });
  }

  private async ask(
    method: string,
    path: string,
    { body, key }: { readonly body: unknown; readonly key: string },
  ): Promise<{ status: number; body: unknown; retryAfter: string | null }> {
    const text = typeof body === 'string';
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(method === 'GET' ? {} : { 'idempotency-key': key }),
        ...(body === undefined ? {} : { 'content-type': text ? 'application/yaml' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: text ? body : JSON.stringify(body) }),
    });
    const answer = await response.text();
    return {
      status: response.status,
      body: answer === '' ? undefined : JSON.parse(answer),
      retryAfter: response.headers.get('retry-after'),
    };
  }

  /** Submits a spec and returns the sweep's id. */
  async submit(spec: object | string): Promise<string> {
    const { status, body } = await this.request('POST', '/api/v1/sweeps', { spec });
    if (status !== 201) throw new Error(`submitting answered ${status}: ${JSON.stringify(body)}`);
    return (body as { sweep: { id: string } }).sweep.id;
  }

  /** Submits a spec without repeating anything: what a hasty client sees. `id` is empty unless the status is 201. */
  async submitOnce(spec: object): Promise<{ status: number; id: string; retryAfter: string | null }> {
    const key = randomBytes(12).toString('hex');
    const { status, body, retryAfter } = await this.ask('POST', '/api/v1/sweeps', { body: { spec }, key });
    return { status, retryAfter, id: status === 201 ? (body as { sweep: { id: string } }).sweep.id : '' };
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
    await this.wiring.close();
    const limited = parts.flatMap((part) => this.limitedRequests(part));
    rmSync(this.folder, { recursive: true, force: true });
    if (limited.length > 0) {
      throw new Error(`a limit on requests touched this scenario:\n${limited.join('\n')}`);
    }
  }

  /** Lines of a part's log that tell of a request limit; no scenario is meant to reach one. */
  private limitedRequests(part: Part): string[] {
    if (!existsSync(this.logFile(part))) return [];
    const lines = readFileSync(this.logFile(part), 'utf8').split('\n');
    return lines.filter((line) => line.includes('requests are limited'));
  }

  private logFile(part: Part): string {
    return join(this.folder, `${part}.log`);
  }
}

/** PostgreSQL and Temporal of a scenario: servers of its own, or a database on those of the test run. */
async function storesFor(folder: string, options: ProductOptions) {
  if (options.ownServices === true) {
    const services = await startServices(folder);
    const { databaseUrl, temporalAddress: temporal } = services;
    return { services, database: undefined, databaseUrl, temporal };
  }
  const database = await createTestDatabase();
  return { services: undefined, database, databaseUrl: database.url, temporal: testTemporalAddress() };
}

/** Lays the lines between the parts, through proxies where faults are asked for. */
async function wire(folder: string, ports: readonly number[], options: ProductOptions): Promise<Wiring> {
  const { services, database, databaseUrl, temporal } = await storesFor(folder, options);
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  const proxies = new Map<Line, FaultProxy>();
  const through = async (
    line: Line,
    protocol: ProxyProtocol,
    targets: readonly number[],
  ): Promise<number> => {
    const proxy = await FaultProxy.start({
      targets: targets.map((port) => ({ host: '127.0.0.1', port })),
      protocol,
      random: new Seeded((options.faults?.seed ?? 0) + proxies.size),
      rates: options.faults?.rates ?? {},
    });
    proxies.set(line, proxy);
    return proxy.port;
  };
  const apiDatabase = new URL(databaseUrl);
  let orchestratorTemporal = temporal;
  if (options.faults !== undefined) {
    apiDatabase.port = String(await through('database', 'postgres', [Number(apiDatabase.port)]));
    orchestratorTemporal = `127.0.0.1:${await through('temporal', 'http2', [Number(temporal.split(':')[1])])}`;
  }
  const direct = options.faults === undefined && ports.length === 1;
  const gateway = direct ? (ports[0] ?? 0) : await through('gateway', 'http1', ports);
  const addresses = {
    databaseUrl,
    proxiedDatabaseUrl: String(apiDatabase),
    temporal: orchestratorTemporal,
    namespace,
  };
  return {
    databaseUrl,
    services,
    temporal: { address: temporal, namespace },
    proxies,
    environments: environmentsOf(folder, { ...addresses, ports, gateway }, options),
    close: async () => {
      for (const proxy of proxies.values()) await proxy.close();
      await database?.drop();
      await services?.stop();
    },
  };
}

interface Addresses {
  readonly databaseUrl: string;
  /** As the API sees it. */
  readonly proxiedDatabaseUrl: string;
  readonly temporal: string;
  readonly namespace: string;
  readonly ports: readonly number[];
  /** Where agents find the API. */
  readonly gateway: number;
}

/** The environment of every part, in the order in which they start. */
function environmentsOf(
  folder: string,
  addresses: Addresses,
  options: ProductOptions,
): Map<Part, NodeJS.ProcessEnv> {
  const environments = new Map<Part, NodeJS.ProcessEnv>();
  const numbered = (index: number): string => (index === 0 ? '' : String(index + 1));
  const server = {
    ...process.env,
    SWATH_TEMPORAL_ADDRESS: addresses.temporal,
    SWATH_TEMPORAL_NAMESPACE: addresses.namespace,
    SWATH_LOG_LEVEL: 'info',
  };
  addresses.ports.forEach((port, index) => {
    environments.set(`api${numbered(index)}` as Part, {
      ...server,
      SWATH_DATABASE_URL: addresses.proxiedDatabaseUrl,
      SWATH_API_HOST: '127.0.0.1',
      SWATH_API_PORT: String(port),
      SWATH_BOOTSTRAP_API_KEY_FILE: join(folder, 'api-key'),
      SWATH_BOOTSTRAP_AGENT_KEY_FILE: join(folder, 'agent-key'),
      SWATH_STORAGE_DIR: join(folder, 'storage'),
    });
  });
  for (let index = 0; index < (options.orchestrators ?? 1); index += 1) {
    const env = { ...server, SWATH_DATABASE_URL: addresses.databaseUrl };
    environments.set(`orchestrator${numbered(index)}` as Part, env);
  }
  for (const [index, slots] of (options.agents ?? [4]).entries()) {
    environments.set(`agent${index + 1}`, {
      ...process.env,
      SWATH_HOST: `http://127.0.0.1:${addresses.gateway}`,
      SWATH_AGENT_KEY_FILE: join(folder, 'agent-key'),
      SWATH_AGENT_POOL: 'local',
      SWATH_AGENT_NAME: `node-${index + 1}`,
      SWATH_AGENT_PROVIDER: 'simulated',
      SWATH_AGENT_SLOTS: String(slots),
      SWATH_AGENT_DIR: join(folder, `agent${index + 1}`),
      SWATH_LOG_LEVEL: 'info',
      ...options.agentEnv,
    });
  }
  return environments;
}
