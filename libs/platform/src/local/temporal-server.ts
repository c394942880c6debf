// Starts the Temporal server of a data folder, or answers with the one that SWATH_TEMPORAL_ADDRESS names. Called by the local stack and
// by the tests' services; the address then goes to the API and the orchestrator. Where the program comes from: find-temporal.ts.
import { mkdirSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Environment } from './cache-folder.js';
import { findTemporal } from './find-temporal.js';
import { freePorts } from './ports.js';
import { superviseProcess, type ProcessSpec, type Supervision } from './supervised-process.js';
import type { TemporalSource } from './temporal-source.js';

/** What to start. */
export interface TemporalOptions extends Supervision {
  /** The stack's data folder; the server's state lies in its sub-folder `temporal`. */
  readonly dataDir: string;
  /** Default `swath`. */
  readonly namespace?: string;
  /** Receives what is being tried and fetched; default `log`. */
  readonly progress?: (line: string) => void;
  /** Port of Temporal's own web page; default: no page. */
  readonly uiPort?: number;
  /** Dynamic configuration, such as `frontend.rps`; default none. */
  readonly dynamicConfig?: Readonly<Record<string, string | number | boolean>>;
  /** The environment to read settings from and to start the server with. */
  readonly env: Environment;
}

/** A Temporal server that accepts connections. */
export interface LocalTemporal {
  /** `host:port` of its gRPC service. */
  readonly address: string;
  readonly namespace: string;
  /** False when the server is somebody else's (SWATH_TEMPORAL_ADDRESS). */
  readonly embedded: boolean;
  /** Process number of the embedded server; undefined while it is being started again, and for any other. */
  pid(): number | undefined;
  /** Stops an embedded server; leaves any other alone. */
  stop(): Promise<void>;
}

interface Launch {
  readonly namespace: string;
  readonly folder: string;
  readonly port: number;
  readonly httpPort: number;
  readonly metricsPort: number;
  /** Eight more ports, used by the plain server only. */
  readonly internalPorts: readonly number[];
}

/**
 * Finds and starts a Temporal server. A server started from the official command line has the namespace and the search attribute
 * `SweepId` when this resolves; on any other the orchestrator creates them at its start.
 *
 * @throws TemporalNotFoundError when no server could be found, listing what was tried
 */
export async function startTemporal(options: TemporalOptions): Promise<LocalTemporal> {
  const namespace = options.namespace ?? 'swath';
  const source = await findTemporal({ env: options.env, log: options.progress ?? options.log });
  if (source.kind === 'running') {
    return {
      address: source.address,
      namespace,
      embedded: false,
      pid: () => undefined,
      stop: () => Promise.resolve(),
    };
  }
  const folder = join(options.dataDir, 'temporal');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [port = 0, httpPort = 0, metricsPort = 0, ...internalPorts] = await freePorts(11);
  const launch = { namespace, folder, port, httpPort, metricsPort, internalPorts };
  const server = await superviseProcess(commandFor(source, launch, options), options);
  const address = `127.0.0.1:${port}`;
  return { address, namespace, embedded: true, pid: () => server.pid, stop: () => server.stop() };
}

function commandFor(
  source: Exclude<TemporalSource, { kind: 'running' }>,
  launch: Launch,
  { env, uiPort, dynamicConfig = {} }: TemporalOptions,
): ProcessSpec {
  const common = {
    name: 'temporal',
    command: source.path,
    env,
    cwd: launch.folder,
    stop: { signal: 'SIGTERM', deadlineMs: 10_000 },
  } as const;
  if (source.kind === 'server') {
    const ready = { probe: () => accepts(launch.port) };
    return {
      ...common,
      ready,
      args: ['--allow-no-auth', 'start'],
      env: { ...env, ...serverEnvironment(launch) },
    };
  }
  const settings = Object.entries(dynamicConfig).flatMap(([key, value]) => [
    '--dynamic-config-value',
    `${key}=${JSON.stringify(value)}`,
  ]);
  return {
    ...common,
    // Printed after the namespace and the search attribute are there; the port opens before.
    ready: { output: /^Temporal Server:/ },
    args: [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--port', String(launch.port), '--http-port', String(launch.httpPort)],
      ...['--metrics-port', String(launch.metricsPort)],
      ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
      ...['--db-filename', join(launch.folder, 'temporal.db')],
      ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
      ...['--namespace', launch.namespace, '--search-attribute', 'SweepId=Keyword'],
      ...settings,
    ],
  };
}

// The plain server (built by `go install`) takes its configuration from the environment and knows no namespace at first.
function serverEnvironment(launch: Launch): Record<string, string> {
  const services = ['FRONTEND', 'HISTORY', 'MATCHING', 'WORKER'];
  const internal = launch.internalPorts.map(String);
  const ports = services.flatMap((service, index): [string, string][] => [
    [`${service}_GRPC_PORT`, service === 'FRONTEND' ? String(launch.port) : (internal[2 * index] ?? '')],
    [`${service}_MEMBERSHIP_PORT`, internal[2 * index + 1] ?? ''],
  ]);
  return {
    ...Object.fromEntries(ports),
    DB: 'sqlite',
    DBNAME: join(launch.folder, 'main.db'),
    VISIBILITY_DBNAME: join(launch.folder, 'visibility.db'),
    FRONTEND_HTTP_PORT: String(launch.httpPort),
    PROMETHEUS_ENDPOINT: `127.0.0.1:${launch.metricsPort}`,
    BIND_ON_IP: '127.0.0.1',
    LOG_LEVEL: 'warn',
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
