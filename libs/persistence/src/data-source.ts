// The TypeORM data source: owns the connection pool, the migrations and the entities that describe the schema.
import 'reflect-metadata';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { whenReachable } from './connection-loss.js';
import { entities } from './entities/index.js';
import { migrations } from './migrations/index.js';

// int8 carries money and GPU time: as a JavaScript number it would lose digits.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));

/** Settings of a data source. */
export interface DataSourceSettings {
  /** Connections in the pool; default 10. */
  readonly poolSize?: number;
  /** Shown by PostgreSQL in pg_stat_activity. */
  readonly applicationName?: string;
  /** Longest wait for the answer to one statement, ms; default 60,000. Then the connection counts as lost. 0: no bound. */
  readonly queryTimeoutMs?: number;
}

/** Longest wait for an answer: a line that went silent would otherwise hold its caller, and a connection of the pool, for hours. */
const QUERY_TIMEOUT_MS = 60_000;

/** A data source for one database; not yet connected. */
export function createDataSource(url: string, settings: DataSourceSettings = {}): DataSource {
  return new DataSource({
    type: 'postgres',
    driver: pg,
    url,
    poolSize: settings.poolSize ?? 10,
    applicationName: settings.applicationName ?? 'swath',
    migrations,
    migrationsTransactionMode: 'each',
    entities,
    synchronize: false,
    logging: false,
    extra: {
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      query_timeout: settings.queryTimeoutMs ?? QUERY_TIMEOUT_MS,
    },
  });
}

/** Any number; the same in every process that migrates. */
const MIGRATION_LOCK = 7_328_001;

/**
 * Brings a database to the newest schema. Several processes may call it at once: one migrates, the others wait.
 *
 * @param url  PostgreSQL connection URL; the database must exist
 */
export async function migrate(url: string): Promise<void> {
  // A migration is one transaction: broken off, it begins again.
  await whenReachable(() => migrateOnce(url));
}

async function migrateOnce(url: string): Promise<void> {
  const guard = new pg.Client({ connectionString: url, application_name: 'swath-migrate' });
  // Without a listener the loss of this connection would end the process; whoever uses it next is told.
  guard.on('error', () => undefined);
  await guard.connect();
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const source = createDataSource(url, {
      poolSize: 1,
      applicationName: 'swath-migrate',
      queryTimeoutMs: 0,
    });
    await source.initialize();
    try {
      await source.runMigrations();
    } finally {
      await source.destroy();
    }
  } finally {
    await guard.end().catch(() => undefined);
  }
}
