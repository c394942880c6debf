// Durable checkpoints: one archive per checkpoint, stored before it is recorded here, so what is recorded can be resumed from. The next
// attempt of a trial goes on from the newest of the attempts before it; older ones, and those nobody will resume from, are dropped.
import { DomainError } from '@swath/contracts';
import type { Database, Queryable } from '@swath/persistence';
import { lockLeases, readLease } from './lease-rows.js';

/** Best trials of a sweep whose last checkpoint is kept when they have finished. */
const KEPT_BEST = 3;

function idOf(sha256: string): string {
  return `cp_${sha256.slice(0, 32)}`;
}

/** A stored archive. */
export interface CheckpointArchive {
  readonly sha256: string;
  readonly size: number;
}

/**
 * Records a stored checkpoint of a running attempt. Recording the same archive again is harmless.
 *
 * @returns its id
 * @throws `lease/not-found`, `lease/fenced` when the attempt is not the live one, `lease/not-started` while it is ahead
 */
export async function recordCheckpoint(
  db: Database,
  request: { readonly leaseId: string; readonly attempt: number; readonly archive: CheckpointArchive },
): Promise<string> {
  const { leaseId, attempt, archive } = request;
  const id = idOf(archive.sha256);
  await db.transaction(async (tx) => {
    const [lease] = await lockLeases(tx, [leaseId]);
    if (lease?.attempt !== attempt) throw new DomainError('lease/not-found', `there is no lease ${leaseId}`);
    if (lease.state === 'ahead')
      throw new DomainError('lease/not-started', `the start of attempt ${attempt} has not been reported yet`);
    if (lease.state !== 'live')
      throw new DomainError(
        'lease/fenced',
        `lease ${leaseId} is ${lease.state}: its checkpoint does not count`,
      );
    await tx.query(
      `WITH older AS (UPDATE checkpoint SET dropped_at = clock_timestamp() WHERE trial_id = $2 AND id <> $1 AND dropped_at IS NULL)
       INSERT INTO checkpoint (id, trial_id, attempt, sha256, size, saved_at)
       VALUES ($1, $2, $3, $4, $5, clock_timestamp()) ON CONFLICT (id) DO NOTHING`,
      [id, lease.trial_id, attempt, archive.sha256, archive.size],
    );
  });
  return id;
}

/** Whether an archive is recorded: the bytes of one that is not may be taken away. */
export async function isCheckpoint(db: Queryable, sha256: string): Promise<boolean> {
  const rows = await db.query('SELECT 1 FROM checkpoint WHERE id = $1', [idOf(sha256)]);
  return rows.length > 0;
}

/**
 * The archive that an attempt resumes from.
 *
 * @throws `lease/not-found`; `checkpoint/not-found` when there is none
 */
export async function resumedCheckpoint(db: Queryable, leaseId: string): Promise<CheckpointArchive> {
  const lease = await readLease(db, leaseId);
  if (lease === undefined) throw new DomainError('lease/not-found', `there is no lease ${leaseId}`);
  const [row] = await db.query<CheckpointArchive>(
    `SELECT sha256, size::float8 AS size FROM checkpoint
     WHERE trial_id = $1 AND attempt < $2 AND dropped_at IS NULL ORDER BY attempt DESC, saved_at DESC LIMIT 1`,
    [lease.trial_id, lease.attempt],
  );
  if (row === undefined)
    throw new DomainError('checkpoint/not-found', `there is no checkpoint before attempt ${lease.attempt}`);
  return row;
}

/**
 * Marks checkpoints that nobody will resume from as dropped: of trials that cannot go on, unless they are among the best three of
 * their sweep.
 */
export async function dropCheckpoints(db: Queryable): Promise<void> {
  await db.query(
    `UPDATE checkpoint c SET dropped_at = clock_timestamp()
     FROM trial t JOIN sweep s ON s.id = t.sweep_id
     WHERE c.trial_id = t.id AND c.dropped_at IS NULL AND t.ended_at IS NOT NULL
       AND (t.state IN ('finished', 'pruned', 'cancelled') OR s.ended_at IS NOT NULL)
       AND NOT (t.state = 'finished' AND t.value IS NOT NULL AND (
         SELECT count(*) FROM trial o WHERE o.sweep_id = t.sweep_id AND o.state = 'finished' AND o.id <> t.id AND (
           (CASE WHEN s.spec #>> '{objectives,0,goal}' = 'maximize' THEN -o.value ELSE o.value END, o.number)
           < (CASE WHEN s.spec #>> '{objectives,0,goal}' = 'maximize' THEN -t.value ELSE t.value END, t.number))
       ) < $1)`,
    [KEPT_BEST],
  );
}

/** Removes dropped checkpoints: `remove` takes an archive out of the store first, so that a failure leaves a row to try again with. */
export async function forgetCheckpoints(
  db: Database,
  remove: (sha256: string) => Promise<void>,
): Promise<number> {
  const rows = await db.query<{ id: string; sha256: string }>(
    'SELECT id, sha256 FROM checkpoint WHERE dropped_at IS NOT NULL ORDER BY dropped_at LIMIT 1000',
    [],
  );
  for (const { id, sha256 } of rows) {
    await remove(sha256);
    await db.query('DELETE FROM checkpoint WHERE id = $1', [id]);
  }
  return rows.length;
}
