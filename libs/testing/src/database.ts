// Gives each database test its own migrated PostgreSQL database within a fraction of a second: the migrations run once per server, into
// a template that every test database is a copy of. The server comes from the Vitest project (tools/test-services.ts).
import { randomBytes } from 'node:crypto';
import { migrate } from '@swath/persistence';
import pg from 'pg';

const TEMPLATE = 'swath_template';
const LOCK = 7_261_018;

/** A database of one test file. */
export interface TestDatabase {
  /** Connection URL with user and password. */
  readonly url: string;
  /** Drops the database, ending connections that are still open. */
  drop(): Promise<void>;
}

/**
 * Creates an empty database with the current schema.
 *
 * @throws Error outside the Vitest projects `db` and `e2e`
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = testPostgresUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await withClient(server, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    try {
      await createTemplate(client, server);
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    }
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE} STRATEGY FILE_COPY`);
  });
  return {
    url: urlOf(server, name),
    drop: () =>
      withClient(server, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/**
 * Address (`host:port`) of the Temporal server of this test run; its namespace is `swath`.
 *
 * @throws Error outside the Vitest project `e2e`
 */
export function testTemporalAddress(): string {
  return required('SWATH_TEST_TEMPORAL_ADDRESS', 'e2e');
}

/**
 * URL of the PostgreSQL server of this test run, with a user who may create databases.
 *
 * @throws Error outside the Vitest projects `db` and `e2e`
 */
export function testPostgresUrl(): string {
  return required('SWATH_TEST_POSTGRES_URL', 'db');
}

// Built under another name first: a template that exists is complete, also when an earlier attempt failed half way.
async function createTemplate(client: pg.Client, server: string): Promise<void> {
  const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [TEMPLATE]);
  if (rowCount === 1) return;
  const draft = `${TEMPLATE}_draft`;
  await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${draft}`);
  await migrate(urlOf(server, draft));
  await client.query(`ALTER DATABASE ${draft} RENAME TO ${TEMPLATE}`);
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

function required(name: string, project: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this test with vitest --project ${project}`);
  return value;
}
