// Placement: under the pool's lock, queued attempts meet a node's free slots, each with its lease and its ledger hold in the
// same transaction. Pure decisions are in @swath/placement and @swath/ledger. Called by each look of a long poll.
import { attemptIdOf, DomainError, leaseIdOf, type LeasePoll, type LeasePollReply } from '@swath/contracts';
import { planHold, type HoldBudget, type HoldPlan } from '@swath/ledger';
import { place, type Placed, type PlacementInput, type WaitReason } from '@swath/placement';
import type { Database, Tx } from '@swath/persistence';
import {
  budgetsOfSweeps,
  inBudget,
  lockBudgets,
  post,
  type BudgetAccounts,
  type Posting,
} from './accounts.js';
import { closeIntake } from './control.js';
import { readGrants } from './grants.js';
import { publish } from './notices.js';
import { currentPrice, type PriceRow } from './prices.js';
import { readCapacities, readQueue, readShare, type Queued } from './queue.js';
import { exhaustedBudget } from './status.js';
import { clock, lockSweep } from './sweep-rows.js';

interface NodeRow {
  readonly id: string;
  readonly org_id: string;
  readonly pool_id: string;
  readonly state: string;
  readonly generation: number;
  readonly quantum_ms: number;
  readonly grace_ms: number;
  readonly kill_ms: number;
}

/** Clock slack between server and agent within a lease, in ms. */
const SLACK_MS = 1_000;
/** Shortest lease worth granting, in ms. */
const MIN_QUANTUM_MS = 15_000;

/** An attempt that is being given a lease. */
interface Granting {
  readonly queued: Queued;
  readonly slots: readonly number[];
  readonly quantumMs: number;
  readonly amounts: readonly { readonly budgetId: string; readonly amount: bigint }[];
}

/** A sweep whose budget refused a lease, with what the lease would have needed. */
type Refusals = Map<string, Extract<HoldPlan, { ok: false }>>;

/**
 * One look for work: grants leases for free slots of the node, without waiting. The same offer id gets the same leases.
 *
 * @throws `node/unknown`, `node/inventory-stale`
 */
export async function pollLeases(db: Database, request: LeaseOffer): Promise<LeasePollReply> {
  return (await lookForLeases(db, request)).reply;
}

/** What a node offers. */
export interface LeaseOffer {
  readonly nodeId: string;
  readonly poll: LeasePoll;
  /** Signs the attempts' tokens. */
  readonly secret: Buffer;
}

/** The answer to an offer. */
export interface LeaseLook {
  readonly reply: LeasePollReply;
  /** Something in the queue did not fit this node and may fit another with as many free slots. */
  readonly nodeBound: boolean;
}

/** As `pollLeases`, telling also whether it is worth to ask another node. @throws `node/unknown`, `node/inventory-stale` */
export async function lookForLeases(db: Database, request: LeaseOffer): Promise<LeaseLook> {
  const outcome = await db.transaction(async (tx) => {
    const node = await readNode(tx, request.nodeId, request.poll.generation);
    const granted = await tx.query<{ id: string }>(
      `SELECT id FROM lease WHERE node_id = $1 AND offer_id = $2 AND state = 'live' ORDER BY id`,
      [node.id, request.poll.offerId],
    );
    if (granted.length > 0) return { node, ...nothing, leaseIds: granted.map((row) => row.id) };
    if (node.state === 'draining') return { node, ...nothing };
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('pool:' || $1, 0))`, [node.pool_id]);
    return { node, ...(await placeOn(tx, node, request.poll)) };
  });
  for (const [sweepId, refusal] of outcome.refusals) await closeIfExhausted(db, sweepId, refusal);
  const leases = await readGrants(db, outcome.leaseIds, request.secret);
  return { reply: { leases, drain: outcome.node.state === 'draining' }, nodeBound: outcome.nodeBound };
}

interface Placing {
  readonly leaseIds: readonly string[];
  readonly refusals: Refusals;
  readonly nodeBound: boolean;
}

const nothing: Placing = { leaseIds: [], refusals: new Map(), nodeBound: false };

async function readNode(tx: Tx, nodeId: string, generation: number): Promise<NodeRow> {
  const [node] = await tx.query<NodeRow>(
    `UPDATE node n SET last_seen_at = clock_timestamp(), state = CASE WHEN n.state = 'offline' THEN 'online' ELSE n.state END
     FROM pool p WHERE n.id = $1 AND p.id = n.pool_id
     RETURNING n.id, n.org_id, n.pool_id, n.state, n.generation, p.quantum_ms, p.grace_ms, p.kill_ms`,
    [nodeId],
  );
  if (node === undefined) throw new DomainError('node/unknown', `there is no node ${nodeId}`);
  if (node.generation !== generation) {
    throw new DomainError(
      'node/inventory-stale',
      `the offer names generation ${generation}; the node is at ${node.generation}`,
    );
  }
  return node;
}

async function placeOn(tx: Tx, node: NodeRow, poll: LeasePoll): Promise<Placing> {
  const free = await freeSlots(tx, node.id, poll.free);
  if (free.length === 0) return nothing;
  const queue = await readQueue(tx, node, free.length);
  if (queue.length === 0) return nothing;
  const price = await currentPrice(tx, node.pool_id);
  const sweepIds = [...new Set(queue.map((queued) => queued.sweepId))];
  const paths = await budgetsOfSweeps(tx, sweepIds, price?.currency);
  const accounts = await lockBudgets(tx, [...paths.values()].flat());
  const share = await readShare(tx, node.pool_id);
  const capacities = await readCapacities(tx, node.pool_id);
  const chosen = choose({ node, queue, free, share, price, paths, accounts, capacities });
  await storeReasons(tx, chosen.waiting);
  const leaseIds = await grant(tx, node, { offerId: poll.offerId, price, grantings: chosen.grantings });
  const nodeBound = [...chosen.waiting.values()].some(
    ({ code }) => code === 'avoids_node' || code === 'node_too_small',
  );
  return { leaseIds, refusals: chosen.refusals, nodeBound };
}

async function freeSlots(tx: Tx, nodeId: string, offered: readonly number[]): Promise<number[]> {
  const rows = await tx.query<{ index: number }>(
    `SELECT s.index FROM slot s WHERE s.node_id = $1 AND s.index = ANY ($2) AND s.healthy
       AND NOT EXISTS (SELECT 1 FROM lease_slot l WHERE l.node_id = s.node_id AND l.slot_index = s.index AND l.live)
     ORDER BY s.index`,
    [nodeId, [...offered]],
  );
  return rows.map((row) => row.index);
}

interface Choice {
  readonly node: NodeRow;
  readonly queue: readonly Queued[];
  readonly free: readonly number[];
  readonly share: Awaited<ReturnType<typeof readShare>>;
  readonly price: PriceRow | undefined;
  readonly paths: ReadonlyMap<string, readonly string[]>;
  readonly accounts: ReadonlyMap<string, BudgetAccounts>;
  readonly capacities: Awaited<ReturnType<typeof readCapacities>>;
}

type Waiting =
  | WaitReason
  | {
      readonly code: 'budget';
      readonly budgetId: string;
      readonly scopeKind: string;
      readonly scopeId: string;
      readonly unit: string;
      readonly needed: string;
      readonly avail: string;
    };

/**
 * Alternates placement and admission until every pick is admitted. A refusal takes the sweep's other attempts out of the
 * queue, so the slot goes to the next; those admitted before it stay.
 */
function choose(input: Choice): { grantings: Granting[]; waiting: Map<string, Waiting>; refusals: Refusals } {
  const refusals: Refusals = new Map();
  const blocked = new Map<string, Waiting>();
  const byId = new Map(input.queue.map((queued) => [queued.id, queued]));
  const windows = new Map(
    input.queue.flatMap((queued) =>
      queued.parallel === null ? [] : [[queued.sweepId, queued.parallel] as const],
    ),
  );
  for (;;) {
    const queue = input.queue.filter((queued) => !blocked.has(queued.id));
    const { free, share } = input;
    const placement = place({ queue, free, share, windows, ...roomOf(input) });
    const { grantings, refused } = admit(input, placement.picks, byId);
    if (refused === undefined) {
      return { grantings, waiting: new Map<string, Waiting>([...placement.waiting, ...blocked]), refusals };
    }
    refusals.set(refused.sweepId, refused.plan);
    const admitted = new Set(grantings.map((granting) => granting.queued.id));
    for (const queued of queue) {
      if (queued.sweepId === refused.sweepId && !admitted.has(queued.id)) {
        blocked.set(queued.id, budgetReason(refused.plan, input.accounts));
      }
    }
  }
}

/** How large the node is, and for which sizes it is the one of its pool that has to free the fewest slots. */
function roomOf({ node, capacities }: Choice): Pick<PlacementInput, 'capacity' | 'isNearest'> {
  return {
    capacity: capacities.find(({ nodeId }) => nodeId === node.id)?.capacity ?? 0,
    isNearest: (needed) => {
      const fitting = capacities
        .filter(({ capacity }) => capacity >= needed)
        .sort((a, b) => b.capacity - b.busy - (a.capacity - a.busy));
      return fitting[0]?.nodeId === node.id;
    },
  };
}

function budgetReason(refusal: Extract<HoldPlan, { ok: false }>, accounts: Choice['accounts']): Waiting {
  const { scopeKind = '', scopeId = '', unit = '' } = accounts.get(refusal.budgetId) ?? {};
  return {
    code: 'budget',
    budgetId: refusal.budgetId,
    scopeKind,
    scopeId,
    unit,
    needed: refusal.needed.toString(),
    avail: refusal.avail.toString(),
  };
}

/** Plans the holds of picks in order, against balances that shrink as it goes. Stops at the first refusal. */
function admit(
  input: Choice,
  picks: readonly Placed[],
  byId: ReadonlyMap<string, Queued>,
): { grantings: Granting[]; refused?: { sweepId: string; plan: Extract<HoldPlan, { ok: false }> } } {
  const avail = new Map([...input.accounts].map(([id, budget]) => [id, budget.balance.avail]));
  const grantings: Granting[] = [];
  for (const pick of picks) {
    const queued = byId.get(pick.attemptId);
    if (queued === undefined) continue;
    const budgets = (input.paths.get(queued.sweepId) ?? []).flatMap((id): HoldBudget[] => {
      const account = input.accounts.get(id);
      return account === undefined
        ? []
        : [{ id, unit: account.unit, hard: account.hard, avail: avail.get(id) ?? 0n }];
    });
    const quantumMs = quantumFor(queued, input.node.quantum_ms);
    const plan = planHold(budgets, {
      rateMicrosPerHour: input.price?.rate_micros_per_hour ?? 0n,
      milliGpu: BigInt(queued.slots) * 1000n,
      quantumMs: BigInt(quantumMs),
      minQuantumMs: BigInt(Math.min(quantumMs, MIN_QUANTUM_MS)),
      tailMs: BigInt(tailOf(input.node)),
      usedMs: 0n,
    });
    if (!plan.ok) return { grantings, refused: { sweepId: queued.sweepId, plan } };
    for (const { budgetId, amount } of plan.amounts)
      avail.set(budgetId, (avail.get(budgetId) ?? 0n) - amount);
    grantings.push({ queued, slots: pick.slots, quantumMs: Number(plan.quantumMs), amounts: plan.amounts });
  }
  return { grantings };
}

/** From the end of a lease to the certain end of its processes. */
function tailOf(node: Pick<NodeRow, 'grace_ms' | 'kill_ms'>): number {
  return node.grace_ms + node.kill_ms + SLACK_MS;
}

/** The quantum, clipped to what the trial may still run. */
function quantumFor(queued: Queued, quantumMs: number): number {
  if (queued.maxTrialMs === null) return quantumMs;
  return Math.max(1_000, Math.min(quantumMs, queued.maxTrialMs - queued.runMs));
}

async function storeReasons(tx: Tx, waiting: ReadonlyMap<string, Waiting>): Promise<void> {
  if (waiting.size === 0) return;
  const rows = [...waiting].map(([id, reason]) => ({
    id,
    reason: reason.code === 'no_free_slot' ? { code: reason.code } : reason,
  }));
  await tx.query(
    `UPDATE attempt a SET waiting = r->'reason' FROM jsonb_array_elements($1::jsonb) r
     WHERE a.id = ANY ($2) AND a.id = r->>'id' AND a.state = 'queued' AND a.waiting IS DISTINCT FROM r->'reason'`,
    [JSON.stringify(rows), rows.map((row) => row.id)],
  );
}

interface GrantInput {
  readonly offerId: string;
  readonly price: PriceRow | undefined;
  readonly grantings: readonly Granting[];
}

/** Writes leases, slots, holds and states; attempts that left the queue meanwhile are passed over. */
async function grant(tx: Tx, node: NodeRow, input: GrantInput): Promise<string[]> {
  if (input.grantings.length === 0) return [];
  const taken = await tx.query<{ id: string }>(
    `SELECT a.id FROM attempt a JOIN trial t ON t.id = a.trial_id
     WHERE a.id = ANY ($1) AND a.state = 'queued' AND t.ended_at IS NULL ORDER BY t.id FOR UPDATE`,
    [input.grantings.map((granting) => granting.queued.id)],
  );
  const still = new Set(taken.map((row) => row.id));
  const grantings = input.grantings.filter((granting) => still.has(granting.queued.id));
  if (grantings.length === 0) return [];
  const now = await clock(tx);
  const rows = grantings.map((granting) => leaseRow(granting, now));
  await writeLeases(tx, node, { rows, now, offerId: input.offerId, price: input.price });
  await holdFor(tx, node.org_id, grantings);
  return rows.map((row) => row.id);
}

interface NewLease {
  readonly id: string;
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
}

function leaseRow({ queued, slots, quantumMs }: Granting, now: Date): NewLease {
  return {
    id: leaseIdOf(attemptIdOf(queued.trialId, queued.attempt)),
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
  };
}

interface LeaseWrite {
  readonly rows: readonly NewLease[];
  readonly now: Date;
  readonly offerId: string;
  readonly price: PriceRow | undefined;
}

async function writeLeases(tx: Tx, node: NodeRow, write: LeaseWrite): Promise<void> {
  const json = JSON.stringify(write.rows);
  await tx.query(
    `INSERT INTO lease (id, attempt_id, trial_id, sweep_id, run_id, pool_id, node_id, attempt, offer_id, state,
       price_version_id, currency, rate_micros_per_hour, milli_gpu, quantum_ms, grace_ms, tail_ms, granted_at, expires_at, settled_until)
     SELECT r->>'id', r->>'attemptId', r->>'trialId', r->>'sweepId', r->>'runId', $2, $3, (r->>'attempt')::int, $4, 'live',
       $5, $6, $7, (r->>'milliGpu')::bigint, (r->>'quantumMs')::int, $8, $9, $10, (r->>'expiresAt')::timestamptz, $10
     FROM jsonb_array_elements($1::jsonb) r`,
    [
      json,
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
  // Ids as arrays: a set of JSON rows has no known size, and the planner would read whole tables for it.
  await tx.query(
    `WITH slots AS (
       INSERT INTO lease_slot (lease_id, node_id, slot_index)
       SELECT r->>'id', $2, s::int FROM jsonb_array_elements($1::jsonb) r, jsonb_array_elements_text(r->'slots') s),
     attempts AS (
       UPDATE attempt SET state = 'running', node_id = $2, started_at = $3, waiting = NULL
       WHERE id = ANY ($4)),
     runs AS (
       UPDATE run SET state = 'running', updated_at = $3
       WHERE id = ANY ($5))
     UPDATE trial SET state = 'running', started_at = coalesce(started_at, $3)
     WHERE id = ANY ($6)`,
    [
      json,
      node.id,
      write.now,
      write.rows.map((row) => row.attemptId),
      write.rows.map((row) => row.runId),
      write.rows.map((row) => row.trialId),
    ],
  );
  await publish(
    tx,
    write.rows.map((row) => ({
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

async function holdFor(tx: Tx, orgId: string, grantings: readonly Granting[]): Promise<void> {
  const holds = grantings.flatMap(({ queued, amounts }) =>
    amounts.map(({ budgetId, amount }) => ({
      leaseId: leaseIdOf(queued.id),
      budgetId,
      amount,
    })),
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

/** Ends a sweep's intake when its own budget refused a lease and nothing is held that could come back. */
async function closeIfExhausted(
  db: Database,
  sweepId: string,
  refusal: Extract<HoldPlan, { ok: false }>,
): Promise<void> {
  await db.transaction(async (tx) => {
    const sweep = await lockSweep(tx, sweepId);
    const unit = await exhaustedBudget(tx, sweepId, new Map([[refusal.budgetId, refusal.needed]]));
    if (unit === undefined) return;
    await closeIntake(tx, sweep, {
      reason: unit === 'gpu_time' ? 'max_gpu_hours' : 'max_cost',
      text: `${unit} limit: the next lease needs ${refusal.needed} units, ${refusal.avail} are left`,
    });
  });
}
