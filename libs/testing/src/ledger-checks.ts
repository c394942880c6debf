// Invariants of the ledger as queries over its own rows, for every test that moves money.
import type { Queryable } from '@swath/persistence';

/** A moment at which a budget was beyond its grant: spent and held together exceed what had been granted. */
export interface Overshoot {
  readonly budgetId: string;
  readonly seq: bigint;
  readonly committed: bigint;
  readonly granted: bigint;
}

/** Replays every transfer in order and lists each moment at which spent + held exceeded the grant. Empty: the cap held. */
export async function overshoots(db: Queryable): Promise<Overshoot[]> {
  return db.query<Overshoot>(`
    WITH moves AS (
      SELECT t.seq, a.budget_id, a.kind, f.amount AS delta FROM ledger_txn t JOIN ledger_transfer f ON f.txn_seq = t.seq
        JOIN ledger_account a ON a.id = f.to_account WHERE a.budget_id IS NOT NULL
      UNION ALL
      SELECT t.seq, a.budget_id, a.kind, -f.amount FROM ledger_txn t JOIN ledger_transfer f ON f.txn_seq = t.seq
        JOIN ledger_account a ON a.id = f.from_account WHERE a.budget_id IS NOT NULL),
    steps AS (
      SELECT budget_id, seq, sum(delta) FILTER (WHERE kind IN ('held', 'spent')) AS committed, sum(delta) AS granted
      FROM moves GROUP BY budget_id, seq),
    totals AS (
      SELECT budget_id, seq, sum(coalesce(committed, 0)) OVER w AS committed, sum(granted) OVER w AS granted
      FROM steps WINDOW w AS (PARTITION BY budget_id ORDER BY seq))
    SELECT budget_id AS "budgetId", seq, committed::bigint AS committed, granted::bigint AS granted
    FROM totals WHERE committed > granted ORDER BY seq`);
}

/** Accounts whose balance is not the sum of their transfers, and units whose accounts do not sum to zero. Empty: no drift. */
export async function ledgerDrift(db: Queryable): Promise<object[]> {
  return db.query(`
    SELECT a.id AS what, a.balance::text AS balance FROM ledger_account a
    WHERE a.balance <> coalesce((SELECT sum(amount) FROM ledger_transfer WHERE to_account = a.id), 0) -
      coalesce((SELECT sum(amount) FROM ledger_transfer WHERE from_account = a.id), 0)
    UNION ALL
    SELECT unit, sum(balance)::text FROM ledger_account GROUP BY org_id, unit HAVING sum(balance) <> 0`);
}
