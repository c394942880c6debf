// The outbox as the relay sees it: claim due rows, and remove them once delivered. A claim is a lease of its own: a row whose
// relay dies becomes due again, so every row is delivered at least once.
import type { Database } from '@swath/persistence';
import type { OutboxTopic } from './notices.js';

/** A claimed row. */
export interface OutboxRow {
  readonly id: bigint;
  readonly topic: OutboxTopic;
  readonly key: string;
  readonly payload: Readonly<Record<string, string | number>>;
  readonly tries: number;
}

/** How long a claimed row is left to its relay. */
const CLAIM_SECONDS = 15;

/** Claims due rows, oldest first. */
export async function claimOutbox(db: Database, limit: number): Promise<OutboxRow[]> {
  const rows = await db.query<OutboxRow>(
    `UPDATE outbox SET tries = tries + 1, not_before = clock_timestamp() + $2 * interval '1 second'
     WHERE id IN (SELECT id FROM outbox WHERE not_before <= clock_timestamp() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING id, topic, key, payload, tries`,
    [limit, CLAIM_SECONDS],
  );
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Removes delivered rows. */
export async function settleOutbox(db: Database, ids: readonly bigint[]): Promise<void> {
  await db.query('DELETE FROM outbox WHERE id = ANY ($1::bigint[])', [ids.map(String)]);
}

/** Gives claimed rows back, to be tried again after a delay that doubles with each try, up to 30 s. */
export async function returnOutbox(db: Database, ids: readonly bigint[]): Promise<void> {
  await db.query(
    `UPDATE outbox SET not_before = clock_timestamp() + least(30, 0.25 * 2 ^ least(tries, 10)) * interval '1 second'
     WHERE id = ANY ($1::bigint[])`,
    [ids.map(String)],
  );
}
