// Why each queued attempt of a pool waits: its place, the reason, and when it can start at the earliest. Read by people; placement
// does not look here.
import type { SweepState } from '@swath/contracts';
import { forecastStarts } from '@swath/placement';
import type { Queryable } from '@swath/persistence';
import type { WaitingReason } from './reasons.js';

/** An attempt in a pool's queue, with its place and why it waits. */
export interface QueueEntry {
  readonly position: number;
  readonly attemptId: string;
  readonly trialId: string;
  readonly sweepId: string;
  readonly sweepState: SweepState;
  readonly priority: number;
  readonly slots: number;
  readonly enqueuedAt: Date;
  readonly notBefore: Date | null;
  /** With `startsInMs` where the earliest start can be told. */
  readonly waiting: WaitingReason;
}

interface QueueRow extends Omit<QueueEntry, 'waiting'> {
  readonly waiting: WaitingReason | null;
  readonly notBeforeMs: number;
}

/** The queue of a pool in the order of priority and arrival. */
export async function explainQueue(db: Queryable, poolId: string, limit: number): Promise<QueueEntry[]> {
  const rows = await db.query<QueueRow>(
    `SELECT (row_number() OVER (ORDER BY a.priority DESC, a.enqueued_at, a.id))::int AS position, a.id AS "attemptId",
       a.trial_id AS "trialId", a.sweep_id AS "sweepId", s.state AS "sweepState", a.priority, a.slots,
       a.enqueued_at AS "enqueuedAt", a.not_before AS "notBefore", a.waiting,
       greatest(0, coalesce(extract(epoch FROM a.not_before - clock_timestamp()), 0))::double precision * 1000 AS "notBeforeMs"
     FROM attempt a JOIN sweep s ON s.id = a.sweep_id WHERE a.pool_id = $1 AND a.state = 'queued'
     ORDER BY a.priority DESC, a.enqueued_at, a.id LIMIT $2`,
    [poolId, limit],
  );
  const starts = await earliestStarts(db, poolId, rows);
  return rows.map(({ notBeforeMs, ...row }) => {
    const startsInMs = starts.get(row.attemptId) ?? null;
    const reason = reasonOf({ ...row, notBeforeMs });
    return {
      ...row,
      waiting: startsInMs === null ? reason : { ...reason, startsInMs: Math.round(startsInMs) },
    };
  });
}

/** What holds it back now: its sweep, its time, what placement has said, or those before it. */
function reasonOf(row: QueueRow): WaitingReason {
  if (row.sweepState !== 'running') return { code: 'sweep_not_running', state: row.sweepState };
  if (row.notBeforeMs > 0) return { code: 'retry_later', inMs: Math.round(row.notBeforeMs) };
  return row.waiting ?? { code: 'not_its_turn', ahead: row.position - 1 };
}

async function earliestStarts(
  db: Queryable,
  poolId: string,
  rows: readonly QueueRow[],
): Promise<ReadonlyMap<string, number | null>> {
  const running = await db.query<{ sweepId: string; slots: number; ranMs: number }>(
    `SELECT sweep_id AS "sweepId", (milli_gpu / 1000)::int AS slots,
       extract(epoch FROM clock_timestamp() - granted_at)::double precision * 1000 AS "ranMs"
     FROM lease WHERE pool_id = $1 AND state = 'live'`,
    [poolId],
  );
  const sweepIds = [...new Set([...rows, ...running].map(({ sweepId }) => sweepId))];
  const lengths = await db.query<{ sweepId: string; meanMs: number }>(
    `SELECT sweep_id AS "sweepId", avg(run_ms)::double precision AS "meanMs" FROM trial
     WHERE sweep_id = ANY ($1) AND state IN ('finished', 'pruned') AND run_ms > 0 GROUP BY sweep_id`,
    [sweepIds],
  );
  const [pool] = await db.query<{ slots: number }>(
    `SELECT count(*)::int AS slots FROM node n JOIN slot s ON s.node_id = n.id
     WHERE n.pool_id = $1 AND n.state = 'online' AND s.healthy`,
    [poolId],
  );
  const meanMs = new Map(lengths.map((length) => [length.sweepId, length.meanMs]));
  const busy = running.reduce((sum, { slots }) => sum + slots, 0);
  return forecastStarts({
    queue: rows
      .filter((row) => row.sweepState === 'running')
      .map(({ attemptId, slots, notBeforeMs, sweepId }) => {
        return { id: attemptId, slots, notBeforeMs, durationMs: meanMs.get(sweepId) ?? null };
      }),
    running: running.map(({ slots, sweepId, ranMs }) => {
      const mean = meanMs.get(sweepId);
      return { slots, endsInMs: mean === undefined ? null : Math.max(0, mean - ranMs) };
    }),
    freeSlots: (pool?.slots ?? 0) - busy,
  });
}
