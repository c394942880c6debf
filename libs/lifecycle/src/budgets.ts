// Budgets of organisations, teams and projects as a product: open one, change its limit, list them with what is left, and page
// through what moved. The API calls these; placement and renewals honour every budget on a sweep's path.
import { DomainError, formatMicros } from '@swath/contracts';
import type { Database, Queryable, Tx } from '@swath/persistence';
import { accountOf, budgetIdOf, lockBudgets, setLimit, type NewBudget } from './accounts.js';
import { endWhatIsBeyond, lockPools, openMidway } from './open-midway.js';
import { expectVersion } from './expect-version.js';
import { wakePool } from './notices.js';

/** Where a budget stands and what is left of it. Amounts are of its unit: micro-units, milli-GPU milliseconds, or a count. */
export interface BudgetSummary {
  readonly id: string;
  readonly scopeKind: 'org' | 'team' | 'project' | 'sweep';
  readonly scopeId: string;
  readonly scopeName: string;
  /** The project of the scope; null for an organisation or team. */
  readonly projectId: string | null;
  readonly unit: string;
  readonly mode: 'HARD' | 'SOFT' | 'MONITOR';
  readonly limit: bigint;
  readonly avail: bigint;
  readonly held: bigint;
  readonly spent: bigint;
  /** Spent beyond the limit; 0 while every agent keeps its deadlines. */
  readonly overdraft: bigint;
  /** What happens to running trials when the limit is set below what they hold. */
  readonly onExhaust: 'stop_new' | 'drain' | 'kill';
  /** Held or spent beyond a limit that was lowered: given back as trials end. */
  readonly pendingCut: bigint;
  readonly version: number;
  readonly createdAt: Date;
}

/** One version of a budget. */
export interface BudgetVersion {
  readonly version: number;
  readonly limit: bigint;
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** A budget to be opened on an organisation, team or project. */
export type ScopeBudget = Omit<NewBudget, 'scopeKind'> & {
  readonly scopeKind: 'org' | 'team' | 'project';
  readonly reason: string;
};

const scopeTables = { org: 'org', team: 'team', project: 'project' } as const;

/**
 * Opens a budget. What runs under it already counts, from the start of each attempt: `open-midway.ts`.
 *
 * @returns its id
 * @throws `budget/exists`, `budget/scope-not-found`
 */
export async function createBudget(tx: Tx, budget: ScopeBudget): Promise<string> {
  const id = budgetIdOf(budget.scopeId, budget.unit);
  await lockPools(tx, budget.orgId);
  await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('budget:' || $1, 0))`, [id]);
  const column = budget.scopeKind === 'org' ? 'id' : 'org_id';
  const scopes = await tx.query(
    `SELECT id FROM ${scopeTables[budget.scopeKind]} WHERE id = $1 AND ${column} = $2`,
    [budget.scopeId, budget.orgId],
  );
  if (scopes.length === 0) {
    throw new DomainError('budget/scope-not-found', `there is no ${budget.scopeKind} ${budget.scopeId}`);
  }
  const known = await tx.query('SELECT id FROM budget WHERE id = $1', [id]);
  if (known.length > 0) {
    throw new DomainError('budget/exists', `${budget.scopeKind} ${budget.scopeId} has the budget ${id}`);
  }
  return openMidway(tx, budget);
}

/** A new limit of a budget. */
export interface BudgetLimitChange {
  readonly orgId: string;
  readonly budgetId: string;
  readonly limit: bigint;
  readonly actor: string;
  readonly reason: string;
  /** The version that the caller saw; refused when another change came first. */
  readonly version?: number;
}

/**
 * Sets the limit of a budget as a new version with actor and reason, and lets placement look again. The limit that is in force
 * already makes no version. Below what is spent and held of a HARD budget nothing more starts or goes on under it, and the limit is
 * reached as holds are given back; with `kill` what runs is stopped at once.
 *
 * @throws `budget/not-found`, `request/precondition-failed`
 */
export async function changeBudgetLimit(db: Database, change: BudgetLimitChange): Promise<void> {
  await db.transaction(async (tx) => {
    const budget = (await lockBudgets(tx, [change.budgetId])).get(change.budgetId);
    const [row] = await tx.query<{ version: number; limit_amount: bigint }>(
      'SELECT version, limit_amount FROM budget WHERE id = $1 AND org_id = $2',
      [change.budgetId, change.orgId],
    );
    if (budget === undefined || row === undefined) throw unknownBudget(change.budgetId);
    expectVersion(`budget ${change.budgetId}`, row.version, change.version);
    if (row.limit_amount === change.limit) return;
    await setLimit(tx, budget, change);
    await endWhatIsBeyond(tx, budget.id);
    const pools = await tx.query<{ id: string }>('SELECT id FROM pool WHERE org_id = $1', [change.orgId]);
    for (const pool of pools) await wakePool(tx, pool.id);
  });
}

function unknownBudget(budgetId: string): DomainError {
  return new DomainError('budget/not-found', `there is no budget ${budgetId}`);
}

/** An amount of a unit for people: `1.500000 USD`, `3600.000000 GPU seconds`, `7 trials`. */
export function describeAmount(unit: string, amount: bigint): string {
  if (unit.startsWith('money:')) return `${formatMicros(amount)} ${unit.slice('money:'.length)}`;
  return unit === 'gpu_time' ? `${formatMicros(amount)} GPU seconds` : `${amount} ${unit}`;
}

const summary = `
  SELECT b.id, b.scope_kind AS "scopeKind", b.scope_id AS "scopeId", coalesce(o.name, t.name, p.name, s.name) AS "scopeName",
    coalesce(p.id, s.project_id) AS "projectId", b.unit, b.mode, b.limit_amount AS "limit", b.version, b.created_at AS "createdAt",
    avail.balance AS avail, held.balance AS held, spent.balance AS spent, -overdraft.balance AS overdraft, b.on_exhaust AS "onExhaust",
    CASE b.mode WHEN 'HARD' THEN greatest(0, avail.balance + held.balance + spent.balance + overdraft.balance - b.limit_amount)
      ELSE 0 END AS "pendingCut"
  FROM budget b
    JOIN ledger_account avail ON avail.id = b.id || ':avail' JOIN ledger_account held ON held.id = b.id || ':held'
    JOIN ledger_account spent ON spent.id = b.id || ':spent' JOIN ledger_account overdraft ON overdraft.id = b.id || ':overdraft'
    LEFT JOIN org o ON b.scope_kind = 'org' AND o.id = b.scope_id
    LEFT JOIN team t ON b.scope_kind = 'team' AND t.id = b.scope_id
    LEFT JOIN project p ON b.scope_kind = 'project' AND p.id = b.scope_id
    LEFT JOIN sweep s ON b.scope_kind = 'sweep' AND s.id = b.scope_id`;

/**
 * Budgets of an organisation with their balances, sorted by id. A key of one project sees those on its path: its own, its team's
 * and its organisation's. Budgets of sweeps are listed only when one sweep is asked for.
 */
export async function listBudgets(
  db: Queryable,
  filter: { readonly orgId: string; readonly projectId: string | null; readonly sweepId?: string },
): Promise<BudgetSummary[]> {
  return db.query<BudgetSummary>(
    `${summary} WHERE b.org_id = $1 AND CASE WHEN $3::text IS NULL THEN b.scope_kind <> 'sweep'
         ELSE b.scope_kind = 'sweep' AND b.scope_id = $3 END
       AND ($2::text IS NULL OR b.scope_kind = 'org' OR p.id = $2 OR s.project_id = $2
         OR b.scope_kind = 'team' AND b.scope_id = (SELECT team_id FROM project WHERE id = $2))
     ORDER BY b.id`,
    [filter.orgId, filter.projectId, filter.sweepId ?? null],
  );
}

/** One budget that a key of the organisation, or of the project, may see. @throws `budget/not-found` */
export async function readBudget(
  db: Queryable,
  budget: { readonly budgetId: string; readonly orgId: string; readonly projectId: string | null },
): Promise<BudgetSummary> {
  const [row] = await db.query<BudgetSummary>(
    `${summary} WHERE b.id = $1 AND b.org_id = $2 AND ($3::text IS NULL OR b.scope_kind = 'org' OR p.id = $3
       OR s.project_id = $3 OR b.scope_kind = 'team' AND b.scope_id = (SELECT team_id FROM project WHERE id = $3))`,
    [budget.budgetId, budget.orgId, budget.projectId],
  );
  if (row === undefined) throw unknownBudget(budget.budgetId);
  return row;
}

/** The latest versions of a budget, newest first. */
export async function readBudgetVersions(
  db: Queryable,
  budgetId: string,
  limit: number,
): Promise<BudgetVersion[]> {
  return db.query<BudgetVersion>(
    `SELECT version, limit_amount AS "limit", actor, reason, at FROM budget_version WHERE budget_id = $1
     ORDER BY version DESC LIMIT $2`,
    [budgetId, limit],
  );
}

/** A ledger transaction as one budget sees it. */
export interface BudgetEntry {
  readonly seq: bigint;
  readonly kind: string;
  readonly at: Date;
  readonly leaseId: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  /** Accounts by their kind; `issuer` is outside the budget. */
  readonly transfers: readonly { readonly from: string; readonly to: string; readonly amount: string }[];
}

/** Transactions that moved something of a budget, newest first, before `before` when it is given. */
export async function listBudgetEntries(
  db: Queryable,
  page: { readonly budgetId: string; readonly before: bigint | null; readonly limit: number },
): Promise<BudgetEntry[]> {
  const accounts = (['avail', 'held', 'spent', 'overdraft'] as const).map((kind) =>
    accountOf(page.budgetId, kind),
  );
  return db.query<BudgetEntry>(
    `WITH moved AS (
       SELECT DISTINCT m.seq FROM unnest($1::text[]) account CROSS JOIN LATERAL (
         (SELECT txn_seq AS seq FROM ledger_transfer WHERE from_account = account AND ($2::bigint IS NULL OR txn_seq < $2)
           ORDER BY txn_seq DESC LIMIT $3)
         UNION ALL
         (SELECT txn_seq FROM ledger_transfer WHERE to_account = account AND ($2::bigint IS NULL OR txn_seq < $2)
           ORDER BY txn_seq DESC LIMIT $3)) m
       ORDER BY m.seq DESC LIMIT $3)
     SELECT t.seq, t.kind, t.at, t.lease_id AS "leaseId", t.actor, t.reason,
       jsonb_agg(jsonb_build_object('from', f.kind, 'to', o.kind, 'amount', x.amount::text) ORDER BY x.n) AS transfers
     FROM moved m JOIN ledger_txn t ON t.seq = m.seq JOIN ledger_transfer x ON x.txn_seq = t.seq
       JOIN ledger_account f ON f.id = x.from_account JOIN ledger_account o ON o.id = x.to_account
     WHERE f.id = ANY ($1) OR o.id = ANY ($1)
     GROUP BY t.seq ORDER BY t.seq DESC`,
    [accounts, page.before, page.limit],
  );
}
