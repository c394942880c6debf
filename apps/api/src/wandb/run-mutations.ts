/** What clients do to runs: create and edit, files, stop, delete, rewind, alert. */
import {
  deleteRun,
  deleteRunFiles,
  editRun,
  ensureProject,
  findProject,
  findRun,
  recordAlert,
  requestStop,
  rewindRun,
  upsertRun,
} from '@swath/lifecycle';
import type { ClientRun, RunFields } from '@swath/lifecycle';
import { runNode, runWireId } from './run-node.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';
import { wireIdParts } from './wire-ids.js';

interface UpsertInput {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly groupName?: string | null;
  readonly modelName?: string | null;
  readonly entityName?: string | null;
  readonly description?: string | null;
  readonly displayName?: string | null;
  readonly notes?: string | null;
  readonly commit?: string | null;
  readonly config?: string | null;
  readonly host?: string | null;
  readonly jobProgram?: string | null;
  readonly jobRepo?: string | null;
  readonly jobType?: string | null;
  readonly state?: string | null;
  readonly tags?: readonly string[] | null;
  readonly summaryMetrics?: string | null;
}

interface RunNames {
  readonly entityName?: string | null;
  readonly projectName?: string | null;
  readonly runName?: string | null;
}

/** The run of an id that a client sends. @throws WireError 404 */
export async function runOfId(id: string, context: WireContext): Promise<ClientRun> {
  const [name, project, entity] = wireIdParts(id, 'Run', 3) ?? [];
  if (name === undefined) throw new WireError(404, 'there is no such run');
  return runOfNames({ entityName: entity ?? null, projectName: project ?? null, runName: name }, context);
}

/** The run of the names that a client sends. @throws WireError 404 */
export async function runOfNames(names: RunNames, context: WireContext): Promise<ClientRun> {
  const { db, caller } = context;
  const project = await findProject(db, caller, { entity: names.entityName, project: names.projectName });
  const run =
    project === undefined
      ? undefined
      : await findRun(db, { projectId: project.id, name: names.runName ?? '' });
  if (run === undefined || (caller.kind === 'attempt' && caller.runId !== run.id)) {
    throw new WireError(
      404,
      `there is no run "${names.runName ?? ''}" in project "${names.projectName ?? ''}"`,
    );
  }
  return run;
}

function requireWriter({ caller }: WireContext): void {
  if (caller.kind === 'agent' || (caller.kind !== 'attempt' && caller.role === 'viewer')) {
    throw new WireError(403, 'this key may read only');
  }
}

function fieldsOf(input: UpsertInput): RunFields {
  const { displayName, description, notes, config, tags, groupName, jobType, host, commit } = input;
  const { summaryMetrics: summary, jobProgram: program, jobRepo: repo } = input;
  return {
    displayName,
    description,
    notes,
    config,
    summary,
    tags,
    groupName,
    jobType,
    host,
    program,
    repo,
    commit,
  };
}

async function upsertBucket({ input }: { input: UpsertInput }, context: WireContext): Promise<object> {
  requireWriter(context);
  const serverSettings = { serverMessages: [] };
  if (input.name === null || input.name === undefined || input.name === '') {
    const known = await runOfId(input.id ?? '', context);
    const { host, ...fields } = fieldsOf(input);
    void host;
    return { bucket: runNode(await editRun(context.db, known.id, fields)), inserted: false, serverSettings };
  }
  const { db, caller } = context;
  const project = await ensureProject(db, caller, { entity: input.entityName, project: input.modelName });
  const { run, inserted } = await upsertRun(db, {
    caller,
    project,
    name: input.name,
    fields: fieldsOf(input),
  });
  return { bucket: runNode(run), inserted, serverSettings };
}

async function createRunFiles(
  { input }: { input: RunNames & { readonly files: readonly string[] } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  const run = await runOfNames(input, context);
  const { tickets, baseUrl } = context;
  return {
    runID: runWireId(run),
    uploadHeaders: [],
    files: input.files.map((name) => ({
      id: runWireId(run),
      name,
      uploadUrl: tickets.url(baseUrl, { do: 'put-run-file', run: run.id, name }),
    })),
  };
}

async function deleteFiles(
  { input }: { input: { readonly files: readonly string[] } },
  context: WireContext,
): Promise<object> {
  requireWriter(context);
  for (const id of input.files.slice(0, 10_000)) {
    const [runId, name] = wireIdParts(id, 'File', 2) ?? [];
    if (runId === undefined || name === undefined) continue;
    await requireRunInReach(runId, context);
    await deleteRunFiles(context.db, runId, [name]);
  }
  return { success: true };
}

/** Files are named by their run's row: the caller must reach that run by its names. */
async function requireRunInReach(runId: string, context: WireContext): Promise<void> {
  const [row] = await context.db.query<{ name: string; project: string; entity: string }>(
    `SELECT r.name, p.name AS project, m.name AS entity FROM run r JOIN project p ON p.id = r.project_id
       JOIN team m ON m.id = p.team_id WHERE r.id = $1 AND r.org_id = $2`,
    [runId, context.caller.orgId],
  );
  if (row === undefined) throw new WireError(404, 'there is no such file');
  await runOfNames({ entityName: row.entity, projectName: row.project, runName: row.name }, context);
}

interface AlertInput extends RunNames {
  readonly title: string;
  readonly text?: string | null;
  readonly severity?: 'INFO' | 'WARN' | 'ERROR' | null;
}

/** Mutations of runs. */
export const runMutations: object = {
  upsertBucket,
  createRunFiles,
  deleteFiles,
  markRunFilesUploaded: () => ({ success: true }),
  stopRun: async ({ input }: { input: { readonly id: string } }, context: WireContext) => {
    requireWriter(context);
    await requestStop(context.db, (await runOfId(input.id, context)).id);
    return { success: true, clientMutationId: null };
  },
  updateRunState: async ({ input }: { input: { readonly id: string } }, context: WireContext) => {
    requireWriter(context);
    await runOfId(input.id, context);
    return { success: true };
  },
  deleteRun: async ({ input }: { input: { readonly id: string } }, context: WireContext) => {
    requireWriter(context);
    if (context.caller.kind === 'attempt')
      throw new WireError(403, 'the token of an attempt cannot delete runs');
    const run = await runOfId(input.id, context).catch((error: unknown) => {
      if (error instanceof WireError && error.status === 404) return undefined;
      throw error;
    });
    if (run !== undefined) await deleteRun(context.db, run.id);
    return { success: true, clientMutationId: null };
  },
  rewindRun: async (
    { input }: { input: RunNames & { readonly metricName: string; readonly metricValue: number } },
    context: WireContext,
  ) => {
    requireWriter(context);
    if (input.metricName !== '_step') throw new WireError(400, 'a run can be rewound by _step only');
    const run = await runOfNames(input, context);
    await rewindRun(context.db, run.id, input.metricValue);
    return { rewoundRun: runNode(await runOfNames(input, context)) };
  },
  notifyScriptableRunAlert: async ({ input }: { input: AlertInput }, context: WireContext) => {
    requireWriter(context);
    const run = await runOfNames(input, context);
    await recordAlert(context.db, {
      runId: run.id,
      title: input.title,
      body: input.text ?? '',
      severity: input.severity ?? 'INFO',
    });
    return { success: true };
  },
  upsertModel: async (
    { input }: { input: { readonly name?: string | null; readonly entityName?: string | null } },
    context: WireContext,
  ) => {
    requireWriter(context);
    const names = { entity: input.entityName, project: input.name };
    const before = await findProject(context.db, context.caller, names);
    const project = context.nodes.project(before ?? (await ensureProject(context.db, context.caller, names)));
    return { project, model: project, inserted: before === undefined };
  },
};
