/** Which sweeps and trials ought to have a running workflow. Read by the reconciler only. */
import type { Queryable } from '@swath/persistence';

/** Younger rows are left to the outbox relay: its delivery may be under way. */
const SETTLE_SECONDS = 30;

/** Sweeps that have not ended. */
export async function openSweeps(db: Queryable): Promise<string[]> {
  return idsOf(db, 'sweep');
}

/** Trials that have not ended. */
export async function openTrials(db: Queryable): Promise<string[]> {
  return idsOf(db, 'trial');
}

async function idsOf(db: Queryable, table: 'sweep' | 'trial'): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    `SELECT id FROM ${table} WHERE ended_at IS NULL AND created_at < clock_timestamp() - make_interval(secs => $1)
     ORDER BY id`,
    [SETTLE_SECONDS],
  );
  return rows.map((row) => row.id);
}
