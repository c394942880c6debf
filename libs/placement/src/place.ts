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
  /** How long it has waited, milliseconds. */
  readonly waitedMs: number;
  /** It failed on this node through no fault of its own and should run elsewhere for now. */
  readonly avoidsNode: boolean;
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
  | { readonly code: 'node_too_small'; readonly needed: number; readonly capacity: number }
  | { readonly code: 'avoids_node' }
  /** `limit` in trials. */
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
  /** Slots of the node, busy ones included. */
  readonly capacity: number;
  /** Slots that nodes of the pool would have to free before they could take an attempt of `needed` slots: this node is the nearest. */
  readonly isNearest: (needed: number) => boolean;
}

/** How long an attempt that needs several slots lets smaller ones of its priority go first, milliseconds. */
export const RESERVE_AFTER_MS = 60_000;

interface Tally {
  readonly team: Map<string, number>;
  readonly sweep: Map<string, number>;
}

/**
 * Highest priority; then the team, then the sweep, with the fewest running slots; then arrival.
 *
 * @internal
 */
export function compareQueued(a: QueuedAttempt, b: QueuedAttempt, tally: Tally): number {
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
    if (first === undefined || compareQueued(candidate, first, tally) < 0) first = candidate;
  }
  return first;
}

/**
 * Places attempts on one node: strict priority, then fair share of running slots, then arrival.
 *
 * An attempt that needs more slots than are free keeps them from lower priorities at once, and from its own priority after
 * `RESERVE_AFTER_MS`, on the one node of the pool that is nearest to having enough: so a wide attempt is never starved by
 * narrow ones, and never idles more than one node. Within one priority nothing else can hold an attempt back for good; a
 * lower priority waits for as long as a higher one has work, which is what a priority means.
 */
export function place(input: PlacementInput): Placement {
  const tally: Tally = { team: new Map(input.share.byTeam), sweep: new Map(input.share.bySweep) };
  const free = [...input.free];
  const picks: Placed[] = [];
  const waiting = new Map<string, WaitReason>();
  let remaining = [...input.queue];
  /** Attempts of this priority and below get no slot of this node. */
  let reservedUpTo = -Infinity;
  const reserved = (attempt: QueuedAttempt): boolean => attempt.priority <= reservedUpTo;
  while (remaining.length > 0 && free.length > 0) {
    const next = best(remaining, tally);
    if (next === undefined) break;
    remaining = remaining.filter((attempt) => attempt !== next);
    const barred = barredFrom(next, input, tally);
    if (barred !== undefined) {
      waiting.set(next.id, barred);
    } else if (reserved(next)) {
      waiting.set(next.id, { code: 'no_free_slot', ahead: waiting.size });
    } else if (next.slots > free.length) {
      waiting.set(next.id, { code: 'too_few_slots', needed: next.slots, free: free.length });
      if (input.isNearest(next.slots)) reservedUpTo = Math.max(reservedUpTo, reservedBy(next));
    } else {
      picks.push({ attemptId: next.id, slots: free.splice(0, next.slots) });
      tally.team.set(next.teamId, (tally.team.get(next.teamId) ?? 0) + next.slots);
      tally.sweep.set(next.sweepId, (tally.sweep.get(next.sweepId) ?? 0) + next.slots);
    }
  }
  for (const attempt of remaining) {
    const limit = limitReached(attempt, input, tally);
    waiting.set(attempt.id, limit ?? { code: 'no_free_slot', ahead: waiting.size });
  }
  return { picks, waiting };
}

/** What keeps an attempt from this node however many slots are free; `undefined` when nothing does. */
function barredFrom(attempt: QueuedAttempt, input: PlacementInput, tally: Tally): WaitReason | undefined {
  const limit = limitReached(attempt, input, tally);
  if (limit !== undefined) return limit;
  if (attempt.avoidsNode) return { code: 'avoids_node' };
  if (attempt.slots <= input.capacity) return undefined;
  return { code: 'node_too_small', needed: attempt.slots, capacity: input.capacity };
}

/** The sweep's limit on running slots, when the attempt would exceed it. */
function limitReached(attempt: QueuedAttempt, input: PlacementInput, tally: Tally): WaitReason | undefined {
  const limit = input.windows.get(attempt.sweepId);
  if (limit === undefined || (tally.sweep.get(attempt.sweepId) ?? 0) + attempt.slots <= limit)
    return undefined;
  return { code: 'parallel', limit: limit / attempt.slots };
}

/** Up to which priority a wide attempt keeps the node: below its own at once, its own once it has waited long. */
function reservedBy(attempt: QueuedAttempt): number {
  return attempt.waitedMs >= RESERVE_AFTER_MS ? attempt.priority : attempt.priority - 1;
}
