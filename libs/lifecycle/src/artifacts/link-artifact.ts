// Linking an artifact into a collection of another project, where versions count anew.
import type { Database } from '@swath/persistence';
import { addMember, ensureCollection } from './create-artifact.js';
import { setAliases } from './edit-artifact.js';

/** Links an artifact; the collection is made at its first use. Returns its version there. @throws `request/invalid` */
export async function linkArtifact(
  db: Database,
  link: {
    readonly artifactId: string;
    readonly type: string;
    readonly projectId: string;
    readonly collection: string;
    readonly aliases: readonly string[];
  },
): Promise<{ collectionId: string; version: number }> {
  return db.transaction(async (tx) => {
    const collectionId = await ensureCollection(tx, {
      projectId: link.projectId,
      name: link.collection,
      type: link.type,
      kind: 'portfolio',
      clientId: null,
    });
    const version = await addMember(tx, collectionId, link.artifactId);
    await setAliases(tx, { collectionId, artifactId: link.artifactId, aliases: ['latest', ...link.aliases] });
    return { collectionId, version };
  });
}
