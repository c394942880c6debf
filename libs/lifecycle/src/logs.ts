// Log lines of a run's attempts: stored as numbered batches, deflated; read back by line.
import { createHash } from 'node:crypto';
import { DomainError, type LogBatch, type LogReply } from '@swath/contracts';
import { decodeLogs, encodeLogs, type Database, type Queryable } from '@swath/persistence';

/** One stored line. */
export interface LogLine {
  /** Position in the run's log from 0, over all attempts. */
  readonly line: number;
  readonly attempt: number;
  readonly stream: 'stdout' | 'stderr';
  /** Milliseconds since the start of the attempt. */
  readonly offsetMs: number;
  readonly text: string;
}

/** Stores a batch; the same (attempt, seq) again changes nothing. @throws `run/not-found`, `stream/conflict` */
export async function recordLogs(
  db: Database,
  request: { readonly runId: string; readonly batch: LogBatch },
): Promise<LogReply> {
  const { runId, batch } = request;
  const hash = createHash('sha256').update(JSON.stringify(batch.lines)).digest();
  return db.transaction(async (tx) => {
    const [run] = await tx.query<{ id: string; project_id: string; sweep_id: string | null }>(
      `SELECT r.id, r.project_id, t.sweep_id FROM run r LEFT JOIN trial t ON t.run_id = r.id WHERE r.id = $1 FOR UPDATE OF r`,
      [runId],
    );
    if (run === undefined) throw new DomainError('run/not-found', `there is no run ${runId}`);
    const inserted = await tx.query<{ seq: number }>(
      `INSERT INTO log_chunk (run_id, attempt, seq, first_line, line_count, hash, body, received_at)
       SELECT $1, $2, $3, coalesce((SELECT sum(line_count) FROM log_chunk WHERE run_id = $1), 0), $4, $5, $6, clock_timestamp()
       ON CONFLICT DO NOTHING RETURNING seq`,
      [runId, batch.attempt, batch.seq, batch.lines.length, hash, encodeLogs(batch.lines)],
    );
    if (inserted.length === 0) {
      const [known] = await tx.query<{ hash: Buffer }>(
        'SELECT hash FROM log_chunk WHERE run_id = $1 AND attempt = $2 AND seq = $3',
        [runId, batch.attempt, batch.seq],
      );
      if (known?.hash.equals(hash) === false) {
        throw new DomainError(
          'stream/conflict',
          `log batch ${batch.seq} of attempt ${batch.attempt} was stored with other lines`,
        );
      }
    }
    return { acked: batch.seq };
  });
}

/** Lines of a run from a position on, oldest first. */
export async function readLogs(
  db: Queryable,
  request: {
    readonly runId: string;
    readonly from: number;
    readonly limit: number;
    readonly attempt?: number;
  },
): Promise<LogLine[]> {
  const chunks = await db.query<{ attempt: number; first_line: bigint; body: Buffer }>(
    `SELECT attempt, first_line, body FROM log_chunk WHERE run_id = $1 AND first_line + line_count > $2
       AND ($3::int IS NULL OR attempt = $3) ORDER BY first_line LIMIT 50`,
    [request.runId, request.from, request.attempt ?? null],
  );
  const lines = chunks.flatMap(({ attempt, first_line, body }) => {
    return decodeLogs(body).map((line, index): LogLine => ({
      line: Number(first_line) + index,
      attempt,
      ...line,
    }));
  });
  return lines.filter((line) => line.line >= request.from).slice(0, request.limit);
}
