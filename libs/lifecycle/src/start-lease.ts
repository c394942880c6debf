// The start of a lease ahead: the agent has started its process on slots that had become free and says so afterwards. From that
// moment on the lease is like any other. Called for a start of its own, and by the end of an attempt that it replaces.
import { DomainError, type StartLease, type StartReply } from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { lockLeases, readLease, type LeaseRow } from './lease-rows.js';
import { publish } from './notices.js';
import { clock } from './sweep-rows.js';

/**
 * A lease ahead has been started on free slots. Saying it again is harmless, also after its end.
 *
 * @returns `fenced` when the lease had expired or was given back before: the process has to be killed
 * @throws `lease/not-found`
 */
export async function startLease(
  db: Database,
  request: { readonly nodeId: string; readonly leaseId: string; readonly body: StartLease },
): Promise<StartReply> {
  const { nodeId, leaseId, body } = request;
  const seen = await readLease(db, leaseId);
  if (seen?.node_id !== nodeId) {
    throw new DomainError('lease/not-found', `node ${nodeId} has no lease ${leaseId}`);
  }
  return db.transaction(async (tx) => {
    await tx.query('SELECT id FROM trial WHERE id = $1 FOR UPDATE', [seen.trial_id]);
    const [lease] = await lockLeases(tx, [leaseId]);
    const now = await clock(tx);
    const at =
      lease?.state === 'ahead' ? await handoverAt(tx, { now, lease, start: body, before: undefined }) : now;
    return { state: await beginLease(tx, { lease, nodeId, start: body, at }) };
  });
}

interface Handover {
  readonly now: Date;
  /** The lease ahead. */
  readonly lease: LeaseRow;
  readonly start: StartLease;
  /** The lease whose slots it takes over. */
  readonly before: LeaseRow | undefined;
}

/**
 * When the slots changed hands, by the server's clock: as long before now as the agent says, but not before the last word of its
 * agent at which the lease was not started, nor before what is already settled or used of the slots. So no second is charged twice,
 * and none that is not held.
 */
export async function handoverAt(tx: Tx, { now, lease, start, before }: Handover): Promise<Date> {
  const [slot] = await tx.query<{ at: Date | null }>(
    'SELECT max(used_until) AS at FROM slot WHERE node_id = $1 AND index = ANY ($2)',
    [lease.node_id, start.slots],
  );
  const floor = Math.max(
    lease.settled_until.getTime(),
    slot?.at?.getTime() ?? 0,
    before?.granted_at.getTime() ?? 0,
    before?.settled_until.getTime() ?? 0,
  );
  return new Date(Math.min(now.getTime(), Math.max(floor, now.getTime() - start.agoMs)));
}

interface Beginning {
  readonly lease: LeaseRow | undefined;
  readonly nodeId: string;
  readonly start: StartLease;
  readonly at: Date;
}

/** Makes a locked lease ahead live on the slots. The trial is locked, and slots that change hands have been freed. */
export async function beginLease(
  tx: Tx,
  { lease, nodeId, start, at }: Beginning,
): Promise<StartReply['state']> {
  if (lease?.node_id !== nodeId || lease.attempt !== start.attempt) return 'fenced';
  if (lease.state === 'live' || lease.state === 'ended') return 'live';
  if (lease.state !== 'ahead') return 'fenced';
  if (start.slots.length * 1000 !== Number(lease.milli_gpu)) {
    throw new DomainError('request/invalid', `lease ${lease.id} is for ${lease.milli_gpu / 1000n} slots`);
  }
  const busy = await tx.query(
    'SELECT lease_id FROM lease_slot WHERE node_id = $1 AND slot_index = ANY ($2) AND live',
    [nodeId, start.slots],
  );
  if (busy.length > 0) return 'fenced';
  const [trial] = await tx.query<{ project_id: string; number: number }>(
    `WITH started AS (
       UPDATE lease SET state = 'live', granted_at = $2, settled_until = $2, recalled = false WHERE id = $1),
     slots AS (INSERT INTO lease_slot (lease_id, node_id, slot_index) SELECT $1, $3, s FROM unnest($4::int[]) s),
     attempts AS (
       UPDATE attempt SET state = 'running', ahead = false, node_id = $3, started_at = $2, waiting = NULL WHERE id = $5),
     runs AS (UPDATE run SET state = 'running', updated_at = $2 WHERE id = $6)
     UPDATE trial SET state = 'running', started_at = coalesce(started_at, $2) WHERE id = $7 RETURNING project_id, number`,
    [lease.id, at, nodeId, start.slots, lease.attempt_id, lease.run_id, lease.trial_id],
  );
  if (trial === undefined) return 'fenced';
  const { trial_id: trialId, attempt } = lease;
  await publish(tx, [
    {
      projectId: trial.project_id,
      topic: `sweep:${lease.sweep_id}`,
      name: 'attempt.started',
      entity: { trialId, number: trial.number, attempt, nodeId, state: 'running' },
    },
  ]);
  return 'live';
}
