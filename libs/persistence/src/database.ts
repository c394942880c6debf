// What the rest of the product sees of PostgreSQL: queries and transactions. TypeORM owns the pool; statements go to pg
// directly, because entity mapping on the lease and ingest paths costs more than the statements themselves.
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { codeOf, isConnectionLoss, whenReachable } from './connection-loss.js';
import { createDataSource, type DataSourceSettings } from './data-source.js';

/** Runs statements: the database itself, or one transaction of it. */
export interface Queryable {
  /** Rows of one statement; parameters by position. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

/** One open transaction. */
export interface Tx extends Queryable {
  /** Ends the query API's use of this transaction only; commit and rollback belong to `Database.transaction`. */
  readonly inTransaction: true;
}

/** PostgreSQL's codes for failures that the same transaction may not meet again. */
const REPEATABLE = new Set(['40001', '40P01']);
const MAX_TRIES = 5;

/** Whether an error is the breach of the named constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === constraint;
}

/** What a test makes go wrong at one point: nothing (`undefined`), or a failure as PostgreSQL or the network would cause it. */
export type DatabaseFault = 'before' | 'reply-lost' | 'deadlock' | 'serialization' | 'connection-drop';

/**
 * Chooses faults; only tests give one. Asked before each statement and before each commit. `before` fails without running it,
 * `reply-lost` runs it and loses the answer, `deadlock` and `serialization` roll back with their code, `connection-drop` ends
 * the connection.
 */
export type FaultInjector = (point: 'statement' | 'commit') => DatabaseFault | undefined;

/** Settings of a database. */
export interface DatabaseSettings extends DataSourceSettings {
  /** For tests only. */
  readonly faults?: FaultInjector;
}

/** A failure as the named fault looks to the caller. */
function failureOf(fault: DatabaseFault): Error {
  const codes = { deadlock: '40P01', serialization: '40001' } as const;
  if (fault === 'deadlock' || fault === 'serialization') {
    return Object.assign(new Error(`injected ${fault}`), { code: codes[fault] });
  }
  return Object.assign(new Error(`injected ${fault}`), { code: 'ECONNRESET' });
}

/**
 * Transactions touch few rows, each by an index, and their plans are kept: one made while a table was small would read the whole of
 * it ever after. So whole tables are not read where an index will do, and no plan is compiled for seeming dear because of that.
 */
const BEGIN = 'BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL jit = off';

const names = new Map<string, string>();
/** Far more statements than the sources have; beyond it something builds SQL from input, and is not prepared. */
const MAX_PREPARED = 2_000;

/** A statement under a name of its own, so that a connection parses and plans it once. */
function prepared(text: string, parameters: readonly unknown[]): pg.QueryConfig {
  const values = [...parameters];
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= MAX_PREPARED || values.length === 0) return { text, values };
    name = `s${names.size}`;
    names.set(text, name);
  }
  return { name, text, values };
}

/** A database and its connection pool. */
export class Database implements Queryable {
  private constructor(
    readonly source: DataSource,
    private readonly pool: pg.Pool,
    private readonly faults: FaultInjector | undefined,
  ) {}

  /** Connects, waiting up to a minute for PostgreSQL to be there; the schema must have been migrated. */
  static async connect(url: string, { faults, ...settings }: DatabaseSettings = {}): Promise<Database> {
    const source = await whenReachable(() => createDataSource(url, settings).initialize());
    if (!('master' in source.driver) || !(source.driver.master instanceof pg.Pool)) {
      throw new Error('the PostgreSQL driver has no connection pool');
    }
    const pool = source.driver.master;
    // Without a listener the loss of an idle connection would end the process.
    pool.on('error', () => undefined);
    return new Database(source, pool, faults);
  }

  async query<Row extends object>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const run = async (): Promise<Row[]> => (await this.pool.query<Row>(prepared(sql, parameters))).rows;
    return this.faults === undefined ? run() : this.withFault('statement', run);
  }

  /**
   * Runs `work` in one transaction and commits. Deadlocks and serialization failures are repeated up to five times,
   * so `work` must have no effect outside the transaction.
   */
  async transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(work);
      } catch (error) {
        if (attempt >= MAX_TRIES || !REPEATABLE.has(codeOf(error))) throw error;
      }
    }
  }

  /** Closes every connection. */
  async close(): Promise<void> {
    await this.source.destroy();
  }

  private async once<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    const tx: Tx = {
      inTransaction: true,
      query: async <Row extends object>(sql: string, parameters: readonly unknown[] = []) => {
        const run = async (): Promise<Row[]> => (await client.query<Row>(prepared(sql, parameters))).rows;
        return this.faults === undefined ? run() : this.withFault('statement', run);
      },
    };
    try {
      await client.query(BEGIN);
      const result = await work(tx);
      await this.withFault('commit', () => client.query('COMMIT'));
      return result;
    } catch (error) {
      if (isConnectionLoss(error)) broken ??= error instanceof Error ? error : new Error(String(error));
      else
        await client.query('ROLLBACK').catch((failure: unknown) => {
          broken = failure instanceof Error ? failure : new Error(String(failure));
        });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken ?? false);
    }
  }

  /** Runs one statement or commit with the fault that a test chose for it, if any. */
  private async withFault<Result>(
    point: 'statement' | 'commit',
    run: () => Promise<Result>,
  ): Promise<Result> {
    const fault = this.faults?.(point);
    if (fault === undefined) return run();
    if (fault === 'reply-lost') await run();
    throw failureOf(fault);
  }
}
