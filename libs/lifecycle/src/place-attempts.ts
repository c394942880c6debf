// Placement: under the pool's lock, queued attempts meet a node's free slots, each with its lease and its ledger hold in the
// same transaction; what no slot of the pool can take now may be leased ahead (lease-ahead.ts). Pure decisions are in
// @swath/placement and @swath/ledger. Called by each look of a long poll.
import { DomainError, type LeasePoll, type LeasePollReply } from '@swath/contracts';
import { planHold, type HoldPlan } from '@swath/ledger';
import { place, type Placed, type PlacementInput, type WaitReason } from '@swath/placement';
import { violates, type Database, type Tx } from '@swath/persistence';
import { budgetsOfSweeps, lockBudgets, spendableOf } from './accounts.js';
import { closeIntake } from './control.js';
import { readGrants } from './grants.js';
import { chooseAhead, windowsOf } from './lease-ahead.js';
import { currentPrice } from './prices.js';
import { readCapacities, readQueue, readUse, type Queued } from './queue.js';
import { recallAhead } from './recall.js';
import { exhaustedBudget } from './status.js';
import { lockSweep } from './sweep-rows.js';
import {
  budgetsFor,
  holdRequest,
  writeLeases,
  type Choice,
  type Granting,
  type LeasingNode,
} from './write-leases.js';

interface NodeRow extends LeasingNode {
  readonly state: string;
  readonly generation: number;
}

/** Most free slots of a pool up to which its nodes lease ahead: with more there is no queue that would be worth it. */
const MAX_SPARE = 64;

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
  const outcome = await untilSlotsFree(db, async (tx) => {
    const node = await readNode(tx, request.nodeId, request.poll.generation);
    const granted = await tx.query<{ id: string }>(
      `SELECT id FROM lease WHERE node_id = $1 AND offer_id = $2 AND state IN ('ahead', 'live') ORDER BY id`,
      [node.id, request.poll.offerId],
    );
    if (granted.length > 0) return { node, ...nothing, leaseIds: granted.map((row) => row.id) };
    if (node.state === 'draining') return { node, ...nothing };
    await tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('pool:' || $1, 0))`, [node.pool_id]);
    return { node, ...(await placeOn(tx, node, request.poll)) };
  });
  await takeBack(db, outcome);
  for (const [sweepId, refusal] of outcome.refusals) await closeIfExhausted(db, sweepId, refusal);
  const { leases, ahead } = await readGrants(db, outcome.leaseIds, request.secret);
  const drain = outcome.node.state === 'draining';
  const reply = ahead.length === 0 ? { leases, drain } : { leases, ahead, drain };
  return { reply, nodeBound: outcome.nodeBound };
}

/** Tries of a placement that met slots taken meanwhile. */
const MAX_TRIES = 3;

/**
 * A placement, repeated when a slot it saw free was taken before it could write: a node that starts a lease ahead takes the slot
 * without the pool's lock, because the start has happened already. The next try sees the slot taken.
 */
async function untilSlotsFree<Result>(db: Database, work: (tx: Tx) => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction(work);
    } catch (error) {
      if (attempt >= MAX_TRIES || !violates(error, 'lease_slot_live')) throw error;
    }
  }
}

/** After the placement: leases ahead whose attempts a slot here could run, or whose holds a budget lacks, are asked back. */
async function takeBack(db: Database, { node, idle, refusals }: Placing & { node: NodeRow }): Promise<void> {
  if (idle > 0) await recallAhead(db, { poolId: node.pool_id, count: idle });
  const short = [...refusals.values()].map((refusal) => refusal.budgetId);
  if (short.length > 0) await recallAhead(db, { budgetIds: short });
}

interface Placing {
  readonly leaseIds: readonly string[];
  readonly refusals: Refusals;
  readonly nodeBound: boolean;
  /** Offered slots that got nothing, as far as there are leases ahead that could use them. */
  readonly idle: number;
}

const nothing: Placing = { leaseIds: [], refusals: new Map(), nodeBound: false, idle: 0 };

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
  const wanted = poll.ahead ?? 0;
  if (free.length === 0 && wanted === 0) return nothing;
  const capacities = await readCapacities(tx, node.pool_id);
  const spare = capacities.reduce((sum, { capacity, busy }) => sum + capacity - busy, 0);
  const beyond = wanted === 0 || spare > MAX_SPARE ? 0 : Math.max(wanted, wanted + spare - free.length);
  const queued = await readQueue(tx, node, free.length + beyond);
  const { share, aheadPriority, aheadCount } = await readUse(tx, node.pool_id);
  // What is leased ahead elsewhere goes before anything of a lower priority: a slot that is free here is for it.
  const queue = queued.filter(({ priority }) => priority >= aheadPriority);
  if (queue.length === 0) return { ...nothing, idle: Math.min(aheadCount, free.length) };
  const price = await currentPrice(tx, node.pool_id);
  const sweepIds = [...new Set(queue.map((one) => one.sweepId))];
  const paths = await budgetsOfSweeps(tx, sweepIds, price?.currency);
  const accounts = await lockBudgets(tx, [...paths.values()].flat());
  const input: Choice = { node, queue, free, share, price, paths, accounts, capacities };
  const chosen = choose(input);
  const used = chosen.grantings.reduce((sum, { slots }) => sum + slots.length, 0);
  const ahead =
    beyond === 0
      ? []
      : await chooseAhead(tx, { ...input, wanted, spare: spare - used, placed: chosen.grantings });
  for (const { queued: one } of ahead) chosen.waiting.delete(one.id);
  await storeReasons(tx, chosen.waiting);
  const grantings = [...chosen.grantings, ...ahead];
  const leaseIds = await writeLeases(tx, node, { offerId: poll.offerId, price, grantings });
  const nodeBound = [...chosen.waiting.values()].some(
    ({ code }) =>
      code === 'avoids_node' || code === 'node_too_small' || (code === 'parallel' && free.length === 0),
  );
  return { leaseIds, refusals: chosen.refusals, nodeBound, idle: Math.min(aheadCount, free.length - used) };
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

type Waiting =
  | WaitReason
  | { readonly code: 'parallel'; readonly limit: number; readonly failures: number }
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
  const windows = windowsOf(input.queue);
  for (;;) {
    const queue = input.queue.filter((queued) => !blocked.has(queued.id));
    const { free, share } = input;
    const placement = place({ queue, free, share, windows, ...roomOf(input) });
    const { grantings, refused } = admit(input, placement.picks, byId);
    if (refused === undefined) {
      const waiting = new Map<string, Waiting>([...placement.waiting, ...blocked]);
      for (const [id, reason] of waiting) {
        const failures = byId.get(id)?.initialFailures ?? 0;
        if (reason.code === 'parallel' && failures > 0) waiting.set(id, { ...reason, failures });
      }
      return { grantings, waiting, refusals };
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
  const avail = new Map([...input.accounts].map(([id, budget]) => [id, spendableOf(budget)]));
  const grantings: Granting[] = [];
  for (const pick of picks) {
    const queued = byId.get(pick.attemptId);
    if (queued === undefined) continue;
    const request = holdRequest(queued, input);
    const plan = planHold(budgetsFor(queued.sweepId, input, avail), request);
    if (!plan.ok) return { grantings, refused: { sweepId: queued.sweepId, plan } };
    for (const { budgetId, amount } of plan.amounts)
      avail.set(budgetId, (avail.get(budgetId) ?? 0n) - amount);
    grantings.push({ queued, slots: pick.slots, quantumMs: Number(plan.quantumMs), amounts: plan.amounts });
  }
  return { grantings };
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
