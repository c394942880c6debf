// Which attempts a node gets leases for before a slot of it is free. Called by the placement after the free slots were served,
// under the same locks. Who goes first is decided in @swath/placement; here money has the last word.
import { spendableOf } from './accounts.js';
import { planHold } from '@swath/ledger';
import { placeAhead, type Share, type SweepWindow } from '@swath/placement';
import type { Tx } from '@swath/persistence';
import { trialsAtOnce } from './initial-failures.js';
import type { Queued } from './queue.js';
import { budgetsFor, holdRequest, type Choice, type Granting } from './write-leases.js';

/** A placement whose free slots have been served. */
export interface AheadChoice extends Choice {
  /** How many leases ahead the node wants. */
  readonly wanted: number;
  /** Slots of the pool that are still free. */
  readonly spare: number;
  readonly placed: readonly Granting[];
}

/** Limits of running slots, of the sweeps that have one. */
export function windowsOf(queue: readonly Queued[]): SweepWindow {
  return new Map(
    queue.flatMap((queued) => {
      const trials = trialsAtOnce(queued);
      return trials === null ? [] : [[queued.sweepId, trials * queued.slots] as const];
    }),
  );
}

/**
 * Leases ahead for the node, planned against balances that shrink as it goes. None of a sweep that has not proved that its command
 * runs: the node would start it before the server could count the failure that made room.
 */
export async function chooseAhead(tx: Tx, input: AheadChoice): Promise<Granting[]> {
  const placed = new Set(input.placed.map(({ queued }) => queued.id));
  const queue = input.queue.filter((queued) => !placed.has(queued.id) && queued.initialFailures === null);
  if (queue.length === 0) return [];
  const windows = windowsOf(queue);
  const picks = placeAhead({
    queue,
    windows,
    wanted: input.wanted,
    freeElsewhere: input.spare,
    share: shareAfter(input.share, input.placed),
    replaceable: windows.size === 0 ? new Map() : await readReplaceable(tx, input.node.id, input.placed),
  });
  const balances = balancesAfter(input);
  return picks.flatMap(({ attemptId, successor }) => {
    const queued = queue.find(({ id }) => id === attemptId);
    const granting = queued && admitAhead(queued, input, balances);
    return granting === undefined ? [] : [{ ...granting, successor }];
  });
}

function shareAfter(share: Share, placed: readonly Granting[]): Share {
  const byTeam = new Map(share.byTeam);
  const bySweep = new Map(share.bySweep);
  for (const { queued, slots } of placed) {
    byTeam.set(queued.teamId, (byTeam.get(queued.teamId) ?? 0) + slots.length);
    bySweep.set(queued.sweepId, (bySweep.get(queued.sweepId) ?? 0) + slots.length);
  }
  return { byTeam, bySweep };
}

/** One-slot attempts that run on a node, by sweep, less the successors that wait for their ends. */
async function readReplaceable(
  tx: Tx,
  nodeId: string,
  placed: readonly Granting[],
): Promise<Map<string, number>> {
  const rows = await tx.query<{ sweep_id: string; count: number }>(
    `SELECT sweep_id, (count(*) FILTER (WHERE state = 'live') - count(*) FILTER (WHERE successor AND state = 'ahead'))::int AS count
     FROM lease WHERE node_id = $1 AND state IN ('ahead', 'live') AND milli_gpu = 1000 GROUP BY sweep_id`,
    [nodeId],
  );
  const counts = new Map(rows.map((row) => [row.sweep_id, row.count]));
  for (const { queued, slots } of placed) {
    if (slots.length === 1) counts.set(queued.sweepId, (counts.get(queued.sweepId) ?? 0) + 1);
  }
  return counts;
}

interface Balances {
  readonly avail: Map<string, bigint>;
  readonly held: Map<string, bigint>;
}

function balancesAfter({ accounts, placed }: AheadChoice): Balances {
  const avail = new Map([...accounts].map(([id, budget]) => [id, spendableOf(budget)]));
  const held = new Map([...accounts].map(([id, { balance }]) => [id, balance.held]));
  for (const { amounts } of placed) move({ avail, held }, amounts);
  return { avail, held };
}

function move({ avail, held }: Balances, amounts: Granting['amounts']): void {
  for (const { budgetId, amount } of amounts) {
    avail.set(budgetId, (avail.get(budgetId) ?? 0n) - amount);
    held.set(budgetId, (held.get(budgetId) ?? 0n) + amount);
  }
}

/**
 * The lease of an attempt, if its full quantum fits and every HARD budget then still has as much to give as is held of it: each
 * running trial can then renew once in full, so a lease ahead never costs a running trial its renewal.
 */
function admitAhead(queued: Queued, input: Choice, balances: Balances): Granting | undefined {
  const request = holdRequest(queued, input);
  const budgets = budgetsFor(queued.sweepId, input, balances.avail);
  const plan = planHold(budgets, { ...request, minQuantumMs: request.quantumMs });
  if (!plan.ok) return undefined;
  const next = { avail: new Map(balances.avail), held: new Map(balances.held) };
  move(next, plan.amounts);
  const tight = budgets.some(
    ({ id, hard }) => hard && (next.avail.get(id) ?? 0n) < (next.held.get(id) ?? 0n),
  );
  if (tight) return undefined;
  move(balances, plan.amounts);
  return { queued, slots: [], quantumMs: Number(plan.quantumMs), amounts: plan.amounts };
}
