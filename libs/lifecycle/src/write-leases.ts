// Writes what a placement has decided: leases with their slots, holds and states, in the placement's own transaction. A lease
// ahead gets its hold and nothing else: its attempt stays in the queue, where nobody else can take it.
import { leaseIdOf } from '@swath/contracts';
import type { HoldBudget, HoldRequest } from '@swath/ledger';
import type { Share } from '@swath/placement';
import type { Tx } from '@swath/persistence';
import { inBudget, post, type BudgetAccounts, type Posting } from './accounts.js';
import { publish } from './notices.js';
import type { PriceRow } from './prices.js';
import type { Queued, readCapacities } from './queue.js';
import { clock } from './sweep-rows.js';

/** What a placement decides on. */
export interface Choice {
  readonly node: LeasingNode;
  readonly queue: readonly Queued[];
  readonly free: readonly number[];
  readonly share: Share;
  readonly price: PriceRow | undefined;
  readonly paths: ReadonlyMap<string, readonly string[]>;
  readonly accounts: ReadonlyMap<string, BudgetAccounts>;
  readonly capacities: Awaited<ReturnType<typeof readCapacities>>;
}

/** A node as leases are written for it, with the times of its pool. */
export interface LeasingNode {
  readonly id: string;
  readonly org_id: string;
  readonly pool_id: string;
  readonly quantum_ms: number;
  readonly grace_ms: number;
  readonly kill_ms: number;
}

/** An attempt that is being given a lease. */
export interface Granting {
  readonly queued: Queued;
  /** Empty for a lease ahead. */
  readonly slots: readonly number[];
  readonly quantumMs: number;
  readonly amounts: readonly { readonly budgetId: string; readonly amount: bigint }[];
  /** Of a lease ahead: whether it may only replace an attempt of its own sweep. */
  readonly successor?: boolean;
}

/** Clock slack between server and agent within a lease, in ms. */
const SLACK_MS = 1_000;
/** Shortest lease worth granting, in ms. */
const MIN_QUANTUM_MS = 15_000;

/** From the end of a lease to the certain end of its processes. */
function tailOf(node: Pick<LeasingNode, 'grace_ms' | 'kill_ms'>): number {
  return node.grace_ms + node.kill_ms + SLACK_MS;
}

/** The quantum, clipped to what the trial may still run. */
function quantumFor(queued: Queued, quantumMs: number): number {
  if (queued.maxTrialMs === null) return quantumMs;
  return Math.max(1_000, Math.min(quantumMs, queued.maxTrialMs - queued.runMs));
}

/** What the lease of an attempt asks its budgets for. */
export function holdRequest(
  queued: Queued,
  { node, price }: { readonly node: LeasingNode; readonly price: PriceRow | undefined },
): HoldRequest {
  const quantumMs = quantumFor(queued, node.quantum_ms);
  return {
    rateMicrosPerHour: price?.rate_micros_per_hour ?? 0n,
    milliGpu: BigInt(queued.slots) * 1000n,
    quantumMs: BigInt(quantumMs),
    minQuantumMs: BigInt(Math.min(quantumMs, MIN_QUANTUM_MS)),
    tailMs: BigInt(tailOf(node)),
    usedMs: 0n,
  };
}

/** The budgets of a sweep with what is available of each now. */
export function budgetsFor(
  sweepId: string,
  {
    paths,
    accounts,
  }: {
    readonly paths: ReadonlyMap<string, readonly string[]>;
    readonly accounts: ReadonlyMap<string, BudgetAccounts>;
  },
  avail: ReadonlyMap<string, bigint>,
): HoldBudget[] {
  return (paths.get(sweepId) ?? []).flatMap((id): HoldBudget[] => {
    const account = accounts.get(id);
    if (account === undefined) return [];
    return [{ id, unit: account.unit, hard: account.hard, avail: avail.get(id) ?? 0n }];
  });
}

/** The leases of one offer. */
export interface GrantInput {
  readonly offerId: string;
  readonly price: PriceRow | undefined;
  readonly grantings: readonly Granting[];
}

interface NewLease {
  readonly id: string;
  readonly state: 'ahead' | 'live';
  readonly successor: boolean;
  readonly attemptId: string;
  readonly trialId: string;
  readonly sweepId: string;
  readonly projectId: string;
  readonly runId: string;
  readonly number: number;
  readonly attempt: number;
  readonly milliGpu: number;
  readonly quantumMs: number;
  readonly expiresAt: string;
  readonly slots: readonly number[];
  readonly amounts: Granting['amounts'];
}

/** Writes leases with their holds; attempts that left the queue meanwhile are passed over. @returns ids of the leases */
export async function writeLeases(tx: Tx, node: LeasingNode, input: GrantInput): Promise<string[]> {
  if (input.grantings.length === 0) return [];
  const taken = await tx.query<{ id: string; grants: number }>(
    `SELECT a.id, a.grants FROM attempt a JOIN trial t ON t.id = a.trial_id
     WHERE a.id = ANY ($1) AND t.id = ANY ($2) AND a.state = 'queued' AND NOT a.ahead AND t.ended_at IS NULL
     ORDER BY t.id FOR UPDATE`,
    [input.grantings.map(({ queued }) => queued.id), input.grantings.map(({ queued }) => queued.trialId)],
  );
  const grants = new Map(taken.map((row) => [row.id, row.grants]));
  const now = await clock(tx);
  const rows = input.grantings.flatMap((granting) => {
    const before = grants.get(granting.queued.id);
    return before === undefined ? [] : [leaseRow(granting, now, before + 1)];
  });
  if (rows.length === 0) return [];
  await insertLeases(tx, node, { ...input, rows, now });
  await startAttempts(
    tx,
    node,
    rows.filter((row) => row.state === 'live'),
    now,
  );
  await markAhead(
    tx,
    node,
    rows.filter((row) => row.state === 'ahead'),
  );
  await holdFor(tx, node.org_id, rows);
  return rows.map((row) => row.id);
}

function leaseRow(granting: Granting, now: Date, grant: number): NewLease {
  const { queued, slots, quantumMs, amounts, successor } = granting;
  return {
    id: leaseIdOf(queued.id, grant),
    state: slots.length === 0 ? 'ahead' : 'live',
    successor: successor ?? false,
    attemptId: queued.id,
    trialId: queued.trialId,
    sweepId: queued.sweepId,
    projectId: queued.projectId,
    runId: queued.runId,
    number: queued.trialNumber,
    attempt: queued.attempt,
    milliGpu: queued.slots * 1000,
    quantumMs,
    expiresAt: new Date(now.getTime() + quantumMs).toISOString(),
    slots,
    amounts,
  };
}

interface LeaseInsert extends GrantInput {
  readonly rows: readonly NewLease[];
  readonly now: Date;
}

async function insertLeases(tx: Tx, node: LeasingNode, write: LeaseInsert): Promise<void> {
  await tx.query(
    `INSERT INTO lease (id, attempt_id, trial_id, sweep_id, run_id, pool_id, node_id, attempt, offer_id, state, successor,
       price_version_id, currency, rate_micros_per_hour, milli_gpu, quantum_ms, grace_ms, tail_ms, granted_at, expires_at, settled_until)
     SELECT r->>'id', r->>'attemptId', r->>'trialId', r->>'sweepId', r->>'runId', $2, $3, (r->>'attempt')::int, $4,
       r->>'state', (r->>'successor')::boolean,
       $5, $6, $7, (r->>'milliGpu')::bigint, (r->>'quantumMs')::int, $8, $9, $10, (r->>'expiresAt')::timestamptz, $10
     FROM jsonb_array_elements($1::jsonb) r`,
    [
      JSON.stringify(write.rows.map(({ amounts: _amounts, ...row }) => row)),
      node.pool_id,
      node.id,
      write.offerId,
      write.price?.id ?? null,
      write.price?.currency ?? null,
      write.price?.rate_micros_per_hour ?? 0n,
      node.grace_ms,
      tailOf(node),
      write.now,
    ],
  );
}

async function startAttempts(tx: Tx, node: LeasingNode, rows: readonly NewLease[], now: Date): Promise<void> {
  if (rows.length === 0) return;
  const slots = rows.map(({ id, slots: indices }) => ({ id, slots: indices }));
  // Ids as arrays: a set of JSON rows has no known size, and the planner would read whole tables for it.
  await tx.query(
    `WITH slots AS (
       INSERT INTO lease_slot (lease_id, node_id, slot_index)
       SELECT r->>'id', $2, s::int FROM jsonb_array_elements($1::jsonb) r, jsonb_array_elements_text(r->'slots') s),
     attempts AS (
       UPDATE attempt SET state = 'running', node_id = $2, started_at = $3, waiting = NULL, grants = grants + 1
       WHERE id = ANY ($4)),
     runs AS (
       UPDATE run SET state = 'running', updated_at = $3
       WHERE id = ANY ($5))
     UPDATE trial SET state = 'running', started_at = coalesce(started_at, $3)
     WHERE id = ANY ($6)`,
    [
      JSON.stringify(slots),
      node.id,
      now,
      rows.map((row) => row.attemptId),
      rows.map((row) => row.runId),
      rows.map((row) => row.trialId),
    ],
  );
  await publish(
    tx,
    rows.map((row) => ({
      projectId: row.projectId,
      topic: `sweep:${row.sweepId}`,
      name: 'attempt.started',
      entity: {
        trialId: row.trialId,
        number: row.number,
        attempt: row.attempt,
        nodeId: node.id,
        state: 'running',
      },
    })),
  );
}

/** To people these attempts wait on; placement passes them over. */
async function markAhead(tx: Tx, node: LeasingNode, rows: readonly NewLease[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query('UPDATE attempt SET ahead = true, grants = grants + 1, waiting = $2 WHERE id = ANY ($1)', [
    rows.map((row) => row.attemptId),
    JSON.stringify({ code: 'ahead', nodeId: node.id }),
  ]);
}

async function holdFor(tx: Tx, orgId: string, rows: readonly NewLease[]): Promise<void> {
  const holds = rows.flatMap(({ id, amounts }) =>
    amounts.map(({ budgetId, amount }) => ({ leaseId: id, budgetId, amount })),
  );
  if (holds.length === 0) return;
  await tx.query(
    `INSERT INTO lease_hold (lease_id, budget_id, held)
     SELECT h->>'leaseId', h->>'budgetId', (h->>'amount')::bigint FROM jsonb_array_elements($1::jsonb) h`,
    [JSON.stringify(holds.map((hold) => ({ ...hold, amount: hold.amount.toString() })))],
  );
  await post(
    tx,
    holds.map(({ leaseId, budgetId, amount }): Posting => ({
      orgId,
      kind: 'hold',
      key: `hold:${leaseId}:${budgetId}`,
      leaseId,
      transfers: amount === 0n ? [] : inBudget(budgetId, [{ from: 'avail', to: 'held', amount }]),
    })),
  );
}
