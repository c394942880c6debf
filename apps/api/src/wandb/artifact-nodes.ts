/** Artifacts, their collections and their places as GraphQL objects. */
import {
  currentManifest,
  findMembership,
  listAliases,
  listMemberships,
  listUsers,
  listVersions,
  readArtifact,
  readCollection,
  readRun,
} from '@swath/lifecycle';
import type { ArtifactRow, CollectionRow, MembershipRow } from '@swath/lifecycle';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import { storedEntries } from './manifest.js';
import type { StoredEntry } from './manifest.js';
import { userNode } from './people.js';
import type { WireContext } from './wire-context.js';
import { wireId } from './wire-ids.js';

/** An artifact by its row's id, if the caller's organisation has it. */
export async function artifactNodeById(artifactId: string, context: WireContext): Promise<object | null> {
  const artifact = await readArtifact(context.db, artifactId);
  if (artifact === undefined) return null;
  const collection = await readCollection(context.db, artifact.collectionId);
  return collection?.orgId === context.caller.orgId ? artifactNode(artifact) : null;
}

/** An artifact. */
export function artifactNode(artifact: ArtifactRow): object {
  const ownCollection = async (_args: unknown, context: WireContext): Promise<object | null> =>
    collectionById(artifact.collectionId, context);
  return {
    __typename: 'Artifact',
    id: wireId('Artifact', artifact.id),
    artifactSequence: ownCollection,
    versionIndex: artifact.version,
    artifactType: async (_args: unknown, { db }: WireContext) =>
      typeNode((await readCollection(db, artifact.collectionId))?.type ?? '', artifact.createdAt),
    description: artifact.description,
    metadata: artifact.metadata ?? '{}',
    ttlDurationSeconds: artifact.ttlSeconds ?? -2,
    ttlIsInherited: artifact.ttlSeconds === null,
    tags: artifact.tags.map((name) => ({ __typename: 'Tag', id: wireId('Tag', name), name })),
    historyStep: artifact.historyStep,
    state: artifact.state,
    size: artifact.size,
    digest: artifact.digest,
    digestAlgorithm: 'MANIFEST_MD5',
    commitHash: null,
    fileCount: artifact.fileCount,
    createdAt: artifact.createdAt.toISOString(),
    updatedAt: artifact.updatedAt.toISOString(),
    aliases: (_args: unknown, context: WireContext) => aliasNodes({ artifactId: artifact.id }, context),
    currentManifest: (_args: unknown, context: WireContext) => manifestNode(artifact.id, context),
    manifest: (_args: unknown, context: WireContext) => manifestNode(artifact.id, context),
    createdBy: (_args: unknown, context: WireContext) => creatorNode(artifact, context),
    usedBy: (args: PageArguments, context: WireContext) => users(artifact.id, args, context),
    artifactMemberships: async (args: PageArguments, { db }: WireContext) => {
      const range = pageRange(args, 1_000);
      const rows = await listMemberships(db, artifact.id);
      return connectionOf(rows.slice(range.offset), range, membershipNode);
    },
    files: (args: FileArguments, context: WireContext) => filePage(artifact.id, args, context),
    filesByManifestEntries: (args: EntryArguments, context: WireContext) =>
      filesOfEntries(artifact.id, args, context),
  };
}

/** A type of artifacts. */
export function typeNode(name: string, createdAt: Date): object {
  return {
    __typename: 'ArtifactType',
    id: wireId('ArtifactType', name),
    name,
    description: null,
    createdAt: createdAt.toISOString(),
  };
}

/** A collection by its row's id. */
export async function collectionById(id: string, context: WireContext): Promise<object | null> {
  const collection = await readCollection(context.db, id);
  return collection === undefined ? null : collectionNode(collection);
}

interface VersionArguments extends PageArguments {
  readonly order?: string | null;
}

/** A collection. */
export function collectionNode(collection: CollectionRow): object {
  const { id } = collection;
  return {
    __typename: collection.kind === 'sequence' ? 'ArtifactSequence' : 'ArtifactPortfolio',
    id: wireId('ArtifactCollection', id),
    name: collection.name,
    description: collection.description,
    state: 'READY',
    createdAt: collection.createdAt.toISOString(),
    updatedAt: collection.createdAt.toISOString(),
    project: (_args: unknown, { nodes }: WireContext) =>
      nodes.project({
        id: collection.projectId,
        orgId: collection.orgId,
        name: collection.project,
        teamId: collection.teamId,
        entity: collection.entity,
        createdAt: collection.projectCreatedAt,
      }),
    defaultArtifactType: typeNode(collection.type, collection.createdAt),
    tags: { edges: [] },
    digestAlgorithm: 'MANIFEST_MD5',
    aliases: async (args: PageArguments, context: WireContext) => {
      const range = pageRange(args, 1_000);
      const rows = await aliasNodes({ collectionId: id }, context);
      return connectionOf(rows.slice(range.offset), range, (alias) => alias);
    },
    artifacts: (args: VersionArguments, context: WireContext) => versions(id, args, context),
    latestArtifact: async (_args: unknown, { db }: WireContext) => {
      const [newest] = await listVersions(db, { collectionId: id, oldestFirst: false, offset: 0, limit: 1 });
      return newest === undefined ? null : artifactNode(newest);
    },
    artifactMembership: async ({ aliasName }: { aliasName: string }, { db }: WireContext) => {
      const row = await findMembership(db, { collectionId: id, reference: aliasName });
      return row === undefined ? null : membershipNode(row);
    },
  };
}

async function versions(collectionId: string, args: VersionArguments, { db }: WireContext): Promise<object> {
  const range = pageRange(args);
  const oldestFirst =
    args.order !== null &&
    args.order !== undefined &&
    /^\+?(version_index|created_at|createdAt)/.test(args.order);
  const rows = await listVersions(db, {
    collectionId,
    oldestFirst,
    offset: range.offset,
    limit: range.limit + 1,
  });
  const page = connectionOf(rows, range, artifactNode);
  return {
    ...page,
    totalCount: async () =>
      (await listVersions(db, { collectionId, oldestFirst, offset: 0, limit: 100_000 })).length,
    edges: page.edges.map((edge, index) => ({ ...edge, version: `v${rows[index]?.memberVersion ?? 0}` })),
  };
}

/** An artifact's place in a collection. */
export function membershipNode(row: MembershipRow): object {
  return {
    __typename: 'ArtifactCollectionMembership',
    id: wireId('ArtifactMembership', row.collectionId, row.artifactId),
    versionIndex: row.version,
    createdAt: row.createdAt.toISOString(),
    aliases: (_args: unknown, context: WireContext) =>
      aliasNodes({ artifactId: row.artifactId, collectionId: row.collectionId }, context),
    artifactCollection: (_args: unknown, context: WireContext) => collectionById(row.collectionId, context),
    artifact: (_args: unknown, context: WireContext) => artifactNodeById(row.artifactId, context),
    files: (args: FileArguments, context: WireContext) => filePage(row.artifactId, args, context),
  };
}

async function aliasNodes(
  where: { readonly artifactId?: string; readonly collectionId?: string },
  context: WireContext,
): Promise<object[]> {
  const rows = await listAliases(context.db, where);
  return rows.map(({ collectionId, alias }) => ({
    __typename: 'ArtifactAlias',
    id: wireId('ArtifactAlias', collectionId, alias),
    alias,
    artifactCollectionName: async () => (await readCollection(context.db, collectionId))?.name,
    artifactCollection: () => collectionById(collectionId, context),
  }));
}

async function manifestNode(
  artifactId: string,
  { db, tickets, baseUrl }: WireContext,
): Promise<object | null> {
  const manifest = await currentManifest(db, artifactId);
  if (manifest === undefined) return null;
  const ticket = { do: 'get-blob', sha256: manifest.sha256 ?? '', name: 'wandb_manifest.json' } as const;
  return {
    id: wireId('ArtifactManifest', manifest.id),
    digest: manifest.digest,
    file: {
      id: wireId('ManifestFile', manifest.id),
      directUrl: tickets.url(baseUrl, ticket),
      url: tickets.url(baseUrl, ticket),
    },
  };
}

async function creatorNode(artifact: ArtifactRow, { db, nodes }: WireContext): Promise<object | null> {
  const run = artifact.runId === null ? undefined : await readRun(db, artifact.runId);
  if (run !== undefined) return nodes.run(run);
  return artifact.createdById === null ? null : userNode(artifact.createdById, artifact.createdById);
}

async function users(artifactId: string, args: PageArguments, { db, nodes }: WireContext): Promise<object> {
  const range = pageRange(args, 1_000);
  const runs = await Promise.all((await listUsers(db, artifactId)).map((id) => readRun(db, id)));
  const found = runs.flatMap((run) => (run === undefined ? [] : [run]));
  return connectionOf(found.slice(range.offset), range, (run) => nodes.run(run));
}

interface FileArguments extends PageArguments {
  readonly names?: readonly string[] | null;
}

async function filePage(artifactId: string, args: FileArguments, context: WireContext): Promise<object> {
  const range = pageRange(args);
  const entries = await storedEntries(artifactId, context);
  const names = args.names ?? [];
  const wanted = names.length === 0 ? entries : entries.filter((entry) => names.includes(entry.path));
  return {
    ...connectionOf(wanted.slice(range.offset), range, (entry) => entryNode(artifactId, entry, context)),
    totalCount: wanted.length,
  };
}

interface EntryArguments extends PageArguments {
  readonly entries?: readonly { readonly name?: string | null; readonly path?: string | null }[] | null;
}

async function filesOfEntries(
  artifactId: string,
  args: EntryArguments,
  context: WireContext,
): Promise<object> {
  const names = (args.entries ?? []).flatMap((entry) => entry.name ?? entry.path ?? []);
  return filePage(artifactId, { ...args, names, first: args.first ?? 1_000 }, context);
}

function entryNode(artifactId: string, entry: StoredEntry, { tickets, baseUrl }: WireContext): object {
  const url = tickets.url(baseUrl, { do: 'get-blob', sha256: entry.sha256, name: entry.path });
  return {
    __typename: 'File',
    id: wireId('ArtifactFile', artifactId, entry.path),
    name: entry.path,
    displayName: entry.path,
    url,
    directUrl: url,
    sizeBytes: entry.size,
    storagePath: entry.path,
    mimetype: 'application/octet-stream',
    updatedAt: null,
    digest: entry.digest,
    md5: entry.digest,
  };
}
