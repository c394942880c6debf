/** Budgets and ledger rows as the API shows them: exact amounts as decimal strings. */
import { formatMicros, parseMicros } from '@swath/contracts';
import type { BudgetDetail, BudgetEntryView, BudgetView } from '@swath/contracts';
import type { BudgetEntry, BudgetSummary, BudgetVersion } from '@swath/lifecycle';

/** An amount in currency units, GPU seconds or a count. */
function amountOf(unit: string, amount: bigint): string {
  return unit.startsWith('money:') || unit === 'gpu_time' ? formatMicros(amount) : amount.toString();
}

/** Ledger units of an amount that the schema has checked. GPU seconds have six digits too: milli-GPU milliseconds. */
export function ledgerAmount(text: string): bigint {
  return parseMicros(text) ?? 0n;
}

/** A budget. */
export function toBudgetView(row: BudgetSummary): BudgetView {
  return {
    id: row.id,
    scope: { kind: row.scopeKind, id: row.scopeId, name: row.scopeName },
    unit: row.unit,
    mode: row.mode,
    limit: amountOf(row.unit, row.limit),
    spent: amountOf(row.unit, row.spent),
    held: amountOf(row.unit, row.held),
    available: amountOf(row.unit, row.avail),
    pendingCut: amountOf(row.unit, row.pendingCut),
    onExhaust: row.onExhaust,
    overdraft: amountOf(row.unit, row.overdraft),
    version: row.version,
    createdAt: row.createdAt.toISOString(),
  };
}

/** A budget with its versions. */
export function toBudgetDetail(row: BudgetSummary, versions: readonly BudgetVersion[]): BudgetDetail {
  return {
    ...toBudgetView(row),
    versions: versions.map(({ limit, at, ...version }) => ({
      ...version,
      limit: amountOf(row.unit, limit),
      at: at.toISOString(),
    })),
  };
}

/** A ledger transaction. */
export function toBudgetEntry(unit: string, { seq, at, transfers, ...entry }: BudgetEntry): BudgetEntryView {
  return {
    ...entry,
    seq: seq.toString(),
    at: at.toISOString(),
    transfers: transfers.map(({ from, to, amount }) => ({
      from,
      to,
      amount: amountOf(unit, BigInt(amount)),
    })),
  };
}
