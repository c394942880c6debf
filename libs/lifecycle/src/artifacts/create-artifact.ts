// Making an artifact in two phases: announced with the client's digest, then files and manifest are stored, then it is committed
// and gets its version. Every step may be repeated; the same content again is the version that exists.
import { DomainError } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { randomKey } from '../runs/random-key.js';
import { setAliases } from './edit-artifact.js';

/** An artifact that a client announces. */
export interface NewArtifact {
  readonly projectId: string;
  readonly runId: string | null;
  readonly createdBy: string | null;
  readonly type: string;
  readonly collection: string;
  readonly digest: string;
  readonly description: string | null;
  readonly metadata: string | null;
  readonly aliases: readonly string[];
  readonly tags: readonly string[];
  readonly clientId: string | null;
  readonly sequenceClientId: string | null;
  readonly deduplicate: boolean;
  readonly distributedId: string | null;
  readonly historyStep: number | null;
  readonly ttlSeconds: number | null;
}

const COLLECTION_NAME = /^[^/\\:\u0000-\u001f]{1,128}$/;

/**
 * Announces an artifact. A content that its collection holds already is that version, with the aliases added.
 *
 * @throws `request/invalid` for a name that cannot be, or another type than the collection has
 */
export async function createArtifact(
  db: Database,
  wanted: NewArtifact,
): Promise<{ id: string; committed: boolean }> {
  if (!COLLECTION_NAME.test(wanted.collection)) {
    throw new DomainError(
      'request/invalid',
      `"${wanted.collection.slice(0, 60)}" cannot be an artifact: no / \\ or :`,
    );
  }
  return db.transaction(async (tx) => {
    const collectionId = await ensureCollection(tx, {
      projectId: wanted.projectId,
      name: wanted.collection,
      type: wanted.type,
      kind: 'sequence',
      clientId: wanted.sequenceClientId,
    });
    const clientId = wanted.distributedId ?? wanted.clientId;
    const [known] = await tx.query<{ id: string; state: string }>(
      `SELECT id, state FROM artifact WHERE collection_id = $1 AND state <> 'DELETED'
         AND (client_id = $2 OR ($4 AND digest = $3 AND state = 'COMMITTED'))
       ORDER BY client_id = $2 DESC NULLS LAST, state, created_at LIMIT 1`,
      [collectionId, clientId, wanted.digest, wanted.deduplicate],
    );
    const id = known?.id ?? (await insertArtifact(tx, collectionId, wanted, clientId));
    if (wanted.runId !== null) await linkOutput(tx, wanted.runId, id);
    if (known?.state === 'COMMITTED') {
      await setAliases(tx, { collectionId, artifactId: id, aliases: wanted.aliases });
      return { id, committed: true };
    }
    return { id, committed: false };
  });
}

async function insertArtifact(
  tx: Tx,
  collectionId: string,
  wanted: NewArtifact,
  clientId: string | null,
): Promise<string> {
  const id = `ar${randomKey()}`;
  await tx.query(
    `INSERT INTO artifact (id, collection_id, state, digest, description, metadata, ttl_seconds, client_id, run_id, created_by,
       history_step, wanted_aliases, tags, created_at, updated_at)
     SELECT $1, $2, 'PENDING', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, t.now, t.now FROM (SELECT clock_timestamp() AS now) t`,
    [
      id,
      collectionId,
      wanted.digest,
      wanted.description,
      wanted.metadata,
      wanted.ttlSeconds,
      clientId,
      wanted.runId,
      wanted.createdBy,
      wanted.historyStep,
      JSON.stringify(wanted.aliases),
      [...wanted.tags],
    ],
  );
  return id;
}

async function linkOutput(tx: Tx, runId: string, artifactId: string): Promise<void> {
  await tx.query(
    `INSERT INTO artifact_output (run_id, artifact_id, at) VALUES ($1, $2, clock_timestamp()) ON CONFLICT DO NOTHING`,
    [runId, artifactId],
  );
}

/** A collection to be there. */
export interface WantedCollection {
  readonly projectId: string;
  readonly name: string;
  readonly type: string;
  readonly kind: 'sequence' | 'portfolio';
  readonly clientId: string | null;
}

/** The collection of a name, locked; made at its first use. @throws `request/invalid` when it has another type */
export async function ensureCollection(tx: Tx, wanted: WantedCollection): Promise<string> {
  await tx.query(
    `INSERT INTO artifact_collection (id, project_id, name, type, kind, client_id, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp()) ON CONFLICT (project_id, name) DO NOTHING`,
    [`ac${randomKey()}`, wanted.projectId, wanted.name, wanted.type, wanted.kind, wanted.clientId],
  );
  const [collection] = await tx.query<{ id: string; type: string }>(
    'SELECT id, type FROM artifact_collection WHERE project_id = $1 AND name = $2 FOR UPDATE',
    [wanted.projectId, wanted.name],
  );
  if (collection === undefined) throw new Error(`collection ${wanted.name} was not stored`);
  if (collection.type !== wanted.type) {
    throw new DomainError(
      'request/invalid',
      `artifact "${wanted.name}" has type "${collection.type}"; it cannot get a version of type "${wanted.type}"`,
    );
  }
  return collection.id;
}

/** Announces a manifest. The one without digest comes before the files, the one with it after. */
export async function createManifest(
  db: Database,
  manifest: {
    readonly artifactId: string;
    readonly type: string;
    readonly digest: string;
    readonly baseArtifactId: string | null;
  },
): Promise<string> {
  const id = `am${randomKey()}`;
  await db.query(
    `INSERT INTO artifact_manifest (id, artifact_id, type, digest, base_artifact_id, created_at)
     VALUES ($1, $2, $3, $4, $5, clock_timestamp())`,
    [id, manifest.artifactId, manifest.type, manifest.digest, manifest.baseArtifactId],
  );
  return id;
}

/** Gives a manifest its digest. Returns its artifact. */
export async function updateManifest(
  db: Database,
  manifest: { readonly id: string; readonly digest: string | null; readonly baseArtifactId: string | null },
): Promise<string | undefined> {
  const [row] = await db.query<{ artifact_id: string }>(
    `UPDATE artifact_manifest SET digest = coalesce($2, digest), base_artifact_id = coalesce($3, base_artifact_id)
     WHERE id = $1 RETURNING artifact_id`,
    [manifest.id, manifest.digest, manifest.baseArtifactId],
  );
  return row?.artifact_id;
}

/** The bytes of a manifest have arrived; a manifest of a committed artifact stays what it is. */
export async function storeManifestBlob(db: Database, manifestId: string, sha256: string): Promise<void> {
  await db.query('UPDATE artifact_manifest SET sha256 = $2 WHERE id = $1', [manifestId, sha256]);
}

/** The bytes of a file have arrived. */
export async function storeFileBlob(
  db: Database,
  file: {
    readonly artifactId: string;
    readonly path: string;
    readonly md5: string;
    readonly sha256: string;
    readonly size: number;
  },
): Promise<void> {
  await db.query(
    `INSERT INTO artifact_file (artifact_id, path, md5, sha256, size)
     SELECT id, $2, $3, $4, $5 FROM artifact WHERE id = $1 AND state = 'PENDING'
     ON CONFLICT (artifact_id, path) DO UPDATE SET md5 = excluded.md5, sha256 = excluded.sha256, size = excluded.size`,
    [file.artifactId, file.path, file.md5, file.sha256, file.size],
  );
}

/**
 * Commits an artifact: it gets the next version of its collection, `latest` and the aliases it was announced with. Repeating it
 * changes nothing.
 *
 * @throws `request/invalid` when it does not exist
 */
export async function commitArtifact(
  db: Database,
  commit: { readonly artifactId: string; readonly size: number; readonly fileCount: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [found] = await tx.query<{ collection_id: string }>(
      'SELECT collection_id FROM artifact WHERE id = $1',
      [commit.artifactId],
    );
    if (found === undefined)
      throw new DomainError('request/invalid', `there is no artifact ${commit.artifactId}`);
    await tx.query('SELECT id FROM artifact_collection WHERE id = $1 FOR UPDATE', [found.collection_id]);
    const [artifact] = await tx.query<{ wanted_aliases: readonly string[] }>(
      `UPDATE artifact SET state = 'COMMITTED', size = $2, file_count = $3, updated_at = clock_timestamp()
       WHERE id = $1 AND state = 'PENDING' RETURNING wanted_aliases`,
      [commit.artifactId, commit.size, commit.fileCount],
    );
    if (artifact === undefined) return;
    await addMember(tx, found.collection_id, commit.artifactId);
    const aliases = ['latest', ...artifact.wanted_aliases];
    await setAliases(tx, { collectionId: found.collection_id, artifactId: commit.artifactId, aliases });
  });
}

/** Puts an artifact into a collection, which the caller has locked; it keeps the version it has there. */
export async function addMember(tx: Tx, collectionId: string, artifactId: string): Promise<number> {
  const [known] = await tx.query<{ version: number }>(
    'SELECT version FROM artifact_membership WHERE collection_id = $1 AND artifact_id = $2',
    [collectionId, artifactId],
  );
  if (known !== undefined) return known.version;
  const [next] = await tx.query<{ version: number }>(
    'UPDATE artifact_collection SET next_version = next_version + 1 WHERE id = $1 RETURNING next_version - 1 AS version',
    [collectionId],
  );
  const version = next?.version ?? 0;
  await tx.query(
    `INSERT INTO artifact_membership (collection_id, artifact_id, version, created_at) VALUES ($1, $2, $3, clock_timestamp())`,
    [collectionId, artifactId, version],
  );
  return version;
}
