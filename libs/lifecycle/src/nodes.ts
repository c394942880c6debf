// Nodes and their slots: registration with incarnations and inventory generations, presence, drain.
import { DomainError, type NodeRegistered, type RegisterNode, HEARTBEAT_MS } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { enqueueOutbox, wakeNodes, wakePool } from './notices.js';
import { recallAhead } from './recall.js';
import { releaseAhead } from './release-lease.js';

/** Protocol versions this server speaks, newest first. */
const PROTOCOLS: readonly number[] = [1];

/** A node that registers, and on whose behalf. */
export interface Registration {
  readonly orgId: string;
  /** The pool an agent key is bound to; null for any. */
  readonly poolName: string | null;
  readonly node: RegisterNode;
}

/**
 * Registers a node or refreshes it. A new incarnation of the same name ends the right of the old one to its leases, except
 * those it says it still runs.
 *
 * @throws `auth/forbidden` for a pool the key is not bound to, `pool/not-found`, `request/invalid` without a common protocol
 */
export async function registerNode(
  db: Database,
  { orgId, poolName, node }: Registration,
): Promise<NodeRegistered> {
  if (poolName !== null && poolName !== node.pool) {
    throw new DomainError(
      'auth/forbidden',
      `this agent key is bound to pool "${poolName}", not "${node.pool}"`,
    );
  }
  const protocol = node.protocols.find((version) => PROTOCOLS.includes(version));
  if (protocol === undefined) {
    throw new DomainError(
      'request/invalid',
      `protocols are ${node.protocols.join(', ')}; this server speaks ${PROTOCOLS.join(', ')}`,
    );
  }
  const registered = await db.transaction(async (tx) => {
    const [pool] = await tx.query<{ id: string; quantum_ms: number }>(
      'SELECT id, quantum_ms FROM pool WHERE org_id = $1 AND name = $2',
      [orgId, node.pool],
    );
    if (pool === undefined) throw new DomainError('pool/not-found', `there is no pool "${node.pool}"`);
    const { id, generation } = await upsertNode(tx, orgId, pool.id, node);
    await replaceSlots(tx, id, node);
    const live = await keepAdopted(tx, id, node.adopted ?? []);
    await tellSweeps(tx, pool.id);
    await wakePool(tx, pool.id);
    return { nodeId: id, generation, protocol, heartbeatMs: beatOf(pool.quantum_ms), live, ahead: true };
  });
  await releaseAhead(db, registered.nodeId, node.adopted);
  return registered;
}

/** Beats come often enough that a lease, renewed below half of its quantum, meets four of them before it ends. */
function beatOf(quantumMs: number): number {
  return Math.min(HEARTBEAT_MS, Math.floor(quantumMs / 8));
}

/** The window of a sweep follows the slots of its pool. */
async function tellSweeps(tx: Tx, poolId: string): Promise<void> {
  const sweeps = await tx.query<{ id: string }>(
    `SELECT id FROM sweep WHERE pool_id = $1 AND ended_at IS NULL AND state = 'running' ORDER BY id`,
    [poolId],
  );
  await enqueueOutbox(
    tx,
    sweeps.map(({ id }) => ({ topic: 'sweep.changed', key: id, payload: { sweepId: id } })),
  );
}

async function upsertNode(
  tx: Tx,
  orgId: string,
  poolId: string,
  node: RegisterNode,
): Promise<{ id: string; generation: number }> {
  const [row] = await tx.query<{ id: string; generation: number }>(
    `INSERT INTO node (id, org_id, pool_id, name, incarnation, generation, state, isolation, agent_version, labels, last_seen_at)
     VALUES ($1, $2, $3, $4, $5, 1, 'online', $6, $7, $8, clock_timestamp())
     ON CONFLICT (pool_id, name) DO UPDATE SET incarnation = excluded.incarnation, generation = node.generation + 1,
       state = CASE WHEN node.state = 'draining' AND node.incarnation = excluded.incarnation THEN 'draining' ELSE 'online' END,
       isolation = excluded.isolation, agent_version = excluded.agent_version, labels = excluded.labels,
       last_seen_at = excluded.last_seen_at
     RETURNING id, generation`,
    [
      `nd_${poolId.slice(3)}_${node.name}`,
      orgId,
      poolId,
      node.name,
      node.incarnation,
      node.isolation,
      node.agentVersion,
      JSON.stringify(node.labels ?? {}),
    ],
  );
  if (row === undefined) throw new Error('the node was not stored');
  return row;
}

async function replaceSlots(tx: Tx, nodeId: string, node: RegisterNode): Promise<void> {
  await tx.query(
    `INSERT INTO slot (node_id, index, kind, uuid, model, memory_mib, healthy)
     SELECT $1, (s->>'index')::int, s->>'kind', s->>'uuid', s->>'model', (s->>'memoryMiB')::int, (s->>'healthy')::boolean
     FROM jsonb_array_elements($2::jsonb) s
     ON CONFLICT (node_id, index) DO UPDATE SET kind = excluded.kind, uuid = excluded.uuid, model = excluded.model,
       memory_mib = excluded.memory_mib, healthy = excluded.healthy`,
    [nodeId, JSON.stringify(node.slots)],
  );
  // A slot that is gone stays as unhealthy while leases of the past point at it.
  await tx.query('UPDATE slot SET healthy = false WHERE node_id = $1 AND NOT (index = ANY ($2))', [
    nodeId,
    node.slots.map((slot) => slot.index),
  ]);
}

/** Of the leases the agent still has, those that are open; every other live lease of the node is flagged as fenced. */
async function keepAdopted(tx: Tx, nodeId: string, adopted: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ id: string; state: string; keep: boolean }>(
    `SELECT id, state, id = ANY ($2) AS keep FROM lease
     WHERE node_id = $1 AND state IN ('ahead', 'live') ORDER BY id FOR UPDATE`,
    [nodeId, adopted],
  );
  const orphaned = rows.filter((row) => !row.keep && row.state === 'live').map((row) => row.id);
  if (orphaned.length > 0) {
    // Nobody runs these any more: they end at their certain end, which is now, because the agent itself says so.
    await tx.query(
      `UPDATE lease SET stop_reason = coalesce(stop_reason, 'fenced'),
         expires_at = least(expires_at, clock_timestamp() - tail_ms * interval '1 millisecond') WHERE id = ANY ($1)`,
      [orphaned],
    );
  }
  return rows.filter((row) => row.keep).map((row) => row.id);
}

/**
 * Drains a node or takes it back into service; `offline` is its agent's own word that it leaves and runs nothing.
 *
 * @throws `node/unknown`
 */
export async function setNodeState(
  db: Database,
  nodeId: string,
  state: 'online' | 'draining' | 'offline',
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.query<{ pool_id: string }>(
      'UPDATE node SET state = $2 WHERE id = $1 RETURNING pool_id',
      [nodeId, state],
    );
    if (row === undefined) throw new DomainError('node/unknown', `there is no node ${nodeId}`);
    await tellSweeps(tx, row.pool_id);
    if (state === 'draining') await recallAhead(tx, { nodeId });
    await wakePool(tx, row.pool_id);
    await wakeNodes(tx, [nodeId]);
  });
  if (state === 'offline') await releaseAhead(db, nodeId);
}

/** Marks nodes that have been silent for three heartbeats as offline. Called by the reaper. */
export async function markSilentNodes(db: Database): Promise<number> {
  const rows = await db.query<{ id: string }>(
    `UPDATE node SET state = 'offline' WHERE state = 'online'
       AND last_seen_at < clock_timestamp() - $1 * interval '1 millisecond' RETURNING id`,
    [3 * HEARTBEAT_MS],
  );
  return rows.length;
}
