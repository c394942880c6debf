/** Queries of artifacts by id. */
import { findByClientId } from '@swath/lifecycle';
import { artifactNodeById, collectionById } from './artifact-nodes.js';
import type { WireContext } from './wire-context.js';
import { wireId, wireIdParts } from './wire-ids.js';

/** Queries at the root. */
export const artifactQueries = {
  artifact: ({ id }: { id: string }, context: WireContext): Promise<object | null> =>
    artifactNodeById(wireIdParts(id, 'Artifact', 1)?.[0] ?? '', context),
  artifactCollection: ({ id }: { id: string }, context: WireContext): Promise<object | null> =>
    collectionById(wireIdParts(id, 'ArtifactCollection', 1)?.[0] ?? '', context),
  clientIDMapping: async (
    { clientID }: { clientID: string },
    { db, caller }: WireContext,
  ): Promise<object | null> => {
    const id = await findByClientId(db, caller.orgId, clientID);
    return id === undefined
      ? null
      : { serverID: wireId(id.startsWith('ar') ? 'Artifact' : 'ArtifactCollection', id) };
  },
};
