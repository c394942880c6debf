/** What clients do to artifacts: announce, upload, commit, use, edit, link, delete. */
import {
  commitArtifact,
  createArtifact,
  createManifest,
  deleteArtifact,
  editArtifact,
  ensureProject,
  findByClientId,
  findCollection,
  findMembership,
  findProject,
  findRun,
  linkArtifact,
  readArtifact,
  readCollection,
  recordUse,
  removeAliases,
  setAliases,
  unlinkArtifact,
  updateManifest,
} from '@swath/lifecycle';
import type { ArtifactRow, ClientProject, CollectionRow, NewArtifact } from '@swath/lifecycle';
import { artifactNode, collectionNode, membershipNode } from './artifact-nodes.js';
import { readManifest } from './manifest.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';
import { wireId, wireIdParts } from './wire-ids.js';

interface Alias {
  readonly alias: string;
  readonly artifactCollectionName?: string | null;
  readonly entityName?: string | null;
  readonly projectName?: string | null;
}

interface Tag {
  readonly tagName: string;
}

interface Names {
  readonly entityName?: string | null;
  readonly projectName?: string | null;
  readonly runName?: string | null;
}

interface CreateInput extends Names {
  readonly artifactTypeName?: string | null;
  readonly artifactCollectionName?: string | null;
  readonly artifactCollectionNames?: readonly string[] | null;
  readonly digest?: string | null;
  readonly description?: string | null;
  readonly metadata?: string | null;
  readonly aliases?: readonly Alias[] | null;
  readonly tags?: readonly Tag[] | null;
  readonly clientID?: string | null;
  readonly sequenceClientID?: string | null;
  readonly enableDigestDeduplication?: boolean | null;
  readonly distributedID?: string | null;
  readonly historyStep?: unknown;
  readonly ttlDurationSeconds?: unknown;
}

function integerOrNull(value: unknown): number | null {
  const number = value === null || value === undefined ? NaN : Number(value);
  return Number.isSafeInteger(number) ? number : null;
}

function requireWriter({ caller }: WireContext): void {
  if (caller.kind === 'agent' || (caller.kind !== 'attempt' && caller.role === 'viewer')) {
    throw new WireError(403, 'this key may read only');
  }
}

async function projectOf(names: Names, context: WireContext): Promise<ClientProject> {
  return ensureProject(context.db, context.caller, { entity: names.entityName, project: names.projectName });
}

async function runIdOf(
  names: Names,
  project: ClientProject,
  { db, caller }: WireContext,
): Promise<string | null> {
  if (names.runName === null || names.runName === undefined || names.runName === '') return null;
  const run = await findRun(db, { projectId: project.id, name: names.runName });
  if (run === undefined) throw new WireError(404, `there is no run "${names.runName}"`);
  if (caller.kind === 'attempt' && caller.runId !== run.id) {
    throw new WireError(403, 'the token of an attempt reaches its own run only');
  }
  return run.id;
}

interface Reached {
  readonly artifact: ArtifactRow;
  readonly collection: CollectionRow;
}

/** An artifact that the caller reaches through its project. @throws WireError 404 */
async function reached(wire: string, context: WireContext): Promise<Reached> {
  const { db, caller } = context;
  const artifact = await readArtifact(db, wireIdParts(wire, 'Artifact', 1)?.[0] ?? '');
  const collection = artifact === undefined ? undefined : await readCollection(db, artifact.collectionId);
  const project =
    collection?.orgId === caller.orgId
      ? await findProject(db, caller, { entity: collection.entity, project: collection.project })
      : undefined;
  if (artifact === undefined || collection === undefined || project === undefined) {
    throw new WireError(404, 'there is no such artifact');
  }
  return { artifact, collection };
}

/** What the input says by itself. */
function described(
  input: CreateInput,
): Omit<NewArtifact, 'projectId' | 'runId' | 'createdBy' | 'collection'> {
  return {
    type: input.artifactTypeName ?? 'unknown',
    digest: input.digest ?? '',
    description: input.description ?? null,
    metadata: input.metadata ?? null,
    aliases: (input.aliases ?? []).map(({ alias }) => alias),
    tags: (input.tags ?? []).map(({ tagName }) => tagName),
    clientId: input.clientID ?? null,
    sequenceClientId: input.sequenceClientID ?? null,
    deduplicate: input.enableDigestDeduplication !== false,
    distributedId: input.distributedID ?? null,
    historyStep: integerOrNull(input.historyStep),
    ttlSeconds: integerOrNull(input.ttlDurationSeconds),
  };
}

async function create({ input }: { input: CreateInput }, context: WireContext): Promise<object> {
  requireWriter(context);
  const { db, caller } = context;
  const project = await projectOf(input, context);
  const collection = input.artifactCollectionName ?? input.artifactCollectionNames?.[0] ?? '';
  const { id } = await createArtifact(db, {
    projectId: project.id,
    runId: await runIdOf(input, project, context),
    createdBy: caller.kind === 'user' || caller.kind === 'service' ? caller.id : null,
    collection,
    ...described(input),
  });
  const artifact = await readArtifact(db, id);
  return { artifact: artifact === undefined ? null : artifactNode(artifact) };
}

interface ManifestInput {
  readonly artifactID: string;
  readonly baseArtifactID?: string | null;
  readonly digest?: string | null;
  readonly type?: string | null;
}

async function manifest({ input }: { input: ManifestInput }, context: WireContext): Promise<object> {
  requireWriter(context);
  const { artifact } = await reached(input.artifactID, context);
  const id = await createManifest(context.db, {
    artifactId: artifact.id,
    type: input.type ?? 'FULL',
    digest: input.digest ?? '',
    baseArtifactId: input.baseArtifactID ?? null,
  });
  return manifestPayload(id, input.digest ?? '', context);
}

function manifestPayload(id: string, digest: string, { tickets, baseUrl }: WireContext): object {
  const md5 = Buffer.from(digest, 'base64').toString('hex');
  return {
    artifactManifest: {
      id: wireId('ArtifactManifest', id),
      file: {
        id: wireId('ManifestFile', id),
        uploadUrl: tickets.url(baseUrl, { do: 'put-manifest', manifest: id, md5 }),
        uploadHeaders: digest === '' ? [] : [`Content-MD5:${digest}`],
      },
    },
  };
}

async function changeManifest(
  {
    input,
  }: { input: { artifactManifestID: string; digest?: string | null; baseArtifactID?: string | null } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const id = wireIdParts(input.artifactManifestID, 'ArtifactManifest', 1)?.[0] ?? '';
  const [row] = await context.db.query<{ artifact_id: string }>(
    'SELECT artifact_id FROM artifact_manifest WHERE id = $1',
    [id],
  );
  if (row === undefined) throw new WireError(404, 'there is no such manifest');
  await reached(wireId('Artifact', row.artifact_id), context);
  await updateManifest(context.db, {
    id,
    digest: input.digest ?? null,
    baseArtifactId: input.baseArtifactID ?? null,
  });
  return manifestPayload(id, input.digest ?? '', context);
}

interface FileSpec {
  readonly artifactID?: string | null;
  readonly name: string;
  readonly md5?: string | null;
  readonly digest?: string | null;
}

const LONGEST_PATH = 4_096;

async function createFiles(
  { input }: { input: { artifactFiles: readonly FileSpec[] } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const { tickets, baseUrl } = context;
  const known = new Map<string, Reached>();
  for (const id of new Set(input.artifactFiles.map((spec) => spec.artifactID ?? ''))) {
    known.set(id, await reached(id, context));
  }
  const nodes = input.artifactFiles.map((spec) => {
    const artifact = known.get(spec.artifactID ?? '')?.artifact;
    if (artifact === undefined || spec.name.length > LONGEST_PATH)
      throw new WireError(400, 'a file without artifact or with too long a name');
    const digest = spec.md5 ?? spec.digest ?? '';
    const md5 = Buffer.from(digest, 'base64').toString('hex');
    return {
      id: wireId('ArtifactFile', artifact.id, spec.name),
      name: spec.name,
      displayName: spec.name,
      storagePath: spec.name,
      uploadUrl: tickets.url(baseUrl, {
        do: 'put-artifact-file',
        artifact: artifact.id,
        name: spec.name,
        md5,
      }),
      uploadHeaders: [`Content-MD5:${digest}`],
      uploadMultipartUrls: null,
      artifact: artifactNode(artifact),
    };
  });
  return {
    files: {
      edges: nodes.map((node) => ({ node, cursor: '' })),
      pageInfo: { endCursor: null, hasNextPage: false },
    },
  };
}

async function commit({ input }: { input: { artifactID: string } }, context: WireContext): Promise<object> {
  requireWriter(context);
  const { artifact } = await reached(input.artifactID, context);
  const entries = await readManifest(artifact.id, context);
  const size = entries.reduce((sum, entry) => sum + entry.size, 0);
  await commitArtifact(context.db, { artifactId: artifact.id, size, fileCount: entries.length });
  return { artifact: artifactNode((await reached(input.artifactID, context)).artifact) };
}

async function use(
  { input }: { input: Names & { artifactID: string; usedAs?: string | null } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const { artifact } = await reached(input.artifactID, context);
  const project = await projectOf(input, context);
  const runId = await runIdOf(input, project, context);
  if (runId !== null)
    await recordUse(context.db, { runId, artifactId: artifact.id, usedAs: input.usedAs ?? null });
  return { artifact: artifactNode(artifact) };
}

interface EditInput {
  readonly artifactID: string;
  readonly description?: string | null;
  readonly metadata?: string | null;
  readonly ttlDurationSeconds?: unknown;
  readonly tagsToAdd?: readonly Tag[] | null;
  readonly tagsToDelete?: readonly Tag[] | null;
  readonly aliases?: readonly Alias[] | null;
}

async function edit({ input }: { input: EditInput }, context: WireContext): Promise<object> {
  requireWriter(context);
  const { artifact } = await reached(input.artifactID, context);
  const { aliases } = input;
  await editArtifact(context.db, artifact.id, {
    description: input.description ?? null,
    metadata: input.metadata ?? null,
    ttlSeconds: integerOrNull(input.ttlDurationSeconds),
    tagsToAdd: (input.tagsToAdd ?? []).map(({ tagName }) => tagName),
    tagsToDelete: (input.tagsToDelete ?? []).map(({ tagName }) => tagName),
    ...(aliases === null || aliases === undefined ? {} : { aliases: aliases.map(({ alias }) => alias) }),
  });
  return { artifact: artifactNode((await reached(input.artifactID, context)).artifact) };
}

async function remove(
  { input }: { input: { artifactID: string; deleteAliases?: boolean | null } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const { artifact } = await reached(input.artifactID, context);
  const result = await deleteArtifact(context.db, {
    artifactId: artifact.id,
    deleteAliases: input.deleteAliases === true,
  });
  if (result === 'aliased')
    throw new WireError(409, 'this artifact has aliases; delete it with delete_aliases=True');
  return { artifact: artifactNode(artifact) };
}

interface AliasInput {
  readonly artifactID: string;
  readonly aliases: readonly Alias[];
  readonly entityName?: string | null;
  readonly projectName?: string | null;
}

/** The collection that an alias speaks of: the artifact's own unless it names another. */
async function collectionOfAlias(
  alias: Alias,
  own: Reached,
  { input, context }: { input: AliasInput; context: WireContext },
): Promise<string> {
  const name = alias.artifactCollectionName ?? own.collection.name;
  const entity = alias.entityName ?? input.entityName ?? own.collection.entity;
  const projectName = alias.projectName ?? input.projectName ?? own.collection.project;
  const project = await findProject(context.db, context.caller, { entity, project: projectName });
  const found =
    project === undefined ? undefined : await findCollection(context.db, { projectId: project.id, name });
  if (found === undefined) throw new WireError(404, `there is no artifact "${name}"`);
  return found.id;
}

async function changeAliases(
  { input }: { input: AliasInput },
  context: WireContext,
  change: typeof setAliases,
): Promise<object> {
  requireWriter(context);
  const own = await reached(input.artifactID, context);
  for (const alias of input.aliases) {
    const collectionId = await collectionOfAlias(alias, own, { input, context });
    await change(context.db, { collectionId, artifactId: own.artifact.id, aliases: [alias.alias] });
  }
  return { success: true };
}

interface LinkInput extends Names {
  readonly artifactPortfolioName: string;
  readonly aliases?: readonly Alias[] | null;
  readonly artifactID?: string | null;
  readonly clientID?: string | null;
}

async function link({ input }: { input: LinkInput }, context: WireContext): Promise<object> {
  requireWriter(context);
  const { db, caller } = context;
  if (caller.kind === 'attempt') throw new WireError(403, 'the token of an attempt reaches its own run only');
  const byClient =
    input.clientID === null || input.clientID === undefined
      ? undefined
      : await findByClientId(db, caller.orgId, input.clientID);
  const wire = input.artifactID ?? (byClient === undefined ? '' : wireId('Artifact', byClient));
  const { artifact, collection } = await reached(wire, context);
  const project = await projectOf(input, context);
  const { collectionId, version } = await linkArtifact(db, {
    artifactId: artifact.id,
    type: collection.type,
    projectId: project.id,
    collection: input.artifactPortfolioName,
    aliases: (input.aliases ?? []).map(({ alias }) => alias),
  });
  const place = await findMembership(db, { collectionId, reference: `v${version}` });
  return { versionIndex: version, artifactMembership: place === undefined ? null : membershipNode(place) };
}

async function unlink(
  { input }: { input: { artifactID: string; artifactPortfolioID: string } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const { artifact } = await reached(input.artifactID, context);
  const collectionId = wireIdParts(input.artifactPortfolioID, 'ArtifactCollection', 1)?.[0] ?? '';
  const collection = await readCollection(context.db, collectionId);
  if (collection?.orgId !== context.caller.orgId || collectionId === artifact.collectionId) {
    throw new WireError(404, 'there is no such link');
  }
  await unlinkArtifact(context.db, { artifactId: artifact.id, collectionId });
  return { success: true, artifactID: input.artifactID };
}

async function describeCollection(
  id: string,
  description: string | null,
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const collectionId = wireIdParts(id, 'ArtifactCollection', 1)?.[0] ?? '';
  const known = await readCollection(context.db, collectionId);
  if (known?.orgId !== context.caller.orgId) throw new WireError(404, 'there is no such collection');
  await context.db.query(
    'UPDATE artifact_collection SET description = coalesce($2, description) WHERE id = $1',
    [collectionId, description],
  );
  const collection = await readCollection(context.db, collectionId);
  return { artifactCollection: collection === undefined ? null : collectionNode(collection) };
}

/** Mutations of artifacts. */
export const artifactMutations: object = {
  createArtifact: create,
  createArtifactManifest: manifest,
  updateArtifactManifest: changeManifest,
  createArtifactFiles: createFiles,
  commitArtifact: commit,
  useArtifact: use,
  updateArtifact: edit,
  deleteArtifact: remove,
  addAliases: (args: { input: AliasInput }, context: WireContext) => changeAliases(args, context, setAliases),
  deleteAliases: (args: { input: AliasInput }, context: WireContext) =>
    changeAliases(args, context, removeAliases),
  linkArtifact: link,
  unlinkArtifact: unlink,
  updateArtifactSequence: (
    { input }: { input: { artifactSequenceID: string; description?: string | null } },
    context: WireContext,
  ) => describeCollection(input.artifactSequenceID, input.description ?? null, context),
  updateArtifactPortfolio: (
    { input }: { input: { artifactPortfolioID: string; description?: string | null } },
    context: WireContext,
  ) => describeCollection(input.artifactPortfolioID, input.description ?? null, context),
};
