// Heartbeats of nodes: each lease that nears its end is settled up to now and extended, or refused on its own. One
// transaction for the node's whole batch. Leases ahead keep their hold and get new time; where their money is needed by trials that
// run, they are asked back.
import {
  DomainError,
  type Heartbeat,
  type HeartbeatReply,
  type LeaseCommand,
  type StopReason,
} from '@swath/contracts';
import { amountOf, planHold, settle, type HoldBudget } from '@swath/ledger';
import type { Database, Queryable, Tx } from '@swath/persistence';
import {
  applyTransfers,
  cutsOf,
  inBudget,
  lockBudgets,
  post,
  spendableOf,
  type BudgetAccounts,
  type Posting,
} from './accounts.js';
import {
  leaseColumns,
  lockLeases,
  readHolds,
  useUntil,
  writeHolds,
  type LeaseHoldRow,
  type LeaseRow,
} from './lease-rows.js';
import { recallAhead } from './recall.js';
import { clock } from './sweep-rows.js';

/** A refusal for money is put off until this is left of a lease, while leases ahead hold some of that money: two heartbeats. */
const LAST_CHANCE_MS = 30_000;

/** Renews the leases of a node. @throws `node/unknown` when another incarnation of the node has registered */
export async function renewLeases(db: Database, nodeId: string, beat: Heartbeat): Promise<HeartbeatReply> {
  const { reply, shortOf } = await db.transaction((tx) => renewAll(tx, nodeId, beat));
  if (shortOf.length > 0) await recallAhead(db, { budgetIds: shortOf });
  return reply;
}

interface Renewal {
  readonly reply: HeartbeatReply;
  /** Budgets whose money trials that run need of leases ahead. */
  readonly shortOf: readonly string[];
}

async function renewAll(tx: Tx, nodeId: string, beat: Heartbeat): Promise<Renewal> {
  const [node] = await tx.query<{ state: string }>(
    `UPDATE node SET last_seen_at = clock_timestamp(), state = CASE WHEN state = 'offline' THEN 'online' ELSE state END
       WHERE id = $1 AND incarnation = $2 RETURNING state`,
    [nodeId, beat.incarnation],
  );
  if (node === undefined) {
    throw new DomainError(
      'node/unknown',
      `incarnation ${beat.incarnation} of node ${nodeId} is not the registered one`,
    );
  }
  const leases = await lockLeases(
    tx,
    beat.leases.map((lease) => lease.leaseId),
  );
  const now = await clock(tx);
  const live = leases.filter((lease) => lease.state === 'live' && lease.node_id === nodeId);
  const due = live.filter((lease) => lease.stop_reason === null && needsRenewal(lease, now));
  const ahead = leases.filter((lease) => lease.state === 'ahead' && lease.node_id === nodeId);
  await extendAhead(tx, ahead, now);
  const { refused, shortOf } = await extend(tx, due, now);
  const known = new Map((await readAfter(tx, [...live, ...ahead])).map((lease) => [lease.id, lease]));
  const commands = beat.leases.flatMap(({ leaseId }): LeaseCommand[] => {
    const lease = known.get(leaseId);
    if (lease === undefined) return [{ type: 'stop', leaseId, reason: 'fenced', graceMs: 0 }];
    if (lease.state === 'ahead') return isAskedBack(lease) ? [{ type: 'recall', leaseId }] : [];
    const reason = refused.get(leaseId) ?? lease.stop_reason;
    return reason === null ? [] : [{ type: 'stop', leaseId, reason, graceMs: lease.grace_ms }];
  });
  const renewed = [...known.values()]
    .filter((lease) => lease.stop_reason === null && !refused.has(lease.id))
    .map((lease) => ({
      leaseId: lease.id,
      ttlMs: Math.max(0, lease.expires_at.getTime() - now.getTime()),
    }));
  return { reply: { renewed, commands, drain: node.state === 'draining' }, shortOf };
}

function isAskedBack(lease: Pick<LeaseRow, 'recalled' | 'stop_reason'>): boolean {
  return lease.recalled || lease.stop_reason !== null;
}

/**
 * Gives leases ahead new time; their hold is the same for any start after now. Those of a HARD budget that has less to give than is
 * held of it are recalled, and so are those of a sweep that does not run, should their recall have been missed.
 */
async function extendAhead(tx: Tx, leases: readonly LeaseRow[], now: Date): Promise<void> {
  if (leases.length === 0) return;
  const ids = leases.map((lease) => lease.id);
  await tx.query(
    `UPDATE lease l SET recalled = true FROM sweep s WHERE l.id = ANY ($1) AND s.id = l.sweep_id AND NOT l.recalled
       AND (s.state <> 'running' OR EXISTS (
         SELECT 1 FROM lease_hold h JOIN budget b ON b.id = h.budget_id AND b.mode = 'HARD'
           JOIN ledger_account a ON a.id = h.budget_id || ':avail' JOIN ledger_account d ON d.id = h.budget_id || ':held'
         WHERE h.lease_id = l.id AND a.balance < d.balance))`,
    [ids],
  );
  await tx.query(
    `UPDATE lease SET expires_at = $2::timestamptz + quantum_ms * interval '1 millisecond', settled_until = $2 WHERE id = ANY ($1)`,
    [ids, now],
  );
}

/** Commands that wait for a node: leases flagged since they were granted. */
export async function pendingCommands(db: Queryable, nodeId: string): Promise<LeaseCommand[]> {
  const rows = await db.query<{
    id: string;
    ahead: boolean;
    stop_reason: StopReason | null;
    grace_ms: number;
  }>(
    `SELECT id, state = 'ahead' AS ahead, stop_reason, grace_ms FROM lease
     WHERE node_id = $1 AND state IN ('ahead', 'live') AND (stop_reason IS NOT NULL OR state = 'ahead' AND recalled) ORDER BY id`,
    [nodeId],
  );
  return rows.flatMap((row): LeaseCommand[] => {
    if (row.ahead) return [{ type: 'recall', leaseId: row.id }];
    if (row.stop_reason === null) return [];
    return [{ type: 'stop', leaseId: row.id, reason: row.stop_reason, graceMs: row.grace_ms }];
  });
}

function needsRenewal(lease: LeaseRow, now: Date): boolean {
  return lease.expires_at.getTime() - now.getTime() < lease.quantum_ms / 2;
}

async function readAfter(tx: Tx, leases: readonly LeaseRow[]): Promise<LeaseRow[]> {
  if (leases.length === 0) return [];
  return tx.query<LeaseRow>(`SELECT ${leaseColumns} FROM lease l WHERE l.id = ANY ($1)`, [
    leases.map((lease) => lease.id),
  ]);
}

interface LimitRow {
  readonly id: string;
  readonly org_id: string;
  readonly run_ms: bigint;
  readonly max_trial_ms: number | null;
}

interface Extended {
  /** Leases that were refused, with the reason. */
  readonly refused: Map<string, StopReason>;
  readonly shortOf: readonly string[];
}

/** Extends leases one after another against balances that shrink as it goes. */
async function extend(tx: Tx, leases: readonly LeaseRow[], now: Date): Promise<Extended> {
  const refused = new Map<string, StopReason>();
  if (leases.length === 0) return { refused, shortOf: [] };
  const ids = leases.map((lease) => lease.id);
  const holds = await readHolds(tx, ids);
  const budgets = await lockBudgets(
    tx,
    holds.map((hold) => hold.budget_id),
  );
  const limits = await tx.query<LimitRow>(
    `SELECT l.id, s.org_id, t.run_ms, ((s.spec->'budget'->>'max_trial_duration')::double precision * 1000) AS max_trial_ms
     FROM lease l JOIN trial t ON t.id = l.trial_id JOIN sweep s ON s.id = l.sweep_id WHERE l.id = ANY ($1)`,
    [ids],
  );
  const postings: Posting[] = [];
  const newHolds: LeaseHoldRow[] = [];
  const extended: { id: string; expiresAt: string }[] = [];
  for (const lease of leases) {
    const limit = limits.find((row) => row.id === lease.id);
    const step = extendOne(lease, {
      now,
      limit,
      holds: holds.filter((hold) => hold.lease_id === lease.id),
      budgets,
    });
    if ('refused' in step) {
      refused.set(lease.id, step.refused);
      continue;
    }
    postings.push(...step.postings);
    newHolds.push(...step.holds);
    extended.push({ id: lease.id, expiresAt: new Date(now.getTime() + step.quantumMs).toISOString() });
  }
  const shortOf = await putOff(tx, refused, { leases, holds, now });
  const settled = leases.find(({ id }) => id === extended[0]?.id);
  const cuts = settled ? cutsOf(budgets.values(), `${settled.id}:${settled.settlements + 1}`) : [];
  await post(tx, [...postings, ...cuts]);
  await writeHolds(tx, newHolds);
  await tx.query(
    `UPDATE lease l SET expires_at = (r->>'expiresAt')::timestamptz, settled_until = $2, settlements = settlements + 1
     FROM jsonb_array_elements($1::jsonb) r WHERE l.id = ANY ($3) AND l.id = r->>'id'`,
    [JSON.stringify(extended), now, extended.map((row) => row.id)],
  );
  await tx.query(
    `UPDATE lease l SET stop_reason = r->>'reason' FROM jsonb_array_elements($1::jsonb) r
     WHERE l.id = ANY ($2) AND l.id = r->>'id'`,
    [JSON.stringify([...refused].map(([id, reason]) => ({ id, reason }))), [...refused.keys()]],
  );
  return { refused, shortOf };
}

interface PutOff {
  readonly leases: readonly LeaseRow[];
  readonly holds: readonly LeaseHoldRow[];
  readonly now: Date;
}

/** Takes refusals for money back while leases ahead hold some of it and the lease has time for another heartbeat. */
async function putOff(
  tx: Tx,
  refused: Map<string, StopReason>,
  { leases, holds, now }: PutOff,
): Promise<string[]> {
  const short = holds.filter((hold) => refused.get(hold.lease_id) === 'budget');
  if (short.length === 0) return [];
  const rows = await tx.query<{ budget_id: string }>(
    `SELECT DISTINCT h.budget_id FROM lease l JOIN lease_hold h ON h.lease_id = l.id
     WHERE l.state = 'ahead' AND h.held > 0 AND h.budget_id = ANY ($1)`,
    [short.map((hold) => hold.budget_id)],
  );
  const shortOf = rows.map((row) => row.budget_id);
  for (const lease of leases) {
    const waits = short.some((hold) => hold.lease_id === lease.id && shortOf.includes(hold.budget_id));
    if (waits && lease.expires_at.getTime() - now.getTime() > LAST_CHANCE_MS) refused.delete(lease.id);
  }
  return shortOf;
}

interface ExtendInput {
  readonly now: Date;
  readonly limit: LimitRow | undefined;
  readonly holds: readonly LeaseHoldRow[];
  readonly budgets: ReadonlyMap<string, BudgetAccounts>;
}

type Extension =
  | { readonly refused: StopReason }
  | {
      readonly quantumMs: number;
      readonly postings: readonly Posting[];
      readonly holds: readonly LeaseHoldRow[];
    };

/** Milliseconds a trial may still run beyond the use of its present lease. */
function runnableMs(limit: LimitRow | undefined, usedMs: number): number {
  const bound = limit?.max_trial_ms ?? null;
  return bound === null || limit === undefined ? Infinity : bound - Number(limit.run_ms) - usedMs;
}

/** Settles one lease up to now and plans its next quantum. Balances in `budgets` are moved for the next lease. */
function extendOne(lease: LeaseRow, input: ExtendInput): Extension {
  const use = useUntil(lease, input.now);
  const left = runnableMs(input.limit, Number(use.ms));
  const quantumMs = Math.min(lease.quantum_ms, Math.floor(left));
  const remaining = lease.expires_at.getTime() - input.now.getTime();
  if (quantumMs <= remaining)
    return quantumMs <= 0 ? { refused: 'timeout' } : { quantumMs: remaining, postings: [], holds: [] };
  const rows = input.holds.flatMap((hold) => {
    const budget = input.budgets.get(hold.budget_id);
    return budget === undefined ? [] : [{ hold, budget }];
  });
  const plan = planHold(
    rows.map(({ hold, budget }): HoldBudget => {
      const used = amountOf(budget.unit, use) - hold.spent;
      return {
        id: budget.id,
        unit: budget.unit,
        hard: budget.hard,
        avail: spendableOf(budget) + hold.held - used,
      };
    }),
    {
      rateMicrosPerHour: lease.rate_micros_per_hour,
      milliGpu: lease.milli_gpu,
      quantumMs: BigInt(quantumMs),
      minQuantumMs: BigInt(Math.max(1, Math.min(quantumMs, remaining + 1_000))),
      tailMs: BigInt(lease.tail_ms),
      usedMs: use.ms,
    },
  );
  if (!plan.ok) return { refused: 'budget' };
  const holds: LeaseHoldRow[] = [];
  const postings = rows.map(({ hold, budget }): Posting => {
    const keep = plan.amounts.find((amount) => amount.budgetId === budget.id)?.amount ?? 0n;
    const settlement = settle(hold, amountOf(budget.unit, use), keep, budget.balance.avail);
    applyTransfers(budget, settlement.transfers);
    holds.push({ ...hold, ...settlement.after });
    return {
      orgId: input.limit?.org_id ?? '',
      kind: 'extend',
      key: `extend:${lease.id}:${lease.settlements + 1}:${budget.id}`,
      leaseId: lease.id,
      transfers: inBudget(budget.id, settlement.transfers),
    };
  });
  return { quantumMs: Number(plan.quantumMs), postings, holds };
}
