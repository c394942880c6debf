// Asking leases ahead back. The server never takes one away by itself, because its process may have been started a moment ago:
// it flags the lease and tells the node, which gives it back (`releaseLease`) or has started it already (`startLease`).
import type { Queryable } from '@swath/persistence';

/** Which leases ahead are asked back. */
export type Recall =
  | { readonly sweepId: string }
  | { readonly nodeId: string }
  /** Until `count` that could run on any slot of the pool are asked back: highest priority, then oldest first. */
  | { readonly poolId: string; readonly count: number }
  /** Those that something of a higher priority is to go before. */
  | { readonly poolId: string; readonly belowPriority: number }
  /** Those that hold something of a budget that others lack. */
  | { readonly budgetIds: readonly string[] };

/** Flags leases ahead as recalled and wakes the command streams of their nodes. Repeating it changes nothing. */
export async function recallAhead(db: Queryable, which: Recall): Promise<void> {
  const { where, values } = conditionOf(which);
  await db.query(
    `WITH asked AS (
       UPDATE lease SET recalled = true WHERE id IN (
         SELECT l.id FROM lease l WHERE l.state = 'ahead' AND NOT l.recalled AND ${where} FOR UPDATE)
       RETURNING node_id)
     SELECT pg_notify('swath_lease', node_id) FROM (SELECT DISTINCT node_id FROM asked) nodes`,
    values,
  );
}

const priority = '(SELECT a.priority FROM attempt a WHERE a.id = l.attempt_id)';

function conditionOf(which: Recall): { where: string; values: unknown[] } {
  if ('sweepId' in which) return { where: 'l.sweep_id = $1 ORDER BY l.id', values: [which.sweepId] };
  if ('nodeId' in which) return { where: 'l.node_id = $1 ORDER BY l.id', values: [which.nodeId] };
  if ('budgetIds' in which) {
    const holds = 'SELECT 1 FROM lease_hold h WHERE h.lease_id = l.id AND h.budget_id = ANY ($1)';
    return { where: `EXISTS (${holds}) ORDER BY l.id`, values: [[...which.budgetIds]] };
  }
  if ('count' in which) {
    const asked =
      "SELECT count(*) FROM lease r WHERE r.pool_id = $1 AND r.state = 'ahead' AND r.recalled AND NOT r.successor";
    const order = `ORDER BY ${priority} DESC, l.granted_at, l.id LIMIT greatest(0, $2 - (${asked}))`;
    return { where: `l.pool_id = $1 AND NOT l.successor ${order}`, values: [which.poolId, which.count] };
  }
  return {
    where: `l.pool_id = $1 AND ${priority} < $2 ORDER BY l.id`,
    values: [which.poolId, which.belowPriority],
  };
}
