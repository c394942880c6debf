// Proves the books from their own rows: balances are their transfers, every unit sums to zero, each hold was resolved exactly once,
// and usage records say what was settled. Read-only; `swath ledger verify` and tests call it.
import type { Database, Tx } from '@swath/persistence';

/** A rule of the ledger. */
export type LedgerRule =
  'balance' | 'unit-sum' | 'grant' | 'overdraft' | 'hold' | 'settled-once' | 'usage-record' | 'usage-amount';

/** One breach. */
export interface LedgerFinding {
  readonly rule: LedgerRule;
  /** The account, budget or lease it is about. */
  readonly subject: string;
  readonly expected: string;
  readonly found: string;
}

/** What was looked at and what was wrong. */
export interface LedgerVerification {
  readonly checked: {
    readonly accounts: number;
    readonly transactions: number;
    readonly leases: number;
    readonly usageRecords: number;
  };
  /** Breaches, at most 100 of each rule; empty when the books agree. */
  readonly findings: readonly LedgerFinding[];
}

const MAX_FINDINGS = 100;

/** What moved for a lease in a budget: net into `held`, net into `spent`, and how often it was held and settled. */
const movesOfLeases = `
  SELECT t.lease_id, a.budget_id,
    sum(CASE WHEN a.kind = 'held' THEN CASE WHEN x.to_account = a.id THEN x.amount ELSE -x.amount END ELSE 0 END) AS held,
    sum(CASE WHEN a.kind = 'spent' THEN CASE WHEN x.to_account = a.id THEN x.amount ELSE -x.amount END ELSE 0 END) AS spent,
    count(DISTINCT t.seq) FILTER (WHERE t.kind = 'hold') AS holds,
    count(DISTINCT t.seq) FILTER (WHERE t.kind = 'settle') AS settles
  FROM ledger_txn t JOIN ledger_transfer x ON x.txn_seq = t.seq
    JOIN ledger_account a ON a.id IN (x.from_account, x.to_account) AND a.budget_id IS NOT NULL
  WHERE t.org_id = $1 AND t.lease_id IS NOT NULL GROUP BY t.lease_id, a.budget_id`;

/** For each rule, a statement whose rows are its breaches. `$1` is the organisation. */
const rules: Readonly<Record<LedgerRule, string>> = {
  balance: `
    SELECT a.id AS subject, coalesce(m.sum, 0)::text AS expected, a.balance::text AS found
    FROM ledger_account a LEFT JOIN (
      SELECT account, sum(amount) AS sum FROM (
        SELECT to_account AS account, amount FROM ledger_transfer
        UNION ALL SELECT from_account, -amount FROM ledger_transfer) moves GROUP BY account) m ON m.account = a.id
    WHERE a.org_id = $1 AND a.balance <> coalesce(m.sum, 0)`,
  'unit-sum': `
    SELECT unit AS subject, '0' AS expected, sum(balance)::text AS found FROM ledger_account
    WHERE org_id = $1 GROUP BY unit HAVING sum(balance) <> 0`,
  grant: `
    SELECT b.id AS subject, b.limit_amount::text AS expected, sum(a.balance)::text AS found
    FROM budget b JOIN ledger_account a ON a.budget_id = b.id WHERE b.org_id = $1
    GROUP BY b.id HAVING sum(a.balance) <> b.limit_amount
      -- A limit set below what is held follows as holds are given back; until then nothing is available.
      AND NOT (b.mode = 'HARD' AND sum(a.balance) > b.limit_amount AND sum(a.balance) FILTER (WHERE a.kind = 'avail') = 0)`,
  overdraft: `
    SELECT id AS subject, '0' AS expected, balance::text AS found FROM ledger_account
    WHERE org_id = $1 AND kind = 'overdraft' AND mode = 'HARD' AND balance <> 0`,
  hold: `
    SELECT coalesce(h.lease_id, m.lease_id) || ' in ' || coalesce(h.budget_id, m.budget_id) AS subject,
      format('held %s, spent %s', CASE WHEN l.state IN ('ahead', 'live') THEN coalesce(m.held, 0) ELSE 0 END, coalesce(m.spent, 0)) AS expected,
      format('held %s, spent %s', coalesce(h.held, 0), coalesce(h.spent, 0)) AS found
    FROM (SELECT h.* FROM lease_hold h JOIN budget b ON b.id = h.budget_id WHERE b.org_id = $1) h
      FULL JOIN (${movesOfLeases}) m ON m.lease_id = h.lease_id AND m.budget_id = h.budget_id
      JOIN lease l ON l.id = coalesce(h.lease_id, m.lease_id)
    WHERE coalesce(h.held, 0) <> coalesce(m.held, 0) OR coalesce(h.spent, 0) <> coalesce(m.spent, 0)
      OR l.state NOT IN ('ahead', 'live') AND coalesce(h.held, 0) <> 0`,
  'settled-once': `
    SELECT m.lease_id || ' in ' || m.budget_id AS subject,
      format('1 hold, %s settled', CASE WHEN l.state IN ('ahead', 'live') THEN 0 ELSE 1 END) AS expected,
      format('%s hold, %s settled', m.holds, m.settles) AS found
    FROM (${movesOfLeases}) m JOIN lease l ON l.id = m.lease_id
    WHERE m.holds <> 1 OR m.settles <> CASE WHEN l.state IN ('ahead', 'live') THEN 0 ELSE 1 END`,
  'usage-record': `
    SELECT l.id AS subject, CASE WHEN l.state IN ('ahead', 'live', 'released') THEN 'no record' ELSE 'one record' END AS expected,
      CASE WHEN u.lease_id IS NULL THEN 'no record' ELSE 'one record' END AS found
    FROM lease l JOIN sweep s ON s.id = l.sweep_id LEFT JOIN usage_record u ON u.lease_id = l.id
    WHERE s.org_id = $1 AND (l.state IN ('ahead', 'live', 'released')) = (u.lease_id IS NOT NULL)`,
  'usage-amount': `
    SELECT u.lease_id || ' in ' || h.budget_id AS subject,
      CASE b.unit WHEN 'gpu_time' THEN u.milli_gpu_ms ELSE u.cost_micros END::text AS expected, h.spent::text AS found
    FROM usage_record u JOIN lease_hold h ON h.lease_id = u.lease_id JOIN budget b ON b.id = h.budget_id
    WHERE u.org_id = $1 AND h.spent <> CASE b.unit WHEN 'gpu_time' THEN u.milli_gpu_ms ELSE u.cost_micros END
    UNION ALL
    SELECT t.id, sum(u.cost_micros)::text, t.spent_micros::text
    FROM usage_record u JOIN trial t ON t.id = u.trial_id WHERE u.org_id = $1
    GROUP BY t.id HAVING sum(u.cost_micros) <> t.spent_micros`,
};

const ruleNames: readonly LedgerRule[] = [
  'balance',
  'unit-sum',
  'grant',
  'overdraft',
  'hold',
  'settled-once',
  'usage-record',
  'usage-amount',
];

/** Checks the ledger of an organisation on one snapshot, while it is in use. */
export async function verifyLedger(db: Database, orgId: string): Promise<LedgerVerification> {
  return db.transaction(async (tx) => {
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const checked = await count(tx, orgId);
    const findings: LedgerFinding[] = [];
    for (const rule of ruleNames) {
      const rows = await tx.query<Omit<LedgerFinding, 'rule'>>(
        `SELECT * FROM (${rules[rule]}) breach ORDER BY subject LIMIT ${MAX_FINDINGS}`,
        [orgId],
      );
      findings.push(...rows.map((row) => ({ rule, ...row })));
    }
    return { checked, findings };
  });
}

async function count(tx: Tx, orgId: string): Promise<LedgerVerification['checked']> {
  const [row] = await tx.query<LedgerVerification['checked']>(
    `SELECT (SELECT count(*) FROM ledger_account WHERE org_id = $1)::int AS accounts,
       (SELECT count(*) FROM ledger_txn WHERE org_id = $1)::int AS transactions,
       (SELECT count(*) FROM lease l JOIN sweep s ON s.id = l.sweep_id WHERE s.org_id = $1)::int AS leases,
       (SELECT count(*) FROM usage_record WHERE org_id = $1)::int AS "usageRecords"`,
    [orgId],
  );
  return row ?? { accounts: 0, transactions: 0, leases: 0, usageRecords: 0 };
}
