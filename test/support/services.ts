// PostgreSQL and Temporal of one scenario's own, durable and supervised as in `npm start`, so that a scenario may kill them: each comes
// back by itself on the same port with what it had stored.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { ProcessRegistry, startPostgres, startTemporal } from '@swath/platform/local';
import { migrate } from '@swath/persistence';
import { until } from './until.js';

/** A service that a scenario may kill. */
export type Service = 'postgres' | 'temporal';

/** Running services. */
export interface OwnServices {
  readonly databaseUrl: string;
  /** `host:port`. */
  readonly temporalAddress: string;
  /** Process number; undefined while the service is being started again. */
  pid(service: Service): number | undefined;
  /** Waits until a service answers. */
  answers(service: Service): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both services below a folder and migrates the database. */
export async function startServices(folder: string): Promise<OwnServices> {
  const dataDir = join(folder, 'services');
  mkdirSync(dataDir);
  // PostgreSQL's own user must get through when the tests run as root.
  chmodSync(folder, 0o755);
  chmodSync(dataDir, 0o755);
  const logFile = join(folder, 'services.log');
  const log = (line: string): void => writeFileSync(logFile, `${line}\n`, { flag: 'a' });
  const { SWATH_DATABASE_URL: _database, SWATH_TEMPORAL_ADDRESS: _address, ...env } = process.env;
  const registry = await ProcessRegistry.open(dataDir, log);
  const common = { dataDir, log, registry, env };
  const dynamicConfig = { 'system.forceSearchAttributesCacheRefreshOnRead': true };
  const [postgres, temporal] = await Promise.all([
    startPostgres(common),
    startTemporal({ ...common, dynamicConfig }),
  ]);
  await migrate(postgres.url);
  const probes = { postgres: () => canQuery(postgres.url), temporal: () => canConnect(temporal.address) };
  return {
    databaseUrl: postgres.url,
    temporalAddress: temporal.address,
    pid: (service) => (service === 'postgres' ? postgres.pid() : temporal.pid()),
    answers: async (service) => {
      await until(`${service} to answer`, async () => ((await probes[service]()) ? true : undefined));
    },
    stop: async () => {
      await temporal.stop();
      await postgres.stop();
      await registry.close();
    },
  };
}

async function canQuery(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function canConnect(address: string): Promise<boolean> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
