// The event stream of a project. Sequence numbers are given before commit, so a reader that only followed them would skip a
// row of a slower transaction. Readers therefore see rows of finished transactions only, ordered by transaction, then number.
import type { Queryable } from '@swath/persistence';

/** A position in the stream: everything up to and with it has been seen. `<txid>-<seq>` on the wire. */
export interface EventCursor {
  readonly txid: bigint;
  readonly seq: bigint;
}

/** One event. */
export interface EventRow {
  readonly cursor: EventCursor;
  readonly topic: string;
  readonly name: string;
  readonly entity: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** Reads events after a cursor, in order. Empty `topics` means all of the project. */
export async function readEvents(
  db: Queryable,
  request: {
    readonly projectId: string;
    readonly after: EventCursor;
    readonly topics: readonly string[];
    readonly limit: number;
  },
): Promise<EventRow[]> {
  const rows = await db.query<{
    txid: bigint;
    seq: bigint;
    topic: string;
    name: string;
    entity: EventRow['entity'];
    at: Date;
  }>(
    `SELECT txid, seq, topic, name, entity, at FROM event
     WHERE project_id = $1 AND (txid, seq) > ($2::bigint, $3::bigint)
       AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
       AND (cardinality($4::text[]) = 0 OR topic = ANY ($4)) ORDER BY txid, seq LIMIT $5`,
    [request.projectId, request.after.txid, request.after.seq, [...request.topics], request.limit],
  );
  return rows.map(({ txid, seq, ...event }) => ({ ...event, cursor: { txid, seq } }));
}

/** The newest position: a stream that starts here sees only what comes. */
export async function newestCursor(db: Queryable): Promise<EventCursor> {
  const [row] = await db.query<{ txid: bigint }>(
    `SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1) AS txid`,
  );
  return { txid: row?.txid ?? 0n, seq: 9_223_372_036_854_775_807n };
}
