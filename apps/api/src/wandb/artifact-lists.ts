/** Lists of artifacts of projects and runs, and how a project finds one by name. */
import {
  findCollection,
  findMembership,
  listArtifactTypes,
  listCollections,
  listRunArtifacts,
} from '@swath/lifecycle';
import type { ClientProject, MembershipRow } from '@swath/lifecycle';
import {
  artifactNode,
  artifactNodeById,
  collectionNode,
  membershipNode,
  typeNode,
} from './artifact-nodes.js';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import type { WireContext } from './wire-context.js';

/** The place that a name such as `data:latest` or `data:v3` stands for. */
async function membershipOf(
  projectId: string,
  name: string,
  { db }: WireContext,
): Promise<MembershipRow | undefined> {
  const colon = name.indexOf(':');
  const collection = await findCollection(db, { projectId, name: colon < 0 ? name : name.slice(0, colon) });
  if (collection === undefined) return undefined;
  return findMembership(db, {
    collectionId: collection.id,
    reference: colon < 0 ? 'latest' : name.slice(colon + 1),
  });
}

async function collectionPage(
  where: { readonly projectId: string; readonly type?: string },
  args: PageArguments,
  { db }: WireContext,
): Promise<object> {
  const range = pageRange(args);
  const rows = await listCollections(db, { ...where, offset: range.offset, limit: range.limit + 1 });
  return {
    ...connectionOf(rows, range, collectionNode),
    totalCount: async () => (await listCollections(db, { ...where, offset: 0, limit: 100_000 })).length,
  };
}

/** A type with the collections that a project has of it. */
function projectTypeNode(projectId: string, type: string, createdAt: Date): object {
  const collection = async ({ name }: { name: string }, { db }: WireContext): Promise<object | null> => {
    const found = await findCollection(db, { projectId, name });
    return found?.type === type ? collectionNode(found) : null;
  };
  return {
    ...typeNode(type, createdAt),
    artifactCollection: collection,
    artifactSequence: collection,
    artifactCollections: (args: PageArguments, context: WireContext) =>
      collectionPage({ projectId, type }, args, context),
  };
}

/** Artifact fields of a project. */
export function artifactFieldsOfProject({ id: projectId }: ClientProject): object {
  return {
    artifact: async ({ name }: { name: string }, context: WireContext) => {
      const place = await membershipOf(projectId, name, context);
      return place === undefined ? null : artifactNodeById(place.artifactId, context);
    },
    artifactCollectionMembership: async ({ name }: { name: string }, context: WireContext) => {
      const place = await membershipOf(projectId, name, context);
      return place === undefined ? null : membershipNode(place);
    },
    artifactCollection: async ({ name }: { name: string }, { db }: WireContext) => {
      const found = await findCollection(db, { projectId, name });
      return found === undefined ? null : collectionNode(found);
    },
    artifactCollections: (args: PageArguments, context: WireContext) =>
      collectionPage({ projectId }, args, context),
    artifactType: async ({ name }: { name: string }, { db }: WireContext) => {
      const type = (await listArtifactTypes(db, projectId)).find((known) => known.type === name);
      return type === undefined ? null : projectTypeNode(projectId, type.type, type.createdAt);
    },
    artifactTypes: async (args: PageArguments, { db }: WireContext) => {
      const range = pageRange(args);
      const types = await listArtifactTypes(db, projectId);
      return connectionOf(types.slice(range.offset), range, ({ type, createdAt }) =>
        projectTypeNode(projectId, type, createdAt),
      );
    },
  };
}

/** Artifacts that a run made or used. */
export async function artifactsOfRun(
  runId: string,
  side: 'input' | 'output',
  { args, context }: { readonly args: PageArguments; readonly context: WireContext },
): Promise<object> {
  const { db } = context;
  const range = pageRange(args);
  const rows = await listRunArtifacts(db, { runId, side, offset: range.offset, limit: range.limit + 1 });
  return {
    ...connectionOf(rows, range, artifactNode),
    totalCount: async () => (await listRunArtifacts(db, { runId, side, offset: 0, limit: 100_000 })).length,
  };
}
