// A budget that is opened while trials run counts them: each live lease of its scope is held in it to its certain end, with what its
// attempt has used since its start. So a cap set in the middle of a run is a cap on what runs, and not only on what comes after.
import { amountOf } from '@swath/ledger';
import type { Tx } from '@swath/persistence';
import {
  inBudget,
  lockBudgets,
  openBudget,
  pendingCutOf,
  post,
  type NewBudget,
  type Posting,
} from './accounts.js';
import { certainEnd, leaseColumns, useUntil, type LeaseRow } from './lease-rows.js';
import { wakeNodes } from './notices.js';
import { recallAhead } from './recall.js';

/** Keeps placements out until the transaction ends: none may miss the budget that is being opened. Taken before any row is locked. */
export async function lockPools(tx: Tx, orgId: string): Promise<void> {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('pool:' || id, 0))
     FROM (SELECT id FROM pool WHERE org_id = $1 ORDER BY id) p`,
    [orgId],
  );
}

/**
 * Opens a budget under which trials may run already. If they need more than a HARD limit, the rest is taken back as they give it back,
 * and nothing starts or goes on under it before. The caller has called `lockPools`.
 *
 * @param past what was used of it before it was opened, and counts
 * @returns its id
 */
export async function openMidway(tx: Tx, budget: NewBudget, past = 0n): Promise<string> {
  const id = await openBudget(tx, budget);
  const leases = await lockRunning(tx, budget);
  if (leases.length === 0 && past === 0n) return id;
  const holds = leases.map((lease) => holdOf(lease, budget.unit));
  const total = holds.reduce((sum, { held, spent }) => sum + held + spent, past);
  await tx.query(
    `INSERT INTO lease_hold (lease_id, budget_id, held, spent)
     SELECT h->>'leaseId', $2, (h->>'held')::bigint, (h->>'spent')::bigint FROM jsonb_array_elements($1::jsonb) h`,
    [
      JSON.stringify(
        holds.map(({ leaseId, held, spent }) => ({
          leaseId,
          held: held.toString(),
          spent: spent.toString(),
        })),
      ),
      id,
    ],
  );
  const beyond = budget.mode === 'HARD' && total > budget.limit ? total - budget.limit : 0n;
  const issuer = `issuer:${budget.orgId}:${budget.unit}`;
  const postings = holds.flatMap(({ leaseId, held, spent }): Posting[] => [
    {
      ...{ orgId: budget.orgId, kind: 'hold', key: `hold:${leaseId}:${id}`, leaseId },
      transfers: positive(inBudget(id, [{ from: 'avail', to: 'held', amount: held + spent }])),
    },
    {
      ...{ orgId: budget.orgId, kind: 'extend', key: `used:${leaseId}:${id}`, leaseId },
      transfers: positive(inBudget(id, [{ from: 'held', to: 'spent', amount: spent }])),
    },
  ]);
  const grant: Posting = {
    ...{ orgId: budget.orgId, kind: 'grant', key: `grant:${id}:running`, actor: budget.actor },
    reason: 'held by what ran when the budget was opened, beyond its limit',
    transfers: positive([{ from: issuer, to: `${id}:avail`, amount: beyond }]),
  };
  const before: Posting = {
    ...{ orgId: budget.orgId, kind: 'consume', key: `past:${id}`, actor: budget.actor },
    reason: 'used by the sweep before it had this limit',
    transfers: positive(inBudget(id, [{ from: 'avail', to: 'spent', amount: past }])),
  };
  await post(tx, [grant, before, ...postings]);
  await endWhatIsBeyond(tx, id);
  return id;
}

function positive(transfers: Posting['transfers']): Posting['transfers'] {
  return transfers.filter(({ amount }) => amount > 0n);
}

async function lockRunning(tx: Tx, { scopeKind, scopeId, unit }: NewBudget): Promise<LeaseRow[]> {
  return tx.query<LeaseRow>(
    `SELECT ${leaseColumns} FROM lease l JOIN sweep s ON s.id = l.sweep_id
     WHERE l.state IN ('ahead', 'live') AND ($3 = 'gpu_time' OR $3 = 'money:' || l.currency)
       AND $2 = CASE $1 WHEN 'sweep' THEN s.id WHEN 'project' THEN s.project_id WHEN 'team' THEN s.team_id ELSE s.org_id END
     ORDER BY l.id FOR UPDATE OF l`,
    [scopeKind, scopeId, unit],
  );
}

/** What ended attempts of a sweep have used, in money or GPU time. */
export async function usedBySweep(tx: Tx, sweepId: string, unit: string): Promise<bigint> {
  const [row] = await tx.query<{ used: bigint }>(
    `SELECT coalesce(sum(CASE WHEN $2 = 'gpu_time' THEN milli_gpu_ms WHEN $2 = 'money:' || currency THEN cost_micros ELSE 0 END), 0)::bigint
       AS used FROM usage_record WHERE sweep_id = $1`,
    [sweepId, unit],
  );
  return row?.used ?? 0n;
}

interface RunningHold {
  readonly leaseId: string;
  readonly held: bigint;
  readonly spent: bigint;
}

/**
 * A lease ahead is held for its whole time from any start; one that runs, from its start to its certain end. Spent is what its other
 * budgets have settled: it may turn out to have ended right after that.
 */
function holdOf(lease: LeaseRow, unit: string): RunningHold {
  const { id: leaseId, state, quantum_ms: quantumMs, tail_ms: tailMs } = lease;
  const whole = useUntil(lease, certainEnd(lease));
  if (state === 'ahead') {
    return { leaseId, held: amountOf(unit, { ...whole, ms: BigInt(quantumMs + tailMs) }), spent: 0n };
  }
  const spent = amountOf(unit, useUntil(lease, lease.settled_until));
  const total = amountOf(unit, whole);
  return { leaseId, held: total > spent ? total - spent : 0n, spent };
}

/**
 * What a limit below the holds of a budget does to them: leases ahead are asked back, and with `kill` what runs is stopped at once.
 * Without it trials run to the end of what is held for them.
 */
export async function endWhatIsBeyond(tx: Tx, budgetId: string): Promise<void> {
  const budget = (await lockBudgets(tx, [budgetId])).get(budgetId);
  if (budget === undefined || pendingCutOf(budget) === 0n) return;
  await recallAhead(tx, { budgetIds: [budgetId] });
  if (budget.onExhaust !== 'kill') return;
  const stopped = await tx.query<{ node_id: string }>(
    `UPDATE lease SET stop_reason = 'budget' WHERE state = 'live' AND stop_reason IS NULL
       AND id IN (SELECT lease_id FROM lease_hold WHERE budget_id = $1 AND held > 0) RETURNING node_id`,
    [budgetId],
  );
  await wakeNodes(
    tx,
    stopped.map((row) => row.node_id),
  );
}
