// Agents of tracking clients as nodes with one slot: joining a sweep, what runs on the slot, and how a run's own word ends its
// lease. No guard of ours stands over their processes, so their pools carry no price.
import { DomainError, type SweepState } from '@swath/contracts';
import type { Database, Queryable } from '@swath/persistence';
import { completeLease } from '../end-lease.js';
import { registerNode } from '../nodes.js';
import { randomKey } from './random-key.js';

/** Prefix of the pools that belong to one sweep of a tracking client; a Swath agent may join such a pool too. */
export const CLIENT_POOL_PREFIX = 'wandb-';

/** An agent with its node. */
export interface ClientAgent {
  readonly id: string;
  readonly sweepId: string;
  readonly projectId: string;
  readonly orgId: string;
  readonly nodeId: string;
  readonly poolId: string;
  readonly incarnation: string;
  readonly generation: number;
  readonly sweepState: SweepState;
  readonly program: string | null;
  /** Run that the agent has reported as running. */
  readonly seenRunId: string | null;
}

/** What runs on the slot of an agent. */
export interface ClientLease {
  readonly leaseId: string;
  readonly attempt: number;
  readonly runId: string;
  readonly runName: string;
  readonly stopping: boolean;
}

/** Makes an agent a node of the pool of its sweep. @throws `sweep/not-found`; `sweep/state` when its pool is shared */
export async function createClientAgent(
  db: Database,
  request: {
    readonly orgId: string;
    readonly projectId: string;
    readonly sweepId: string;
    readonly host: string;
  },
): Promise<string> {
  const [sweep] = await db.query<{ pool: string }>(
    `SELECT p.name AS pool FROM sweep s JOIN pool p ON p.id = s.pool_id WHERE s.id = $1 AND s.project_id = $2`,
    [request.sweepId, request.projectId],
  );
  if (sweep === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${request.sweepId}`);
  if (!sweep.pool.startsWith(CLIENT_POOL_PREFIX)) {
    throw new DomainError(
      'sweep/state',
      `sweep ${request.sweepId} runs in pool "${sweep.pool}", which Swath agents serve; leave resources.pool out to use wandb agents`,
    );
  }
  const id = randomKey();
  const { nodeId } = await registerNode(db, {
    orgId: request.orgId,
    poolName: null,
    node: {
      name: `client-${id}`,
      pool: sweep.pool,
      incarnation: id,
      slots: [{ index: 0, kind: 'cpu', uuid: '', model: 'client agent', memoryMiB: 0, healthy: true }],
      protocols: [1],
      agentVersion: 'wandb',
      isolation: 'session',
      labels: { guard: 'none', host: request.host.slice(0, 255) },
    },
  });
  await db.query(
    `INSERT INTO client_agent (id, sweep_id, node_id, host, created_at, heartbeat_at)
     VALUES ($1, $2, $3, $4, clock_timestamp(), clock_timestamp())`,
    [id, request.sweepId, nodeId, request.host.slice(0, 255)],
  );
  return id;
}

/** An agent; it has just been heard. */
export async function touchClientAgent(
  db: Queryable,
  orgId: string,
  agentId: string,
): Promise<ClientAgent | undefined> {
  const [agent] = await db.query<ClientAgent>(
    `UPDATE client_agent a SET heartbeat_at = clock_timestamp()
     FROM sweep s, node n WHERE a.id = $1 AND s.id = a.sweep_id AND n.id = a.node_id AND s.org_id = $2
     RETURNING a.id, a.sweep_id AS "sweepId", s.project_id AS "projectId", s.org_id AS "orgId", a.node_id AS "nodeId",
       n.pool_id AS "poolId", n.incarnation, n.generation, s.state AS "sweepState", s.spec->>'program' AS program,
       a.seen_run_id AS "seenRunId"`,
    [agentId, orgId],
  );
  return agent;
}

/** What runs on the agent's slot. */
export async function clientLease(db: Queryable, nodeId: string): Promise<ClientLease | undefined> {
  const [lease] = await db.query<ClientLease>(
    `SELECT l.id AS "leaseId", l.attempt, l.run_id AS "runId", r.name AS "runName", l.stop_reason IS NOT NULL AS stopping
     FROM lease l JOIN run r ON r.id = l.run_id WHERE l.node_id = $1 AND l.state = 'live' ORDER BY l.granted_at LIMIT 1`,
    [nodeId],
  );
  return lease;
}

/** The agent has been told to run it, so it is no run yet: the client's first word makes it one. */
export async function hideUntilStarted(db: Queryable, runId: string): Promise<void> {
  await db.query(
    `UPDATE run SET state = 'pending' WHERE id = $1 AND config_text IS NULL AND state = 'running'`,
    [runId],
  );
}

/** The agent says that a run is alive. */
export async function markSeen(db: Queryable, agentId: string, runId: string): Promise<void> {
  await db.query('UPDATE client_agent SET seen_run_id = $2 WHERE id = $1', [agentId, runId]);
}

/** Whether a run's process has said that it is over. */
export async function hasEnded(db: Queryable, projectId: string, runName: string): Promise<boolean> {
  const [row] = await db.query<{ ended: boolean }>(
    'SELECT ended_at IS NOT NULL AS ended FROM run WHERE project_id = $1 AND name = $2',
    [projectId, runName],
  );
  return row?.ended ?? true;
}

/**
 * Ends the lease of a run whose process is over, if a client's agent holds it. What the server wanted goes before the exit
 * code: a stopped client may say 0.
 */
export async function completeClientRun(
  db: Database,
  request: { readonly leaseId: string; readonly exitCode: number; readonly message?: string },
): Promise<void> {
  const [lease] = await db.query<{ nodeId: string; attempt: number; stopping: boolean; ranMs: number }>(
    `SELECT l.node_id AS "nodeId", l.attempt, l.stop_reason IS NOT NULL AS stopping,
       (extract(epoch FROM clock_timestamp() - l.granted_at) * 1000)::int AS "ranMs"
     FROM lease l JOIN client_agent a ON a.node_id = l.node_id WHERE l.id = $1 AND l.state = 'live'`,
    [request.leaseId],
  );
  if (lease === undefined) return;
  await completeLease(db, {
    nodeId: lease.nodeId,
    leaseId: request.leaseId,
    body: {
      attempt: lease.attempt,
      exit: {
        code: lease.stopping ? null : request.exitCode,
        signal: null,
        cause: lease.stopping ? 'stop' : 'exit',
        ...(request.message === undefined ? {} : { message: request.message }),
        reaped: false,
        durationMs: lease.ranMs,
      },
    },
  });
}
