// Artifacts as tracking clients see them: a content with its own collection, and its places in others. Read here; written by the
// other files of this folder.
import type { Queryable } from '@swath/persistence';

/** A collection with its project. */
export interface CollectionRow {
  readonly id: string;
  readonly projectId: string;
  readonly project: string;
  readonly projectCreatedAt: Date;
  readonly orgId: string;
  readonly teamId: string;
  readonly entity: string;
  readonly name: string;
  readonly type: string;
  readonly kind: 'sequence' | 'portfolio';
  readonly description: string | null;
  readonly createdAt: Date;
}

/** An artifact. */
export interface ArtifactRow {
  readonly id: string;
  readonly collectionId: string;
  readonly state: 'PENDING' | 'COMMITTED' | 'DELETED';
  readonly digest: string;
  readonly description: string | null;
  readonly metadata: string | null;
  readonly ttlSeconds: number | null;
  readonly size: number;
  readonly fileCount: number;
  readonly runId: string | null;
  readonly createdById: string | null;
  readonly historyStep: number | null;
  readonly tags: readonly string[];
  /** Its version in its own collection, once committed. */
  readonly version: number | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A place of an artifact in a collection. */
export interface MembershipRow {
  readonly collectionId: string;
  readonly artifactId: string;
  readonly version: number;
  readonly createdAt: Date;
}

/** Columns of `CollectionRow`, for `k` collection, `p` project, `m` team. */
const collectionSelect = `SELECT k.id, k.project_id AS "projectId", p.name AS project, p.created_at AS "projectCreatedAt",
  p.org_id AS "orgId", m.id AS "teamId", m.name AS entity, k.name, k.type, k.kind, k.description, k.created_at AS "createdAt"
  FROM artifact_collection k JOIN project p ON p.id = k.project_id JOIN team m ON m.id = p.team_id`;

const artifactSelect = `SELECT a.id, a.collection_id AS "collectionId", a.state, a.digest, a.description, a.metadata,
  a.ttl_seconds::float8 AS "ttlSeconds", a.size::float8 AS size, a.file_count AS "fileCount", a.run_id AS "runId",
  a.created_by AS "createdById", a.history_step::float8 AS "historyStep", a.tags, v.version, a.created_at AS "createdAt",
  a.updated_at AS "updatedAt"
  FROM artifact a LEFT JOIN artifact_membership v ON v.artifact_id = a.id AND v.collection_id = a.collection_id`;

/** A collection by id. */
export async function readCollection(db: Queryable, id: string): Promise<CollectionRow | undefined> {
  const [row] = await db.query<CollectionRow>(`${collectionSelect} WHERE k.id = $1`, [id]);
  return row;
}

/** A collection by name. */
export async function findCollection(
  db: Queryable,
  where: { readonly projectId: string; readonly name: string },
): Promise<CollectionRow | undefined> {
  const [row] = await db.query<CollectionRow>(`${collectionSelect} WHERE k.project_id = $1 AND k.name = $2`, [
    where.projectId,
    where.name,
  ]);
  return row;
}

/** Collections of a project, by name. */
export async function listCollections(
  db: Queryable,
  where: {
    readonly projectId: string;
    readonly type?: string;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<CollectionRow[]> {
  return db.query<CollectionRow>(
    `${collectionSelect} WHERE k.project_id = $1 AND ($2::text IS NULL OR k.type = $2) ORDER BY k.name OFFSET $3 LIMIT $4`,
    [where.projectId, where.type ?? null, where.offset, where.limit],
  );
}

/** An artifact that is not deleted. */
export async function readArtifact(db: Queryable, id: string): Promise<ArtifactRow | undefined> {
  const [row] = await db.query<ArtifactRow>(`${artifactSelect} WHERE a.id = $1 AND a.state <> 'DELETED'`, [
    id,
  ]);
  return row;
}

/** An artifact that a client has named by itself before the server did. */
export async function findByClientId(
  db: Queryable,
  orgId: string,
  clientId: string,
): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }>(
    `SELECT a.id FROM artifact a JOIN artifact_collection k ON k.id = a.collection_id JOIN project p ON p.id = k.project_id
     WHERE a.client_id = $1 AND p.org_id = $2 AND a.state <> 'DELETED'
     UNION ALL
     SELECT k.id FROM artifact_collection k JOIN project p ON p.id = k.project_id WHERE k.client_id = $1 AND p.org_id = $2
     LIMIT 1`,
    [clientId, orgId],
  );
  return row?.id;
}

/** Which version of a collection a reference names: an alias, `v3`, or a digest. */
export async function findMembership(
  db: Queryable,
  where: { readonly collectionId: string; readonly reference: string },
): Promise<MembershipRow | undefined> {
  const version = /^v(\d{1,9})$/.exec(where.reference)?.[1];
  const [row] = await db.query<MembershipRow>(
    `SELECT v.collection_id AS "collectionId", v.artifact_id AS "artifactId", v.version, v.created_at AS "createdAt"
     FROM artifact_membership v JOIN artifact a ON a.id = v.artifact_id
     WHERE v.collection_id = $1 AND a.state = 'COMMITTED' AND (v.version = $2::int OR a.digest = $3
       OR v.artifact_id = (SELECT artifact_id FROM artifact_alias WHERE collection_id = $1 AND alias = $3))
     ORDER BY (v.version = $2::int) DESC NULLS LAST, v.version DESC LIMIT 1`,
    [where.collectionId, version ?? null, where.reference],
  );
  return row;
}

/** Every place of an artifact. */
export async function listMemberships(db: Queryable, artifactId: string): Promise<MembershipRow[]> {
  return db.query<MembershipRow>(
    `SELECT collection_id AS "collectionId", artifact_id AS "artifactId", version, created_at AS "createdAt"
     FROM artifact_membership WHERE artifact_id = $1 ORDER BY created_at, collection_id`,
    [artifactId],
  );
}

/** Aliases of an artifact, in one collection or in all. */
export async function listAliases(
  db: Queryable,
  where: { readonly artifactId?: string; readonly collectionId?: string },
): Promise<{ collectionId: string; artifactId: string; alias: string }[]> {
  return db.query<{ collectionId: string; artifactId: string; alias: string }>(
    `SELECT collection_id AS "collectionId", artifact_id AS "artifactId", alias FROM artifact_alias
     WHERE ($1::text IS NULL OR artifact_id = $1) AND ($2::text IS NULL OR collection_id = $2)
     ORDER BY alias = 'latest' DESC, alias, collection_id`,
    [where.artifactId ?? null, where.collectionId ?? null],
  );
}

/** Committed artifacts of a collection by version. */
export async function listVersions(
  db: Queryable,
  where: {
    readonly collectionId: string;
    readonly oldestFirst: boolean;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<(ArtifactRow & { readonly memberVersion: number })[]> {
  return db.query<ArtifactRow & { readonly memberVersion: number }>(
    `SELECT x.*, w.version AS "memberVersion" FROM (${artifactSelect}) x
       JOIN artifact_membership w ON w.artifact_id = x.id AND w.collection_id = $1
     WHERE x.state = 'COMMITTED' ORDER BY w.version ${where.oldestFirst ? 'ASC' : 'DESC'} OFFSET $2 LIMIT $3`,
    [where.collectionId, where.offset, where.limit],
  );
}

/** Artifacts that a run made (`output`) or used (`input`). */
export async function listRunArtifacts(
  db: Queryable,
  where: {
    readonly runId: string;
    readonly side: 'input' | 'output';
    readonly offset: number;
    readonly limit: number;
  },
): Promise<ArtifactRow[]> {
  const table = where.side === 'input' ? 'artifact_use' : 'artifact_output';
  return db.query<ArtifactRow>(
    `SELECT x.* FROM (${artifactSelect}) x JOIN ${table} l ON l.artifact_id = x.id AND l.run_id = $1
     WHERE x.state = 'COMMITTED' ORDER BY l.at, x.id OFFSET $2 LIMIT $3`,
    [where.runId, where.offset, where.limit],
  );
}

/** Runs that used an artifact. */
export async function listUsers(db: Queryable, artifactId: string): Promise<string[]> {
  const rows = await db.query<{ run_id: string }>(
    'SELECT run_id FROM artifact_use WHERE artifact_id = $1 ORDER BY at, run_id LIMIT 1000',
    [artifactId],
  );
  return rows.map((row) => row.run_id);
}

/** Types in use in a project. */
export async function listArtifactTypes(
  db: Queryable,
  projectId: string,
): Promise<{ type: string; createdAt: Date }[]> {
  return db.query<{ type: string; createdAt: Date }>(
    `SELECT type, min(created_at) AS "createdAt" FROM artifact_collection WHERE project_id = $1 GROUP BY type ORDER BY type`,
    [projectId],
  );
}

/** The newest stored manifest. */
export async function currentManifest(
  db: Queryable,
  artifactId: string,
): Promise<{ id: string; digest: string; sha256: string | null } | undefined> {
  const [row] = await db.query<{ id: string; digest: string; sha256: string | null }>(
    `SELECT id, digest, sha256 FROM artifact_manifest WHERE artifact_id = $1 AND type NOT IN ('INCREMENTAL', 'PATCH')
     ORDER BY sha256 IS NOT NULL DESC, created_at DESC LIMIT 1`,
    [artifactId],
  );
  return row;
}

/** Stored files of artifacts. */
export async function listArtifactFiles(
  db: Queryable,
  artifactIds: readonly string[],
): Promise<{ artifactId: string; path: string; sha256: string; md5: string; size: number }[]> {
  return db.query<{ artifactId: string; path: string; sha256: string; md5: string; size: number }>(
    `SELECT artifact_id AS "artifactId", path, sha256, md5, size::float8 AS size FROM artifact_file
     WHERE artifact_id = ANY ($1) AND sha256 IS NOT NULL ORDER BY path`,
    [[...artifactIds]],
  );
}
