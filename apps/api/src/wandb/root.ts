/** The root of the schema: every query and mutation, by name. */
import { findProject, listProjects } from '@swath/lifecycle';
import { artifactMutations } from './artifact-mutations.js';
import { artifactQueries } from './artifact-queries.js';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import { entityByName, serverInfoNode, viewerNode } from './people.js';
import { runMutations } from './run-mutations.js';
import { sweepMutations } from './sweep-mutations.js';
import type { WireContext } from './wire-context.js';

interface ProjectArguments {
  readonly name?: string | null;
  readonly entityName?: string | null;
}

async function project({ name, entityName }: ProjectArguments, context: WireContext): Promise<object | null> {
  const found = await findProject(context.db, context.caller, { entity: entityName, project: name });
  return found === undefined ? null : context.nodes.project(found);
}

async function projects(
  { entityName, ...page }: PageArguments & { readonly entityName?: string | null },
  context: WireContext,
): Promise<object> {
  const range = pageRange(page);
  const rows = await listProjects(context.db, context.caller, entityName);
  return connectionOf(rows.slice(range.offset), range, (row) => context.nodes.project(row));
}

/** The root value. */
export const wireRoot: object = {
  viewer: (_args: unknown, context: WireContext) => viewerNode(context),
  serverInfo: serverInfoNode,
  entity: ({ name }: { name?: string | null }, context: WireContext) => entityByName(name ?? null, context),
  organization: () => null,
  users: () => connectionOf([], pageRange({}), () => ({})),
  project,
  model: project,
  projects,
  models: projects,
  ...artifactQueries,
  ...runMutations,
  ...sweepMutations,
  ...artifactMutations,
};
