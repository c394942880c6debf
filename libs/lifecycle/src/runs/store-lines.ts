// Lines of a run's streams, written at a position: what is there already is replaced, a repetition changes nothing, a gap stays
// open until its lines arrive. Chunks of one stream never overlap, so reading is one ordered scan.
import { createHash } from 'node:crypto';
import {
  decodeExactRows,
  decodeLogs,
  encodeExactRows,
  encodeLogs,
  EXACT_CODEC,
  stepOf,
  writeExactRow,
  type ExactRow,
  type Tx,
} from '@swath/persistence';

/** Lines to be written. */
export interface LineWrite {
  readonly runId: string;
  readonly attempt: number;
  readonly stream: string;
  /** Position of the first line in the stream. */
  readonly offset: number;
  readonly rows: readonly ExactRow[];
  readonly late: boolean;
}

interface ChunkRow {
  readonly attempt: number;
  readonly seq: number;
  readonly first_row: bigint;
  readonly row_count: number;
  readonly hash: Buffer;
  readonly late: boolean;
  readonly body: Buffer;
}

function hashOf(rows: readonly ExactRow[]): Buffer {
  const hash = createHash('sha256');
  for (const row of rows) hash.update(writeExactRow(row)).update('\n');
  return hash.digest();
}

/** Writes lines; the run is locked by the caller. Returns whether anything changed. */
export async function storeLines(tx: Tx, write: LineWrite): Promise<boolean> {
  if (write.rows.length === 0) return false;
  const hash = hashOf(write.rows);
  const end = write.offset + write.rows.length;
  const overlapped = await tx.query<ChunkRow>(
    `SELECT attempt, seq, first_row, row_count, hash, late, body FROM metric_chunk
     WHERE run_id = $1 AND stream = $2 AND first_row < $4 AND first_row + row_count > $3 ORDER BY first_row`,
    [write.runId, write.stream, write.offset, end],
  );
  const [same] = overlapped;
  if (overlapped.length === 1 && Number(same?.first_row) === write.offset && same?.hash.equals(hash) === true)
    return false;
  for (const chunk of overlapped) await cutOut(tx, write, chunk);
  await insertChunk(tx, { ...write, hash });
  return true;
}

/** Keeps what a chunk has before and after the range that is written. */
async function cutOut(tx: Tx, write: LineWrite, chunk: ChunkRow): Promise<void> {
  await tx.query('DELETE FROM metric_chunk WHERE run_id = $1 AND attempt = $2 AND stream = $3 AND seq = $4', [
    write.runId,
    chunk.attempt,
    write.stream,
    chunk.seq,
  ]);
  const rows = decodeExactRows(chunk.body);
  const first = Number(chunk.first_row);
  const before = rows.slice(0, Math.max(0, write.offset - first));
  const after = rows.slice(Math.max(0, write.offset + write.rows.length - first));
  const part = { ...write, attempt: chunk.attempt, late: chunk.late };
  if (before.length > 0)
    await insertChunk(tx, { ...part, offset: first, rows: before, hash: hashOf(before) });
  if (after.length > 0) {
    const offset = first + rows.length - after.length;
    await insertChunk(tx, { ...part, offset, rows: after, hash: hashOf(after) });
  }
}

async function insertChunk(tx: Tx, chunk: LineWrite & { readonly hash: Buffer }): Promise<void> {
  const steps = chunk.rows.flatMap((row) => stepOf(row) ?? []);
  const metrics = new Set(chunk.rows.flatMap((row) => [...row.keys()]));
  await tx.query(
    `INSERT INTO metric_chunk (run_id, attempt, stream, seq, first_row, row_count, first_step, last_step, metrics, late, codec,
       hash, body, received_at)
     SELECT $1, $2, $3, coalesce(max(seq), 0) + 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp()
     FROM metric_chunk WHERE run_id = $1 AND attempt = $2 AND stream = $3`,
    [
      chunk.runId,
      chunk.attempt,
      chunk.stream,
      chunk.offset,
      chunk.rows.length,
      steps.reduce<number | null>((least, step) => (least === null ? step : Math.min(least, step)), null),
      steps.reduce<number | null>((most, step) => (most === null ? step : Math.max(most, step)), null),
      [...metrics].map((name) => name.replaceAll('\u0000', '\ufffd')),
      chunk.late,
      EXACT_CODEC,
      chunk.hash,
      encodeExactRows(chunk.rows),
    ],
  );
}

/** One line of console output. */
export interface ConsoleLine {
  readonly stream: 'stdout' | 'stderr';
  readonly offsetMs: number;
  readonly text: string;
}

/** Writes console lines at a position: progress bars rewrite earlier lines. The run is locked by the caller. */
export async function storeConsole(
  tx: Tx,
  write: {
    readonly runId: string;
    readonly attempt: number;
    readonly offset: number;
    readonly stored: number;
    readonly lines: readonly ConsoleLine[];
  },
): Promise<void> {
  const { runId, offset } = write;
  const chunks = await tx.query<{ attempt: number; seq: number; first_line: bigint; body: Buffer }>(
    `SELECT attempt, seq, first_line, body FROM log_chunk
     WHERE run_id = $1 AND first_line < $3 AND first_line + line_count > $2 ORDER BY first_line`,
    [runId, offset, offset + write.lines.length],
  );
  for (const chunk of chunks) {
    const lines = [...decodeLogs(chunk.body)];
    write.lines.forEach((line, index) => {
      const at = offset + index - Number(chunk.first_line);
      if (at >= 0 && at < lines.length) lines[at] = line;
    });
    await tx.query(
      `UPDATE log_chunk SET body = $4, hash = $5 WHERE run_id = $1 AND attempt = $2 AND seq = $3`,
      [
        runId,
        chunk.attempt,
        chunk.seq,
        encodeLogs(lines),
        createHash('sha256').update(JSON.stringify(lines)).digest(),
      ],
    );
  }
  const fresh = write.lines.slice(Math.max(0, write.stored - offset));
  if (fresh.length === 0) return;
  const gap = Math.min(100_000, Math.max(0, offset - write.stored));
  const blank: ConsoleLine = { stream: 'stdout', offsetMs: 0, text: '' };
  const lines = [...Array.from({ length: gap }, () => blank), ...fresh];
  await tx.query(
    `INSERT INTO log_chunk (run_id, attempt, seq, first_line, line_count, hash, body, received_at)
     SELECT $1, $2, coalesce((SELECT max(seq) FROM log_chunk WHERE run_id = $1 AND attempt = $2), 0) + 1, $3, $4, $5, $6,
       clock_timestamp()`,
    [
      runId,
      write.attempt,
      write.stored,
      lines.length,
      createHash('sha256').update(JSON.stringify(lines)).digest(),
      encodeLogs(lines),
    ],
  );
}
