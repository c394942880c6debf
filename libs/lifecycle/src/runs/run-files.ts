// Files of runs: names and digests here, bytes in the blob store.
import type { Database, Queryable } from '@swath/persistence';

/** A file of a run. */
export interface RunFile {
  readonly name: string;
  readonly sha256: string;
  /** Hexadecimal. */
  readonly md5: string;
  readonly size: number;
  readonly updatedAt: Date;
}

const columns = 'name, sha256, md5, size::float8 AS size, updated_at AS "updatedAt"';

/** Stores what a name holds now; the same name again replaces it. */
export async function putRunFile(
  db: Database,
  runId: string,
  file: Omit<RunFile, 'updatedAt'>,
): Promise<void> {
  await db.query(
    `INSERT INTO run_file (run_id, name, sha256, md5, size, updated_at)
     SELECT $1, $2, $3, $4, $5, clock_timestamp() WHERE EXISTS (SELECT 1 FROM run WHERE id = $1 AND deleted_at IS NULL)
     ON CONFLICT (run_id, name) DO UPDATE SET sha256 = excluded.sha256, md5 = excluded.md5, size = excluded.size,
       updated_at = excluded.updated_at`,
    [runId, file.name, file.sha256, file.md5, file.size],
  );
}

/** Files by name, from a position. `pattern` is SQL's LIKE. */
export async function listRunFiles(
  db: Queryable,
  request: {
    readonly runId: string;
    readonly names?: readonly string[];
    readonly pattern?: string;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<RunFile[]> {
  const names = request.names === undefined || request.names.length === 0 ? null : [...request.names];
  return db.query<RunFile>(
    `SELECT ${columns} FROM run_file WHERE run_id = $1 AND ($2::text[] IS NULL OR name = ANY ($2))
       AND ($3::text IS NULL OR name LIKE $3) ORDER BY name OFFSET $4 LIMIT $5`,
    [request.runId, names, request.pattern ?? null, request.offset, request.limit],
  );
}

/** One file. */
export async function findRunFile(db: Queryable, runId: string, name: string): Promise<RunFile | undefined> {
  const [file] = await db.query<RunFile>(`SELECT ${columns} FROM run_file WHERE run_id = $1 AND name = $2`, [
    runId,
    name,
  ]);
  return file;
}

/** How many files a run has. */
export async function countRunFiles(db: Queryable, runId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM run_file WHERE run_id = $1',
    [runId],
  );
  return row?.count ?? 0;
}

/** Takes files away from a run. */
export async function deleteRunFiles(db: Queryable, runId: string, names: readonly string[]): Promise<void> {
  await db.query('DELETE FROM run_file WHERE run_id = $1 AND name = ANY ($2)', [runId, [...names]]);
}
