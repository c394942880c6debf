// Stopping, rewinding and deleting runs, and their alerts.
import { DomainError } from '@swath/contracts';
import { decodeExactRows, stepOf, type Database, type Tx } from '@swath/persistence';
import { wakeNodes } from '../notices.js';
import { lockRun } from './run-rows.js';
import { storeLines } from './store-lines.js';

/** Asks a run's process to end: by its next post, and by its node when it is a trial. */
export async function requestStop(db: Database, runId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('SELECT id FROM trial WHERE run_id = $1 FOR UPDATE', [runId]);
    const leases = await tx.query<{ node_id: string }>(
      `UPDATE lease SET stop_reason = 'stopped'
       WHERE trial_id = (SELECT id FROM trial WHERE run_id = $1) AND state IN ('ahead', 'live') AND stop_reason IS NULL
       RETURNING node_id`,
      [runId],
    );
    await tx.query('UPDATE run SET stop_requested = true WHERE id = $1 AND ended_at IS NULL', [runId]);
    await wakeNodes(
      tx,
      leases.map((lease) => lease.node_id),
    );
  });
}

/** Deletes a run: it is found no more and its name is free again; what it recorded goes with it. Repeating it is harmless. */
export async function deleteRun(db: Database, runId: string): Promise<void> {
  await db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === undefined) return;
    await tx.query(`UPDATE run SET deleted_at = clock_timestamp(), name = '/' || id WHERE id = $1`, [runId]);
    await tx.query('DELETE FROM metric_chunk WHERE run_id = $1', [runId]);
    await tx.query('DELETE FROM log_chunk WHERE run_id = $1', [runId]);
    await tx.query('DELETE FROM run_file WHERE run_id = $1', [runId]);
  });
}

/** Takes a run's history back to the rows up to a step. @throws `run/not-found` */
export async function rewindRun(db: Database, runId: string, step: number): Promise<void> {
  await db.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === undefined) throw new DomainError('run/not-found', `there is no run ${runId}`);
    const chunks = await tx.query<{
      attempt: number;
      seq: number;
      first_row: bigint;
      late: boolean;
      body: Buffer;
    }>(
      `SELECT attempt, seq, first_row, late, body FROM metric_chunk
       WHERE run_id = $1 AND stream = 'history' AND last_step > $2 ORDER BY first_row`,
      [runId, step],
    );
    for (const chunk of chunks) {
      await tx.query(
        `DELETE FROM metric_chunk WHERE run_id = $1 AND attempt = $2 AND stream = 'history' AND seq = $3`,
        [runId, chunk.attempt, chunk.seq],
      );
      const rows = decodeExactRows(chunk.body).filter((row) => (stepOf(row) ?? 0) <= step);
      const { attempt, late } = chunk;
      await storeLines(tx, {
        runId,
        attempt,
        stream: 'history',
        offset: Number(chunk.first_row),
        rows,
        late,
      });
    }
    await countAgain(tx, runId);
  });
}

async function countAgain(tx: Tx, runId: string): Promise<void> {
  await tx.query(
    `UPDATE run SET (history_lines, last_step) = (
       SELECT coalesce(max(first_row + row_count), 0), max(last_step) FROM metric_chunk WHERE run_id = $1 AND stream = 'history')
     WHERE id = $1`,
    [runId],
  );
}

/** Stores an alert of a script. */
export async function recordAlert(
  db: Database,
  alert: {
    readonly runId: string;
    readonly title: string;
    readonly body: string;
    readonly severity: 'INFO' | 'WARN' | 'ERROR';
  },
): Promise<void> {
  await db.query(
    'INSERT INTO run_alert (run_id, title, body, severity, at) VALUES ($1, $2, $3, $4, clock_timestamp())',
    [alert.runId, alert.title.slice(0, 1_000), alert.body.slice(0, 10_000), alert.severity],
  );
}
