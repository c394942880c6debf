// A lease ahead that was not started comes back: its hold is free again, and its attempt waits as before, or leaves the queue when
// its sweep or trial was ended meanwhile. Called for an agent's word, and for a node that registers anew or leaves without it.
import { DomainError } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { withdrawTrials } from './control.js';
import { settleLease } from './end-lease.js';
import { lockLeases, readLease, type LeaseRow } from './lease-rows.js';
import { wakePool } from './notices.js';
import { clock, shareSweep, type SweepRow } from './sweep-rows.js';
import { closeStopped, type StoppableTrial } from './trial-control.js';

/**
 * Gives a lease ahead back. Saying it again is harmless.
 *
 * @throws `lease/not-found`; `lease/fenced` when it was started
 */
export async function releaseLease(
  db: Database,
  request: { readonly nodeId: string; readonly leaseId: string; readonly attempt: number },
): Promise<void> {
  const seen = await readLease(db, request.leaseId);
  if (seen?.node_id !== request.nodeId || seen.attempt !== request.attempt) {
    throw new DomainError('lease/not-found', `node ${request.nodeId} has no lease ${request.leaseId}`);
  }
  if (seen.state === 'released' || seen.state === 'expired') return;
  await db.transaction(async (tx) => {
    const sweep = await shareSweep(tx, seen.sweep_id);
    const trial = await lockTrial(tx, seen.trial_id);
    const [lease] = await lockLeases(tx, [seen.id]);
    if (lease === undefined || lease.state === 'released' || lease.state === 'expired') return;
    if (lease.state !== 'ahead') {
      throw new DomainError('lease/fenced', `lease ${lease.id} is ${lease.state}: it was started`);
    }
    await settleLease(tx, lease, { endedAt: lease.granted_at, orgId: sweep.org_id });
    await tx.query(
      `WITH back AS (UPDATE attempt SET ahead = false, waiting = NULL WHERE id = $2)
       UPDATE lease SET state = 'released', ended_at = $3, settlements = settlements + 1 WHERE id = $1`,
      [lease.id, lease.attempt_id, await clock(tx)],
    );
    if (trial !== undefined) await leaveQueue(tx, { sweep, trial, lease });
    await wakePool(tx, lease.pool_id);
  });
}

interface Leaving {
  readonly sweep: SweepRow;
  readonly trial: StoppableTrial & { readonly ran: boolean };
  readonly lease: LeaseRow;
}

/** What the end of a sweep or of a trial had to leave to this moment. */
async function leaveQueue(tx: Tx, { sweep, trial, lease }: Leaving): Promise<void> {
  if (sweep.state !== 'running' && sweep.state !== 'paused') await withdrawTrials(tx, sweep, [trial]);
  else if (lease.stop_reason !== null) await closeStopped(tx, trial);
}

async function lockTrial(tx: Tx, trialId: string): Promise<Leaving['trial'] | undefined> {
  const [trial] = await tx.query<Leaving['trial']>(
    `SELECT id, sweep_id, project_id, number, state, attempt_count, started_at IS NOT NULL AS ran
     FROM trial WHERE id = $1 FOR UPDATE`,
    [trialId],
  );
  return trial;
}

/** Gives all leases ahead of a node back, except those named: its agent says that nothing runs of the others. */
export async function releaseAhead(
  db: Database,
  nodeId: string,
  keep: readonly string[] = [],
): Promise<void> {
  const rows = await db.query<{ id: string; attempt: number }>(
    `SELECT id, attempt FROM lease WHERE node_id = $1 AND state = 'ahead' AND NOT (id = ANY ($2)) ORDER BY id`,
    [nodeId, [...keep]],
  );
  for (const { id, attempt } of rows) await releaseLease(db, { nodeId, leaseId: id, attempt });
}
