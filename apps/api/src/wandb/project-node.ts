/** A project as a GraphQL object: its runs, sweeps and artifacts by name or in pages. */
import { createHash } from 'node:crypto';
import { countClientRuns, findRun } from '@swath/lifecycle';
import type { ClientProject, ClientRun } from '@swath/lifecycle';
import { artifactFieldsOfProject } from './artifact-lists.js';
import type { PageArguments } from './connection.js';
import { entityNode } from './people.js';
import { runPage, runQuery } from './run-pages.js';
import type { RunListArguments } from './run-pages.js';
import { countSweeps, sweepPage } from './sweep-node.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';
import { wireId } from './wire-ids.js';

/** A number for a project, the same as in `Run.projectId`. */
export function projectNumber(projectId: string): number {
  return parseInt(createHash('md5').update(projectId).digest('hex').slice(0, 7), 16);
}

/** A project. */
export function projectNode(project: ClientProject): object {
  const base = { projectId: project.id };
  const run = async ({ name }: { name?: string | null }, context: WireContext): Promise<object | null> => {
    const found: ClientRun | undefined = await findRun(context.db, {
      projectId: project.id,
      name: name ?? '',
    });
    return found === undefined || !reaches(context, found) ? null : context.nodes.run(found);
  };
  return {
    __typename: 'Project',
    id: wireId('Project', project.id),
    internalId: String(projectNumber(project.id)),
    name: project.name,
    entity: entityNode({ id: project.teamId, name: project.entity }),
    entityName: project.entity,
    description: null,
    access: 'PRIVATE',
    views: '{}',
    readOnly: false,
    isBenchmark: false,
    createdAt: project.createdAt.toISOString(),
    updatedAt: project.createdAt.toISOString(),
    user: null,
    tags: { edges: [] },
    run,
    bucket: run,
    runCount: (args: RunListArguments, { db }: WireContext) => countClientRuns(db, runQuery(base, args)),
    runs: (args: RunListArguments, context: WireContext) => {
      requirePerson(context);
      return runPage(base, args, context);
    },
    sweep: ({ sweepName }: { sweepName: string }, context: WireContext) =>
      context.nodes.sweep(project.id, sweepName, context),
    totalSweeps: (_args: unknown, { db }: WireContext) => countSweeps(db, project.id),
    sweeps: (args: PageArguments, context: WireContext) => sweepPage(project.id, args, context),
    ...artifactFieldsOfProject(project),
  };
}

/** The token of an attempt sees its own run only. */
function reaches({ caller }: WireContext, run: ClientRun): boolean {
  return caller.kind !== 'attempt' || caller.runId === run.id;
}

function requirePerson({ caller }: WireContext): void {
  if (caller.kind === 'attempt') throw new WireError(403, 'the token of an attempt reaches its own run only');
}
