// Changing what is said of an artifact: aliases, description, metadata, tags, its places in other collections, its deletion.
import { DomainError } from '@swath/contracts';
import type { Database, Queryable, Tx } from '@swath/persistence';

const ALIAS = /^[^/\\:\u0000-\u001f]{1,128}$/;

/** Points aliases of a collection at an artifact. @throws `request/invalid` for an alias that cannot be */
export async function setAliases(
  db: Queryable,
  target: { readonly collectionId: string; readonly artifactId: string; readonly aliases: readonly string[] },
): Promise<void> {
  for (const alias of target.aliases) {
    if (!ALIAS.test(alias) || /^v\d+$/.test(alias)) {
      throw new DomainError(
        'request/invalid',
        `"${alias.slice(0, 60)}" cannot be an alias: no / \\ : and not v with a number`,
      );
    }
  }
  await db.query(
    `INSERT INTO artifact_alias (collection_id, alias, artifact_id) SELECT $1, a, $3 FROM unnest($2::text[]) a
     ON CONFLICT (collection_id, alias) DO UPDATE SET artifact_id = excluded.artifact_id`,
    [target.collectionId, [...new Set(target.aliases)], target.artifactId],
  );
}

/** Takes aliases away from an artifact; those that point elsewhere stay. */
export async function removeAliases(
  db: Queryable,
  target: { readonly collectionId: string; readonly artifactId: string; readonly aliases: readonly string[] },
): Promise<void> {
  await db.query(
    'DELETE FROM artifact_alias WHERE collection_id = $1 AND artifact_id = $2 AND alias = ANY ($3)',
    [target.collectionId, target.artifactId, [...target.aliases]],
  );
}

/** What may be changed; absent and null stay. */
export interface ArtifactEdit {
  readonly description?: string | null;
  readonly metadata?: string | null;
  readonly ttlSeconds?: number | null;
  readonly tagsToAdd?: readonly string[];
  readonly tagsToDelete?: readonly string[];
  /** All aliases it has in its own collection from now on. */
  readonly aliases?: readonly string[];
}

/** Changes an artifact. */
export async function editArtifact(db: Database, artifactId: string, edit: ArtifactEdit): Promise<void> {
  await db.transaction(async (tx) => {
    const [artifact] = await tx.query<{ collection_id: string }>(
      `UPDATE artifact SET description = coalesce($2, description), metadata = coalesce($3, metadata),
         ttl_seconds = coalesce($4, ttl_seconds), updated_at = clock_timestamp(),
         tags = ARRAY(SELECT DISTINCT t FROM unnest(tags || $5::text[]) t WHERE NOT t = ANY ($6::text[]) ORDER BY t)
       WHERE id = $1 RETURNING collection_id`,
      [
        artifactId,
        edit.description ?? null,
        edit.metadata ?? null,
        edit.ttlSeconds ?? null,
        [...(edit.tagsToAdd ?? [])],
        [...(edit.tagsToDelete ?? [])],
      ],
    );
    if (artifact === undefined || edit.aliases === undefined) return;
    const collectionId = artifact.collection_id;
    await tx.query(
      'DELETE FROM artifact_alias WHERE collection_id = $1 AND artifact_id = $2 AND NOT alias = ANY ($3)',
      [collectionId, artifactId, [...edit.aliases]],
    );
    await setAliases(tx, { collectionId, artifactId, aliases: edit.aliases });
  });
}

/**
 * Deletes an artifact: it is found no more. `latest` goes to the newest version that is left.
 *
 * @throws `request/conflict` when it has aliases of a person and they are not to be deleted
 */
export async function deleteArtifact(
  db: Database,
  request: { readonly artifactId: string; readonly deleteAliases: boolean },
): Promise<'deleted' | 'aliased'> {
  return db.transaction(async (tx) => {
    const aliases = await tx.query<{ alias: string }>(
      `SELECT alias FROM artifact_alias WHERE artifact_id = $1 AND alias <> 'latest'`,
      [request.artifactId],
    );
    if (aliases.length > 0 && !request.deleteAliases) return 'aliased';
    await tx.query(`UPDATE artifact SET state = 'DELETED', updated_at = clock_timestamp() WHERE id = $1`, [
      request.artifactId,
    ]);
    const moved = await tx.query<{ collection_id: string }>(
      `DELETE FROM artifact_alias WHERE artifact_id = $1 RETURNING collection_id`,
      [request.artifactId],
    );
    for (const { collection_id } of moved) await latestAgain(tx, collection_id);
    return 'deleted';
  });
}

async function latestAgain(tx: Tx, collectionId: string): Promise<void> {
  await tx.query(
    `INSERT INTO artifact_alias (collection_id, alias, artifact_id)
     SELECT v.collection_id, 'latest', v.artifact_id FROM artifact_membership v JOIN artifact a ON a.id = v.artifact_id
     WHERE v.collection_id = $1 AND a.state = 'COMMITTED' ORDER BY v.version DESC LIMIT 1 ON CONFLICT DO NOTHING`,
    [collectionId],
  );
}

/** A run has read an artifact. */
export async function recordUse(
  db: Queryable,
  use: { readonly runId: string; readonly artifactId: string; readonly usedAs: string | null },
): Promise<void> {
  await db.query(
    `INSERT INTO artifact_use (run_id, artifact_id, used_as, at) VALUES ($1, $2, $3, clock_timestamp()) ON CONFLICT DO NOTHING`,
    [use.runId, use.artifactId, use.usedAs],
  );
}

/** Takes an artifact out of a collection it was linked into. */
export async function unlinkArtifact(
  db: Database,
  link: { readonly artifactId: string; readonly collectionId: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('DELETE FROM artifact_alias WHERE collection_id = $1 AND artifact_id = $2', [
      link.collectionId,
      link.artifactId,
    ]);
    await tx.query('DELETE FROM artifact_membership WHERE collection_id = $1 AND artifact_id = $2', [
      link.collectionId,
      link.artifactId,
    ]);
    await latestAgain(tx, link.collectionId);
  });
}
