// Reading a run's streams back: by steps, thinned out without hiding a spike, or the newest line. A step that was written twice
// is read once, the last one; several writers of one run keep all their rows.
import { decodeExactRows, stepOf, type ExactRow, type Queryable } from '@swath/persistence';
import { FORK_STREAM } from './fork-run.js';

/** Which stream: what the user logs, or the machine's own measurements. */
export type StreamKind = 'history' | 'events';

/** A range of steps; `to` is exclusive. */
export interface StepRange {
  readonly from?: number;
  readonly to?: number;
}

interface Chunk {
  readonly stream: string;
  readonly first_row: bigint;
  readonly body: Buffer;
}

/** Rows of a stream in the order of their steps. */
export async function readHistory(
  db: Queryable,
  request: {
    readonly runId: string;
    readonly kind: StreamKind;
    readonly range?: StepRange;
    /** Only rows of chunks that hold all of these. */
    readonly names?: readonly string[];
  },
): Promise<ExactRow[]> {
  const { range } = request;
  const chunks = await db.query<Chunk>(
    `SELECT stream, first_row, body FROM metric_chunk
     WHERE run_id = $1 AND (stream = 'events' OR stream LIKE 'events-%') = $2
       AND ($3::bigint IS NULL OR last_step >= $3) AND ($4::bigint IS NULL OR first_step < $4)
       AND ($5::text[] IS NULL OR metrics @> $5)
     ORDER BY stream, first_row`,
    [
      request.runId,
      request.kind === 'events',
      range?.from ?? null,
      range?.to ?? null,
      request.names === undefined ? null : [...request.names],
    ],
  );
  const rows: ExactRow[] = [];
  for (const chunk of chunks) rows.push(...numbered(decodeExactRows(chunk.body), Number(chunk.first_row)));
  const inRange = rows.filter((row) => {
    const step = stepOf(row) ?? 0;
    return step >= (range?.from ?? -Infinity) && step < (range?.to ?? Infinity);
  });
  if (request.kind === 'events') return inRange;
  const writers = new Set(chunks.map((chunk) => chunk.stream));
  writers.delete(FORK_STREAM);
  const shared = writers.size > 1;
  return shared ? inRange : lastOfEachStep(inRange);
}

/** A row without a step has its position for one. */
function numbered(rows: readonly ExactRow[], first: number): ExactRow[] {
  return rows.map((row, index) =>
    row.has('_step') ? row : new Map([...row, ['_step', String(first + index)]]),
  );
}

function lastOfEachStep(rows: readonly ExactRow[]): ExactRow[] {
  const byStep = new Map<number, ExactRow>();
  for (const row of rows) byStep.set(stepOf(row) ?? 0, row);
  return [...byStep].sort(([a], [b]) => a - b).map(([, row]) => row);
}

/** The newest line of a stream. */
export async function readTail(
  db: Queryable,
  runId: string,
  kind: StreamKind,
): Promise<ExactRow | undefined> {
  const [chunk] = await db.query<Chunk>(
    `SELECT stream, first_row, body FROM metric_chunk
     WHERE run_id = $1 AND (stream = 'events' OR stream LIKE 'events-%') = $2
     ORDER BY last_step DESC NULLS LAST, first_row DESC LIMIT 1`,
    [runId, kind === 'events'],
  );
  return chunk === undefined
    ? undefined
    : numbered(decodeExactRows(chunk.body), Number(chunk.first_row)).at(-1);
}

/** Names that were logged. */
export async function readHistoryNames(db: Queryable, runId: string): Promise<string[]> {
  const rows = await db.query<{ name: string }>(
    `SELECT DISTINCT unnest(metrics) AS name FROM metric_chunk
     WHERE run_id = $1 AND stream <> 'events' AND stream NOT LIKE 'events-%' ORDER BY name`,
    [runId],
  );
  return rows.map((row) => row.name);
}

/**
 * At most `count` of the rows, first and last among them. With `measure`, the least and the greatest of each stretch are kept,
 * so that a spike stays visible.
 */
export function thinOut<Row>(
  rows: readonly Row[],
  count: number,
  measure?: (row: Row) => number,
): readonly Row[] {
  if (rows.length <= count) return rows;
  if (count < 2) return rows.slice(0, Math.max(0, count));
  const kept = new Set<number>([0, rows.length - 1]);
  const stretches = measure === undefined ? count - 1 : Math.max(1, Math.floor((count - 2) / 2));
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const from = Math.floor((stretch * rows.length) / stretches);
    const to = Math.floor(((stretch + 1) * rows.length) / stretches);
    if (measure === undefined) kept.add(from);
    else for (const index of extremes(rows, from, to, measure)) kept.add(index);
  }
  return rows.filter((_, index) => kept.has(index));
}

function extremes<Row>(
  rows: readonly Row[],
  from: number,
  to: number,
  measure: (row: Row) => number,
): number[] {
  let least = from;
  let most = from;
  const valueAt = (index: number): number => {
    const row = rows[index];
    return row === undefined ? NaN : measure(row);
  };
  for (let index = from; index < to; index += 1) {
    // Nothing compares with NaN: a stretch that begins with one would lose what lies behind it.
    if (Number.isNaN(valueAt(least)) || valueAt(index) < valueAt(least)) least = index;
    if (Number.isNaN(valueAt(most)) || valueAt(index) > valueAt(most)) most = index;
  }
  return [least, most];
}
