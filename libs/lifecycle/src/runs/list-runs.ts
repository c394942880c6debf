// Lists of runs: a client's filter and order, turned into SQL with parameters only, and pages by position.
import type { Database } from '@swath/persistence';
import { conditionOf, orderOf, patternFailure, SqlParameters } from './run-filter.js';
import { clientRunColumns, clientRunFrom, type ClientRun } from './run-rows.js';

/** Which runs. */
export interface RunQuery {
  readonly projectId: string;
  /** A filter in the language of MongoDB, parsed. */
  readonly filter?: unknown;
  /** Comma list of `+field` or `-field`. */
  readonly order?: string;
  readonly sweepId?: string;
}

/** Where the rows of a query come from; trials that have not begun are not runs yet. */
function whereOf(query: RunQuery, parameters: SqlParameters): string {
  const conditions = [
    `r.project_id = ${parameters.add(query.projectId)}`,
    'r.deleted_at IS NULL',
    `r.state <> 'pending'`,
    `t.state IS DISTINCT FROM 'not_run'`,
  ];
  if (query.sweepId !== undefined) conditions.push(`t.sweep_id = ${parameters.add(query.sweepId)}`);
  if (query.filter !== undefined) conditions.push(conditionOf(query.filter, parameters));
  return conditions.join(' AND ');
}

/** Longest that a statement with a pattern may take, ms: some patterns would keep PostgreSQL busy for hours. */
const PATTERN_MS = 10_000;

async function select<Row extends object>(
  db: Database,
  sql: string,
  parameters: SqlParameters,
): Promise<Row[]> {
  if (!parameters.hasPattern) return db.query<Row>(sql, parameters.values);
  try {
    return await db.transaction(async (tx) => {
      await tx.query(`SET LOCAL statement_timeout = ${PATTERN_MS}`);
      return tx.query<Row>(sql, parameters.values);
    });
  } catch (error) {
    throw patternFailure(error);
  }
}

/** A page of runs. @throws `request/invalid` for a filter that cannot be read */
export async function listClientRuns(
  db: Database,
  query: RunQuery & { readonly offset: number; readonly limit: number },
): Promise<ClientRun[]> {
  const parameters = new SqlParameters();
  const where = whereOf(query, parameters);
  const order = orderOf(query.order ?? '', parameters);
  return select<ClientRun>(
    db,
    `SELECT ${clientRunColumns} ${clientRunFrom} WHERE ${where}
     ORDER BY ${order} OFFSET ${parameters.add(query.offset)} LIMIT ${parameters.add(query.limit)}`,
    parameters,
  );
}

/** How many runs. @throws `request/invalid` */
export async function countClientRuns(db: Database, query: RunQuery): Promise<number> {
  const parameters = new SqlParameters();
  const where = whereOf(query, parameters);
  const [row] = await select<{ count: number }>(
    db,
    `SELECT count(*)::int AS count ${clientRunFrom} WHERE ${where}`,
    parameters,
  );
  return row?.count ?? 0;
}
