/** What clients do to sweeps: create from YAML, pause, resume, stop, cancel; and their agents. */
import { DomainError, parseSweepSpec } from '@swath/contracts';
import type { FieldProblem, SweepSpec } from '@swath/contracts';
import {
  CLIENT_POOL_PREFIX,
  controlSweep,
  createClientAgent,
  ensureProject,
  findProject,
  submitSweepIn,
} from '@swath/lifecycle';
import type { ClientProject, ControlAction } from '@swath/lifecycle';
import { validateSpace } from '@swath/search';
import { randomBytes } from 'node:crypto';
import { parse as parseYaml } from 'yaml';
import { answerHeartbeat } from './client-agents.js';
import { sweepIdFrom } from './sweep-node.js';
import type { WireContext } from './wire-context.js';
import { WireError } from './wire-error.js';

interface UpsertSweepInput {
  readonly id?: string | null;
  readonly config?: string | null;
  readonly description?: string | null;
  readonly displayName?: string | null;
  readonly entityName?: string | null;
  readonly projectName?: string | null;
  readonly state?: string | null;
}

const actions: Readonly<Record<string, ControlAction>> = {
  PAUSED: 'pause',
  RUNNING: 'resume',
  FINISHED: 'stop',
  CANCELED: 'cancel',
};

async function upsertSweep({ input }: { input: UpsertSweepInput }, context: WireContext): Promise<object> {
  const { caller } = context;
  if (caller.kind === 'agent' || caller.kind === 'attempt' || caller.role === 'viewer') {
    throw new WireError(403, 'this key cannot change sweeps');
  }
  const id = input.id ?? '';
  return id === '' ? createSweep(input, context) : changeSweep(sweepIdFrom(id), input, context);
}

async function createSweep(input: UpsertSweepInput, context: WireContext): Promise<object> {
  const { db, caller, nodes } = context;
  const text = input.config ?? '';
  const { spec, warnings } = readSpec(text);
  const project = await ensureProject(db, caller, { entity: input.entityName, project: input.projectName });
  const named = {
    ...spec,
    ...(input.displayName === null || input.displayName === undefined ? {} : { name: input.displayName }),
    ...(input.description === null || input.description === undefined
      ? {}
      : { description: input.description }),
  };
  const submitted = await db.transaction(async (tx) => {
    const own = namesPool(text)
      ? named
      : { ...named, resources: { ...named.resources, pool: newPoolName() } };
    if (own !== named) {
      await tx.query('INSERT INTO pool (id, org_id, name) VALUES ($1, $2, $3)', [
        `pl_${own.resources.pool}`,
        project.orgId,
        own.resources.pool,
      ]);
    }
    return submitSweepIn(tx, { projectId: project.id, principalId: caller.id, spec: own, specText: text });
  });
  return {
    sweep: await nodes.sweep(project.id, submitted.sweepId, context),
    configValidationWarnings: [
      ...warnings.map(({ pointer, detail }) => `${pointer}: ${detail}`),
      ...submitted.warnings,
    ],
  };
}

/** The pool that only this sweep uses: client agents join it one by one. */
function newPoolName(): string {
  return `${CLIENT_POOL_PREFIX}${randomBytes(6).toString('hex')}`;
}

function namesPool(text: string): boolean {
  const document: unknown = parseYaml(text);
  if (typeof document !== 'object' || document === null || !('resources' in document)) return false;
  const { resources } = document;
  return typeof resources === 'object' && resources !== null && 'pool' in resources;
}

function readSpec(text: string): { readonly spec: SweepSpec; readonly warnings: readonly FieldProblem[] } {
  const parsed = parseSweepSpec(text);
  if (!parsed.ok) throw invalid(parsed.problems.map(({ pointer, detail }) => `${pointer}: ${detail}`));
  const { spec, warnings } = parsed;
  const problems = validateSpace(spec.parameters, spec.method, spec.constraints);
  if (problems.length > 0) throw invalid(problems.map(({ path, message }) => `${path}: ${message}`));
  return { spec, warnings };
}

function invalid(problems: readonly string[]): WireError {
  return new WireError(400, `invalid sweep config: ${problems.slice(0, 10).join('; ')}`);
}

async function changeSweep(sweepId: string, input: UpsertSweepInput, context: WireContext): Promise<object> {
  const { db, caller, nodes } = context;
  const [row] = await db.query<{ project: string; entity: string; projectId: string }>(
    `SELECT p.name AS project, m.name AS entity, p.id AS "projectId" FROM sweep s JOIN project p ON p.id = s.project_id
       JOIN team m ON m.id = p.team_id WHERE s.id = $1 AND s.org_id = $2`,
    [sweepId, caller.orgId],
  );
  const project = row === undefined ? undefined : await findProject(db, caller, row);
  if (project === undefined) throw new WireError(404, `there is no sweep ${sweepId}`);
  const action =
    input.state === null || input.state === undefined ? undefined : actions[input.state.toUpperCase()];
  if (action !== undefined) await control(sweepId, action, context);
  return { sweep: await nodes.sweep(project.id, sweepId, context), configValidationWarnings: [] };
}

/** Asking for what is so already is no mistake. */
async function control(sweepId: string, action: ControlAction, { db, caller }: WireContext): Promise<void> {
  try {
    await controlSweep(db, { sweepId, action, actor: caller.id });
  } catch (error) {
    const ended =
      error instanceof DomainError &&
      error.code === 'sweep/state' &&
      (action === 'stop' || action === 'cancel');
    if (!ended) throw error;
  }
}

interface CreateAgentInput {
  readonly host: string;
  readonly projectName?: string | null;
  readonly entityName?: string | null;
  readonly sweep: string;
}

async function createAgent({ input }: { input: CreateAgentInput }, context: WireContext): Promise<object> {
  const { db, caller } = context;
  if (caller.kind === 'attempt') throw new WireError(403, 'the token of an attempt cannot start agents');
  const project: ClientProject | undefined = await findProject(db, caller, {
    entity: input.entityName,
    project: input.projectName,
  });
  if (project === undefined) throw new WireError(404, `there is no project "${input.projectName ?? ''}"`);
  const sweepId = sweepIdFrom(input.sweep);
  const id = await createClientAgent(db, {
    orgId: project.orgId,
    projectId: project.id,
    sweepId,
    host: input.host,
  });
  return { agent: { id, name: id, host: input.host, state: 'RUNNING' } };
}

async function agentHeartbeat(
  { input }: { input: { readonly id: string; readonly runState?: string | null } },
  context: WireContext,
): Promise<object> {
  const commands = await answerHeartbeat({ agentId: input.id, live: liveRuns(input.runState) }, context);
  return { agent: { id: input.id, name: input.id }, commands: JSON.stringify(commands) };
}

/** Names of the runs that are true in `{"name": true}`. */
function liveRuns(text: string | null | undefined): ReadonlySet<string> {
  try {
    const states: unknown = JSON.parse(text ?? '{}');
    if (typeof states !== 'object' || states === null) return new Set();
    return new Set(Object.entries(states).flatMap(([name, alive]) => (alive === true ? [name] : [])));
  } catch {
    throw new WireError(400, 'runState: not JSON');
  }
}

/** Mutations of sweeps and agents. */
export const sweepMutations: object = { upsertSweep, createAgent, agentHeartbeat };
