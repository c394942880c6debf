// The ledger as the transactions here use it: lock the accounts of every budget involved, in id order, then post. Balances
// move only inside `ledger_post`; amounts come from @swath/ledger.
import type { AccountKind, Transfer } from '@swath/ledger';
import { DomainError } from '@swath/contracts';
import type { Queryable, Tx } from '@swath/persistence';

/** A budget with the balances of its accounts. */
export interface BudgetAccounts {
  readonly id: string;
  readonly orgId: string;
  readonly unit: string;
  readonly hard: boolean;
  readonly limit: bigint;
  readonly scopeKind: string;
  readonly scopeId: string;
  readonly onExhaust: string;
  readonly balance: Record<AccountKind, bigint>;
}

interface AccountRow {
  readonly budget_id: string;
  readonly kind: AccountKind;
  readonly balance: bigint;
  readonly unit: string;
  readonly mode: string;
  readonly scope_kind: string;
  readonly scope_id: string;
  readonly on_exhaust: string;
  readonly org_id: string;
  readonly limit_amount: bigint;
}

/** Account id of a budget. */
export function accountOf(budgetId: string, kind: AccountKind): string {
  return `${budgetId}:${kind}`;
}

/** Locks the accounts of these budgets, in id order, and reads them. Unknown ids are left out. */
export async function lockBudgets(
  tx: Tx,
  budgetIds: readonly string[],
): Promise<Map<string, BudgetAccounts>> {
  if (budgetIds.length === 0) return new Map();
  const rows = await tx.query<AccountRow>('SELECT * FROM ledger_lock($1)', [[...new Set(budgetIds)]]);
  return collect(rows);
}

/** Reads the accounts of a sweep's own budgets without a lock. */
export async function readSweepBudgets(db: Queryable, sweepId: string): Promise<BudgetAccounts[]> {
  const rows = await db.query<AccountRow>(
    `SELECT a.budget_id, a.kind, a.balance, a.unit, a.mode, b.org_id, b.scope_kind, b.scope_id, b.on_exhaust, b.limit_amount
     FROM budget b JOIN ledger_account a ON a.budget_id = b.id WHERE b.scope_kind = 'sweep' AND b.scope_id = $1`,
    [sweepId],
  );
  return [...collect(rows).values()];
}

function collect(rows: readonly AccountRow[]): Map<string, BudgetAccounts> {
  const budgets = new Map<string, BudgetAccounts>();
  for (const row of rows) {
    const known = budgets.get(row.budget_id) ?? {
      id: row.budget_id,
      orgId: row.org_id,
      unit: row.unit,
      hard: row.mode === 'HARD',
      limit: row.limit_amount,
      scopeKind: row.scope_kind,
      scopeId: row.scope_id,
      onExhaust: row.on_exhaust,
      balance: { avail: 0n, held: 0n, spent: 0n, overdraft: 0n },
    };
    known.balance[row.kind] = row.balance;
    budgets.set(row.budget_id, known);
  }
  return budgets;
}

/**
 * Budgets that govern the leases of sweeps: those on their path in GPU time and in the currency the lease is priced in. Money of
 * another currency is never converted, so such a budget does not see the lease. Sorted by id.
 */
export async function budgetsOfSweeps(
  tx: Queryable,
  sweepIds: readonly string[],
  currency: string | undefined,
): Promise<Map<string, string[]>> {
  const rows = await tx.query<{ sweep_id: string; budget_ids: string[] }>(
    `SELECT s.id AS sweep_id, array_agg(b.id ORDER BY b.id) AS budget_ids
     FROM sweep s
     JOIN budget b ON (b.unit = 'gpu_time' OR b.unit = 'money:' || $2) AND (
       (b.scope_kind = 'sweep' AND b.scope_id = s.id) OR (b.scope_kind = 'project' AND b.scope_id = s.project_id) OR
       (b.scope_kind = 'team' AND b.scope_id = s.team_id) OR (b.scope_kind = 'org' AND b.scope_id = s.org_id))
     WHERE s.id = ANY ($1) GROUP BY s.id`,
    [sweepIds, currency ?? ''],
  );
  return new Map(rows.map((row) => [row.sweep_id, row.budget_ids]));
}

/** One ledger transaction to be posted. */
export interface Posting {
  readonly orgId: string;
  readonly kind: 'grant' | 'limit_cut' | 'hold' | 'extend' | 'settle' | 'consume' | 'credit' | 'adjust';
  /** Derived from what the event is, never random. */
  readonly key: string;
  readonly leaseId?: string;
  readonly actor?: string;
  readonly reason?: string;
  readonly transfers: readonly { readonly from: string; readonly to: string; readonly amount: bigint }[];
}

/** Transfers of one budget as account ids. */
export function inBudget(budgetId: string, transfers: readonly Transfer[]): Posting['transfers'] {
  return transfers.map(({ from, to, amount }) => ({
    from: accountOf(budgetId, from),
    to: accountOf(budgetId, to),
    amount,
  }));
}

/**
 * Posts ledger transactions. One that was posted before under the same key with the same content is left as it is.
 *
 * @returns for each posting whether it was new
 * @throws `ledger/conflict` if a key was used with other content
 */
export async function post(tx: Tx, postings: readonly Posting[]): Promise<boolean[]> {
  const wanted = postings.filter((posting) => posting.transfers.length > 0);
  if (wanted.length === 0) return postings.map(() => true);
  const entries = wanted.map((posting) => {
    const transfers = posting.transfers.map(({ from, to, amount }) => ({
      from,
      to,
      amount: amount.toString(),
    }));
    return { ...posting, transfers, hash: transfers.map((t) => `${t.from}>${t.to}:${t.amount}`).join(';') };
  });
  try {
    const rows = await tx.query<{ ledger_post: boolean }>('SELECT ledger_post($1::jsonb)', [
      JSON.stringify(entries),
    ]);
    return rows.map((row) => row.ledger_post);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'SW001') {
      throw new DomainError('ledger/conflict', error.message, { cause: error });
    }
    throw error;
  }
}

/** A budget to be opened together with its scope. */
export interface NewBudget {
  readonly orgId: string;
  readonly scopeKind: 'org' | 'team' | 'project' | 'sweep';
  readonly scopeId: string;
  readonly unit: string;
  readonly limit: bigint;
  readonly mode: 'HARD' | 'SOFT' | 'MONITOR';
  readonly onExhaust: 'stop_new' | 'drain' | 'kill';
  readonly actor: string;
  /** Why the limit is what it is; kept with its version. */
  readonly reason?: string;
}

/** Id of the budget of a scope in a unit. */
export function budgetIdOf(scopeId: string, unit: string): string {
  return `bd_${scopeId}_${unit.replace(':', '-')}`;
}

/** Opens a budget: its row, its accounts, and the grant of its limit. */
export async function openBudget(tx: Tx, budget: NewBudget): Promise<string> {
  const id = budgetIdOf(budget.scopeId, budget.unit);
  const issuer = `issuer:${budget.orgId}:${budget.unit}`;
  await tx.query(
    `INSERT INTO budget (id, org_id, scope_kind, scope_id, unit, mode, on_exhaust, limit_amount)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      id,
      budget.orgId,
      budget.scopeKind,
      budget.scopeId,
      budget.unit,
      budget.mode,
      budget.onExhaust,
      budget.limit,
    ],
  );
  await writeVersion(tx, id, { actor: budget.actor, reason: budget.reason ?? 'opened with its scope' });
  await tx.query(
    `INSERT INTO ledger_account (id, org_id, budget_id, unit, kind, mode) VALUES ($1, $2, NULL, $3, 'issuer', 'MONITOR')
     ON CONFLICT (id) DO NOTHING`,
    [issuer, budget.orgId, budget.unit],
  );
  await tx.query(
    `INSERT INTO ledger_account (id, org_id, budget_id, unit, kind, mode)
     SELECT $1 || ':' || kind, $2, $1, $3, kind, $4 FROM unnest(ARRAY['avail', 'held', 'spent', 'overdraft']) kind`,
    [id, budget.orgId, budget.unit, budget.mode],
  );
  await post(tx, [
    {
      orgId: budget.orgId,
      kind: 'grant',
      key: `grant:${id}:1`,
      actor: budget.actor,
      transfers:
        budget.limit === 0n ? [] : [{ from: issuer, to: accountOf(id, 'avail'), amount: budget.limit }],
    },
  ]);
  return id;
}

/** A new limit of a budget whose accounts are locked. */
export interface LimitSetting {
  readonly orgId: string;
  readonly limit: bigint;
  readonly actor: string;
  readonly reason: string;
}

/** What is spent or held of a budget; its limit cannot be cut below. */
export function committedOf({ balance }: Pick<BudgetAccounts, 'balance'>): bigint {
  return balance.held + balance.spent + balance.overdraft;
}

/** Everything that was granted to a budget and not taken back. */
function grantedOf(budget: Pick<BudgetAccounts, 'balance'>): bigint {
  return budget.balance.avail + committedOf(budget);
}

/**
 * What is still to be taken back from a HARD budget whose limit was set below what was held of it: nothing of it may be held anew, and
 * it goes as holds are given back (`cutsOf`).
 *
 * @source cost and reliability, section 1.3 (`pending_cut`). Differs: it is not stored, it is what is granted beyond the limit.
 */
export function pendingCutOf(budget: Pick<BudgetAccounts, 'balance' | 'hard' | 'limit'>): bigint {
  const beyond = grantedOf(budget) - budget.limit;
  return budget.hard && beyond > 0n ? beyond : 0n;
}

/** What may be held anew of a budget: what is available, without what is to be taken back. */
export function spendableOf(budget: Pick<BudgetAccounts, 'balance' | 'hard' | 'limit'>): bigint {
  return budget.balance.avail - pendingCutOf(budget);
}

/** Moves balances as a posting will. */
export function applyTransfers(budget: BudgetAccounts, transfers: readonly Transfer[]): void {
  for (const { from, to, amount } of transfers) {
    budget.balance[from] -= amount;
    budget.balance[to] += amount;
  }
}

/**
 * The postings that take back what budgets have to give now. Their balances are as after the postings of the same transaction.
 *
 * @param event what gave the holds back; makes the keys
 */
export function cutsOf(budgets: Iterable<BudgetAccounts>, event: string): Posting[] {
  return [...budgets].flatMap((budget): Posting[] => {
    const pending = pendingCutOf(budget);
    const { avail } = budget.balance;
    const amount = avail < pending ? avail : pending;
    if (amount <= 0n) return [];
    const to = `issuer:${budget.orgId}:${budget.unit}`;
    return [
      {
        orgId: budget.orgId,
        kind: 'limit_cut',
        key: `cut:${event}:${budget.id}`,
        reason: 'holds beyond the limit were given back',
        transfers: [{ from: accountOf(budget.id, 'avail'), to, amount }],
      },
    ];
  });
}

/**
 * Sets the limit of a budget as its next version and grants or takes back the difference. The caller has locked the accounts. Of a HARD
 * budget no more is taken back than is available; the rest follows as holds are given back.
 *
 * @returns the new version
 */
export async function setLimit(tx: Tx, budget: BudgetAccounts, setting: LimitSetting): Promise<number> {
  const committed = committedOf(budget);
  const target = budget.hard && setting.limit < committed ? committed : setting.limit;
  const delta = target - grantedOf(budget);
  const [row] = await tx.query<{ version: number }>(
    'UPDATE budget SET limit_amount = $2, version = version + 1 WHERE id = $1 RETURNING version',
    [budget.id, setting.limit],
  );
  const version = row?.version ?? 0;
  await writeVersion(tx, budget.id, setting);
  const [issuer, avail] = [`issuer:${setting.orgId}:${budget.unit}`, accountOf(budget.id, 'avail')];
  const moved =
    delta > 0n ? { from: issuer, to: avail, amount: delta } : { from: avail, to: issuer, amount: -delta };
  await post(tx, [
    {
      orgId: setting.orgId,
      kind: delta < 0n ? 'limit_cut' : 'grant',
      key: `limit:${budget.id}:${version}`,
      actor: setting.actor,
      reason: setting.reason,
      transfers: delta === 0n ? [] : [moved],
    },
  ]);
  return version;
}

async function writeVersion(
  tx: Tx,
  budgetId: string,
  { actor, reason }: { readonly actor: string; readonly reason: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO budget_version (budget_id, version, limit_amount, actor, reason, at)
     SELECT id, version, limit_amount, $2, $3, clock_timestamp() FROM budget WHERE id = $1`,
    [budgetId, actor, reason],
  );
}
