// The queue of a pool: attempts that wait, with what placement and admission need to know of them, and the running share.
import type { QueuedAttempt, Share } from '@swath/placement';
import type { Queryable, Tx } from '@swath/persistence';

/** A queued attempt with its trial's limits. */
export interface Queued extends QueuedAttempt {
  readonly trialId: string;
  readonly trialNumber: number;
  readonly runId: string;
  readonly projectId: string;
  readonly attempt: number;
  readonly parallel: number | null;
  readonly maxTrialMs: number | null;
  readonly runMs: number;
}

/** Attempts looked at per placement; more cannot be placed on one node anyway. */
const DEPTH = 256;

/** Due attempts of running sweeps, by priority and arrival; their sweeps are locked against a change of state. */
export async function readQueue(tx: Tx, poolId: string): Promise<Queued[]> {
  const rows = await tx.query<Omit<Queued, 'order' | 'runMs'> & { runMs: bigint }>(
    `SELECT a.id, a.sweep_id AS "sweepId", s.team_id AS "teamId", a.priority, a.slots, a.trial_id AS "trialId",
       t.number AS "trialNumber", t.run_id AS "runId", t.project_id AS "projectId", a.number AS attempt, s.parallel,
       ((s.spec->'budget'->>'max_trial_duration')::double precision * 1000) AS "maxTrialMs", t.run_ms AS "runMs"
     FROM attempt a JOIN sweep s ON s.id = a.sweep_id JOIN trial t ON t.id = a.trial_id
     WHERE a.pool_id = $1 AND a.state = 'queued' AND s.state = 'running'
       AND (a.not_before IS NULL OR a.not_before <= clock_timestamp())
     ORDER BY a.priority DESC, a.enqueued_at, t.number LIMIT $2 FOR SHARE OF s`,
    [poolId, DEPTH],
  );
  return rows.map((row, order) => ({ ...row, runMs: Number(row.runMs), order }));
}

/** Slots in use in a pool, by team and by sweep. */
export async function readShare(tx: Queryable, poolId: string): Promise<Share> {
  const rows = await tx.query<{ team_id: string; sweep_id: string; slots: number }>(
    `SELECT s.team_id, l.sweep_id, sum(l.milli_gpu / 1000)::int AS slots
     FROM lease l JOIN sweep s ON s.id = l.sweep_id
     WHERE l.pool_id = $1 AND l.state = 'live' GROUP BY s.team_id, l.sweep_id`,
    [poolId],
  );
  const byTeam = new Map<string, number>();
  for (const row of rows) byTeam.set(row.team_id, (byTeam.get(row.team_id) ?? 0) + row.slots);
  return { byTeam, bySweep: new Map(rows.map((row) => [row.sweep_id, row.slots])) };
}

/** When placement should look at a pool again although nothing happened: the earliest retry that becomes due. */
export async function nextDue(db: Queryable, poolId: string): Promise<Date | undefined> {
  const [row] = await db.query<{ at: Date | null }>(
    `SELECT min(not_before) AS at FROM attempt WHERE pool_id = $1 AND state = 'queued' AND not_before > clock_timestamp()`,
    [poolId],
  );
  return row?.at ?? undefined;
}
