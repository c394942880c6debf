/** A sweep and its client agents as GraphQL objects, in the states that tracking clients know. */
import type { SweepSpec, SweepState } from '@swath/contracts';
import { countClientRuns } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import { gridSize } from '@swath/search';
import { stringify } from 'yaml';
import { connectionOf, pageRange } from './connection.js';
import type { PageArguments } from './connection.js';
import { runPage } from './run-pages.js';
import type { RunListArguments } from './run-pages.js';
import type { WireContext } from './wire-context.js';
import { wireId, wireIdParts } from './wire-ids.js';

interface SweepRow {
  readonly id: string;
  readonly projectId: string;
  readonly project: string;
  readonly teamId: string;
  readonly entity: string;
  readonly orgId: string;
  readonly projectCreatedAt: Date;
  readonly name: string;
  readonly spec: SweepSpec;
  readonly specText: string | null;
  readonly state: SweepState;
  readonly maxTrials: number | null;
  readonly best: number | null;
  readonly joined: boolean;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

const select = `SELECT s.id, s.project_id AS "projectId", p.name AS project, m.id AS "teamId", m.name AS entity, s.org_id AS "orgId",
  p.created_at AS "projectCreatedAt", s.name, s.spec, s.spec_text AS "specText", s.state, s.max_trials AS "maxTrials",
  (SELECT CASE WHEN s.spec->'objectives'->0->>'goal' = 'maximize' THEN max(value) ELSE min(value) END FROM trial
   WHERE sweep_id = s.id AND value NOT IN ('NaN', 'Infinity', '-Infinity')) AS best,
  EXISTS (SELECT 1 FROM attempt WHERE sweep_id = s.id AND node_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM client_agent WHERE sweep_id = s.id) AS joined,
  s.created_at AS "createdAt", s.ended_at AS "endedAt"
  FROM sweep s JOIN project p ON p.id = s.project_id JOIN team m ON m.id = p.team_id`;

/** A sweep's own id from the id or the name that a client gives. */
export function sweepIdFrom(nameOrId: string): string {
  return wireIdParts(nameOrId, 'Sweep', 1)?.[0] ?? nameOrId;
}

/** A sweep of a project; null when there is none. */
export async function sweepNode(
  projectId: string,
  nameOrId: string,
  { db }: WireContext,
): Promise<object | null> {
  const [row] = await db.query<SweepRow>(`${select} WHERE s.project_id = $1 AND s.id = $2`, [
    projectId,
    sweepIdFrom(nameOrId),
  ]);
  return row === undefined ? null : toNode(row);
}

/** Sweeps of a project, newest first. */
export async function sweepPage(
  projectId: string,
  args: PageArguments,
  { db }: WireContext,
): Promise<object> {
  const range = pageRange(args);
  const rows = await db.query<SweepRow>(
    `${select} WHERE s.project_id = $1 ORDER BY s.created_at DESC, s.id OFFSET $2 LIMIT $3`,
    [projectId, range.offset, range.limit + 1],
  );
  return connectionOf(rows, range, toNode);
}

/** How many sweeps a project has. */
export async function countSweeps(db: Database, projectId: string): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM sweep WHERE project_id = $1',
    [projectId],
  );
  return row?.count ?? 0;
}

/** The state in the words of clients: a sweep that nobody has joined is pending. */
function stateOf({ state, joined }: SweepRow): string {
  switch (state) {
    case 'running':
      return joined ? 'RUNNING' : 'PENDING';
    case 'paused':
      return 'PAUSED';
    case 'cancelling':
    case 'cancelled':
      return 'CANCELED';
    case 'stopping':
    case 'stopped':
    case 'finished':
      return 'FINISHED';
    case 'failed':
      return 'FAILED';
  }
}

function toNode(row: SweepRow): object {
  const { spec } = row;
  const base = { projectId: row.projectId, sweepId: row.id };
  return {
    __typename: 'Sweep',
    id: wireId('Sweep', row.id),
    name: row.id,
    displayName: row.name === row.id ? null : row.name,
    method: spec.method,
    state: stateOf(row),
    description: spec.description ?? null,
    config: row.specText ?? stringify(spec),
    project: (_args: unknown, { nodes }: WireContext) =>
      nodes.project({
        id: row.projectId,
        orgId: row.orgId,
        name: row.project,
        teamId: row.teamId,
        entity: row.entity,
        createdAt: row.projectCreatedAt,
      }),
    controller: '{}',
    scheduler: '{}',
    bestLoss: row.best !== null && Number.isFinite(row.best) ? row.best : null,
    earlyStopJobRunning: false,
    runCount: (_args: unknown, { db }: WireContext) => countClientRuns(db, base),
    runCountExpected: expectedRuns(row),
    createdAt: row.createdAt.toISOString(),
    updatedAt: (row.endedAt ?? row.createdAt).toISOString(),
    heartbeatAt: (row.endedAt ?? row.createdAt).toISOString(),
    runs: (args: RunListArguments, context: WireContext) => runPage(base, args, context),
    priorRuns: () => connectionOf([], pageRange({}), () => ({})),
    agents: (args: PageArguments, context: WireContext) => agentPage(row, args, context),
    agent: async ({ agentName }: { agentName: string }, context: WireContext) =>
      (await readAgents(row.id, context, agentName))[0] ?? null,
  };
}

function expectedRuns({ spec, maxTrials }: SweepRow): number | null {
  const cells = spec.method === 'grid' ? gridSize(spec.parameters) : null;
  if (cells === null) return maxTrials;
  return maxTrials === null ? Number(cells) : Math.min(Number(cells), maxTrials);
}

async function agentPage(row: SweepRow, args: PageArguments, context: WireContext): Promise<object> {
  const range = pageRange(args);
  const agents = await readAgents(row.id, context);
  return connectionOf(agents.slice(range.offset), range, (agent) => agent);
}

interface AgentRow {
  readonly id: string;
  readonly host: string;
  readonly runs: number;
  readonly silent: boolean;
  readonly createdAt: Date;
  readonly heartbeatAt: Date;
}

async function readAgents(sweepId: string, { db }: WireContext, id?: string): Promise<object[]> {
  const rows = await db.query<AgentRow>(
    `SELECT a.id, a.host, (SELECT count(*)::int FROM lease l WHERE l.node_id = a.node_id) AS runs,
       a.heartbeat_at < clock_timestamp() - interval '90 seconds' AS silent, a.created_at AS "createdAt",
       a.heartbeat_at AS "heartbeatAt"
     FROM client_agent a WHERE a.sweep_id = $1 AND ($2::text IS NULL OR a.id = $2) ORDER BY a.created_at, a.id LIMIT 1000`,
    [sweepId, id ?? null],
  );
  return rows.map((agent) => ({
    id: agent.id,
    name: agent.id,
    host: agent.host,
    state: agent.silent ? 'CRASHED' : 'RUNNING',
    totalRuns: agent.runs,
    createdAt: agent.createdAt.toISOString(),
    heartbeatAt: agent.heartbeatAt.toISOString(),
    runs: () => connectionOf([], pageRange({}), () => ({})),
  }));
}
