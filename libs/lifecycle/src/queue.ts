// The queue of a pool: attempts that wait, with what placement and admission need to know of them, and the running share.
import type { QueuedAttempt, Share } from '@swath/placement';
import type { Queryable, Tx } from '@swath/persistence';
import type { Breaker } from './initial-failures.js';

/** A queued attempt with its trial's limits. */
export interface Queued extends QueuedAttempt, Breaker {
  readonly trialId: string;
  readonly trialNumber: number;
  readonly runId: string;
  readonly projectId: string;
  readonly attempt: number;
  readonly maxTrialMs: number | null;
  readonly runMs: number;
}

/** How long a trial keeps away from a node on which it failed through no fault of its own, seconds. */
const AVOID_SECONDS = 300;

/** Sweeps looked at per placement; those of the highest priority, then those that have waited longest, come first. */
const MAX_SWEEPS = 500;

/**
 * The first `perSweep` due attempts of each running sweep, by priority and arrival; their sweeps are locked against a change of
 * state. More of one sweep cannot be placed on a node with `perSweep` free slots, and a sweep with a long queue must not hide
 * the others.
 *
 * A connection keeps the plan that it made while the queue was short. So that it is right for a long one too, the trial is a
 * subquery of one row: a join could be turned around, to read all trials for each attempt.
 */
export async function readQueue(
  tx: Tx,
  node: { readonly id: string; readonly pool_id: string },
  perSweep: number,
): Promise<Queued[]> {
  const rows = await tx.query<Omit<Queued, 'order' | 'runMs'> & { runMs: bigint }>(
    `SELECT a.id, a.sweep_id AS "sweepId", s.team_id AS "teamId", a.priority, a.slots, a.trial_id AS "trialId",
       t.number AS "trialNumber", t.run_id AS "runId", t.project_id AS "projectId", a.number AS attempt, s.parallel,
       s.initial_failures AS "initialFailures", (s.spec->'budget'->>'max_consecutive_initial_failures')::int AS "maxInitialFailures",
       ((s.spec->'budget'->>'max_trial_duration')::double precision * 1000) AS "maxTrialMs", t.run_ms AS "runMs",
       extract(epoch FROM clock_timestamp() - a.enqueued_at)::double precision * 1000 AS "waitedMs",
       a.cause = 'retry' AND EXISTS (SELECT 1 FROM attempt p WHERE p.trial_id = a.trial_id AND p.node_id = $4
         AND p.outcome IN ('infrastructure', 'lost') AND p.ended_at > clock_timestamp() - $5 * interval '1 second')
         AND EXISTS (SELECT 1 FROM node o WHERE o.pool_id = $1 AND o.id <> $4 AND o.state = 'online'
           AND (SELECT count(*) FROM slot o_s WHERE o_s.node_id = o.id AND o_s.healthy) >= a.slots) AS "avoidsNode"
     FROM (SELECT s.id, s.team_id, s.parallel, s.initial_failures, s.spec FROM sweep s
         CROSS JOIN LATERAL (SELECT q.priority, q.enqueued_at FROM attempt q WHERE q.sweep_id = s.id AND q.state = 'queued'
           AND NOT q.ahead ORDER BY q.priority DESC, q.enqueued_at LIMIT 1) head
         WHERE s.pool_id = $1 AND s.state = 'running' AND s.ended_at IS NULL
         ORDER BY head.priority DESC, head.enqueued_at LIMIT $3 FOR SHARE OF s) s
       CROSS JOIN LATERAL (SELECT * FROM attempt q WHERE q.sweep_id = s.id AND q.state = 'queued'
         AND NOT q.ahead AND (q.not_before IS NULL OR q.not_before <= clock_timestamp())
         ORDER BY q.priority DESC, q.enqueued_at, q.id LIMIT $2) a
       CROSS JOIN LATERAL (SELECT number, run_id, project_id, run_ms FROM trial WHERE id = a.trial_id LIMIT 1) t
     ORDER BY a.priority DESC, a.enqueued_at, t.number`,
    [node.pool_id, perSweep, MAX_SWEEPS, node.id, AVOID_SECONDS],
  );
  return rows.map((row, order) => ({ ...row, runMs: Number(row.runMs), order }));
}

/** Healthy slots of each node in service of a pool, and how many of them are busy. */
export async function readCapacities(
  tx: Queryable,
  poolId: string,
): Promise<{ nodeId: string; capacity: number; busy: number }[]> {
  return tx.query<{ nodeId: string; capacity: number; busy: number }>(
    `SELECT n.id AS "nodeId", count(*)::int AS capacity, count(l.lease_id)::int AS busy
     FROM node n JOIN slot s ON s.node_id = n.id AND s.healthy
       LEFT JOIN lease_slot l ON l.node_id = n.id AND l.slot_index = s.index AND l.live
     WHERE n.pool_id = $1 AND n.state = 'online' GROUP BY n.id ORDER BY n.id`,
    [poolId],
  );
}

/** Whether a queue has anything to place, and when it will without anything else happening. */
export interface QueueOutlook {
  /** An attempt could start now, slots and budgets left aside. */
  readonly placeable: boolean;
  /** Milliseconds until the earliest retry becomes due; `null` when none waits for its time. */
  readonly dueInMs: number | null;
}

/** A look at the queue of a pool that costs little and takes no lock. */
export async function queueOutlook(db: Queryable, poolId: string): Promise<QueueOutlook> {
  const [row] = await db.query<QueueOutlook>(
    `SELECT EXISTS (SELECT 1 FROM sweep s WHERE s.pool_id = $1 AND s.state = 'running' AND s.ended_at IS NULL
         AND EXISTS (SELECT 1 FROM attempt a WHERE a.sweep_id = s.id AND a.state = 'queued'
           AND NOT a.ahead AND (a.not_before IS NULL OR a.not_before <= clock_timestamp()))) AS placeable,
       (SELECT extract(epoch FROM min(not_before) - clock_timestamp())::double precision * 1000 FROM attempt
         WHERE pool_id = $1 AND state = 'queued' AND not_before > clock_timestamp()) AS "dueInMs"`,
    [poolId],
  );
  return row ?? { placeable: false, dueInMs: null };
}

/** What of a pool is in use or spoken for. */
export interface PoolUse {
  /** Slots in use, and those that leases ahead will use beyond them: all but successors, which replace what runs. */
  readonly share: Share;
  /** Highest priority among leases ahead that could as well run elsewhere, on nodes that are there; -Infinity without any. */
  readonly aheadPriority: number;
  /** How many leases ahead could as well run elsewhere. */
  readonly aheadCount: number;
}

interface UseRow {
  readonly team_id: string;
  readonly sweep_id: string;
  readonly slots: number;
  readonly priority: number | null;
  readonly ahead: number;
}

/** Slots in use in a pool, by team and by sweep. */
export async function readUse(tx: Queryable, poolId: string): Promise<PoolUse> {
  const rows = await tx.query<UseRow>(
    `SELECT s.team_id, u.sweep_id, sum(u.milli_gpu / 1000)::int AS slots, max(u.priority) AS priority,
       count(*) FILTER (WHERE u.ahead)::int AS ahead FROM (
       SELECT l.sweep_id, l.milli_gpu, NULL::int AS priority, false AS ahead FROM lease l WHERE l.pool_id = $1 AND l.state = 'live'
       UNION ALL
       SELECT l.sweep_id, l.milli_gpu, CASE WHEN n.state = 'online' THEN a.priority END, true
       FROM lease l JOIN attempt a ON a.id = l.attempt_id JOIN node n ON n.id = l.node_id
       WHERE l.pool_id = $1 AND l.state = 'ahead' AND NOT l.successor) u
     JOIN sweep s ON s.id = u.sweep_id GROUP BY s.team_id, u.sweep_id`,
    [poolId],
  );
  const byTeam = new Map<string, number>();
  for (const row of rows) byTeam.set(row.team_id, (byTeam.get(row.team_id) ?? 0) + row.slots);
  return {
    share: { byTeam, bySweep: new Map(rows.map((row) => [row.sweep_id, row.slots])) },
    aheadPriority: Math.max(...rows.map((row) => row.priority ?? -Infinity)),
    aheadCount: rows.reduce((sum, row) => sum + row.ahead, 0),
  };
}
