/**
 * Which queued attempts run on the free slots of a node, and why the others wait. Called by the placement transaction
 * with everything it read under the pool's lock; the caller turns picks into leases, or tells that a budget refused one
 * and asks again.
 */

/** An attempt that waits for slots. */
export interface QueuedAttempt {
  readonly id: string;
  readonly sweepId: string;
  readonly teamId: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Order of arrival among equals: position in the queue by time, then id. */
  readonly order: number;
  /** Whole slots needed on one node. */
  readonly slots: number;
}

/** Running slots before this placement, by team and by sweep. */
export interface Share {
  readonly byTeam: ReadonlyMap<string, number>;
  readonly bySweep: ReadonlyMap<string, number>;
}

/** A limit on the running slots of a sweep; absent means none. */
export type SweepWindow = ReadonlyMap<string, number>;

/** One attempt to be started on the given slots of the node. */
export interface Placed {
  readonly attemptId: string;
  readonly slots: readonly number[];
}

/** Why an attempt was not picked. */
export type WaitReason =
  | { readonly code: 'no_free_slot'; readonly ahead: number }
  | { readonly code: 'too_few_slots'; readonly needed: number; readonly free: number }
  | { readonly code: 'parallel'; readonly limit: number };

/** Picks, in order, and the reason of each attempt that waits. */
export interface Placement {
  readonly picks: readonly Placed[];
  readonly waiting: ReadonlyMap<string, WaitReason>;
}

/** What a placement decides on. */
export interface PlacementInput {
  readonly queue: readonly QueuedAttempt[];
  /** Free slot indices of the node, ascending. */
  readonly free: readonly number[];
  readonly share: Share;
  readonly windows: SweepWindow;
}

interface Tally {
  readonly team: Map<string, number>;
  readonly sweep: Map<string, number>;
}

/** Highest priority; then the team, then the sweep, with the fewest running slots; then arrival. */
function compare(a: QueuedAttempt, b: QueuedAttempt, tally: Tally): number {
  const running = (map: ReadonlyMap<string, number>, id: string): number => map.get(id) ?? 0;
  return (
    b.priority - a.priority ||
    running(tally.team, a.teamId) - running(tally.team, b.teamId) ||
    running(tally.sweep, a.sweepId) - running(tally.sweep, b.sweepId) ||
    a.order - b.order
  );
}

function best(candidates: readonly QueuedAttempt[], tally: Tally): QueuedAttempt | undefined {
  let first: QueuedAttempt | undefined;
  for (const candidate of candidates) {
    if (first === undefined || compare(candidate, first, tally) < 0) first = candidate;
  }
  return first;
}

/**
 * Places attempts on one node: strict priority, then fair share of running slots, then arrival.
 *
 * An attempt that needs more slots than are free reserves them against lower priorities only when nothing else of its
 * priority fits, so wide attempts are not starved by narrow ones of lower priority.
 */
export function place(input: PlacementInput): Placement {
  const tally: Tally = { team: new Map(input.share.byTeam), sweep: new Map(input.share.bySweep) };
  const free = [...input.free];
  const picks: Placed[] = [];
  const waiting = new Map<string, WaitReason>();
  let remaining = [...input.queue];
  let reservedAbove: number | undefined;
  while (remaining.length > 0) {
    const next = best(remaining, tally);
    if (next === undefined) break;
    remaining = remaining.filter((attempt) => attempt !== next);
    const limit = input.windows.get(next.sweepId);
    const running = tally.sweep.get(next.sweepId) ?? 0;
    if (limit !== undefined && running + next.slots > limit) {
      waiting.set(next.id, { code: 'parallel', limit });
    } else if (free.length === 0 || (reservedAbove !== undefined && next.priority < reservedAbove)) {
      waiting.set(next.id, { code: 'no_free_slot', ahead: waiting.size });
    } else if (next.slots > free.length) {
      waiting.set(next.id, { code: 'too_few_slots', needed: next.slots, free: free.length });
      reservedAbove ??= next.priority;
    } else {
      picks.push({ attemptId: next.id, slots: free.splice(0, next.slots) });
      tally.team.set(next.teamId, (tally.team.get(next.teamId) ?? 0) + next.slots);
      tally.sweep.set(next.sweepId, running + next.slots);
    }
  }
  return { picks, waiting };
}
