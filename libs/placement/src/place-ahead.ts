/**
 * Which queued attempts a node may be leased before a slot of it is free, so that the next one starts the moment a slot does
 * become free. Called by the placement transaction after `place`; the caller turns picks into leases.
 */
import { compareQueued, type QueuedAttempt, type Share, type SweepWindow } from './place.js';

/** What leasing ahead decides on. */
export interface AheadInput {
  /** Without those that were just placed. */
  readonly queue: readonly QueuedAttempt[];
  /** Slots that are free in the pool now: as many attempts of the queue do not need to wait for this node. */
  readonly freeElsewhere: number;
  /** How many leases the node wants. */
  readonly wanted: number;
  /** Slots in use, those of leases ahead included unless they are successors, and those that were just placed. */
  readonly share: Share;
  readonly windows: SweepWindow;
  /** Attempts of each sweep that run on this node and have no successor there yet. */
  readonly replaceable: ReadonlyMap<string, number>;
}

/** One attempt to be leased ahead. */
export interface PlacedAhead {
  readonly attemptId: string;
  /** May be started only in place of an attempt of its own sweep. */
  readonly successor: boolean;
}

/**
 * Takes from the queue in its order what no free slot could take, until the node has what it wants.
 *
 * A sweep at its limit of running slots gets a successor only: it starts in place of an attempt of the same sweep, so the limit
 * holds. An attempt that needs several slots ends the picking: what becomes free here is for it, by the ordinary way.
 */
export function placeAhead(input: AheadInput): PlacedAhead[] {
  const tally = { team: new Map(input.share.byTeam), sweep: new Map(input.share.bySweep) };
  const replaceable = new Map(input.replaceable);
  const picks: PlacedAhead[] = [];
  let remaining = [...input.queue];
  let spare = input.freeElsewhere;
  while (picks.length < input.wanted) {
    const next = remaining.toSorted((a, b) => compareQueued(a, b, tally))[0];
    if (next === undefined) break;
    remaining = remaining.filter((attempt) => attempt !== next);
    if (isAtLimit(next, input, tally.sweep)) {
      if (takesPlace(next, replaceable)) picks.push({ attemptId: next.id, successor: true });
      continue;
    }
    add(tally.team, next.teamId, next.slots);
    add(tally.sweep, next.sweepId, next.slots);
    if (spare >= next.slots) spare -= next.slots;
    else if (next.slots > 1) break;
    else if (!next.avoidsNode) picks.push({ attemptId: next.id, successor: false });
  }
  return picks;
}

function add(map: Map<string, number>, id: string, slots: number): void {
  map.set(id, (map.get(id) ?? 0) + slots);
}

function isAtLimit(
  attempt: QueuedAttempt,
  { windows }: AheadInput,
  running: ReadonlyMap<string, number>,
): boolean {
  const limit = windows.get(attempt.sweepId);
  return limit !== undefined && (running.get(attempt.sweepId) ?? 0) + attempt.slots > limit;
}

/** Whether one that runs on the node can be replaced by the attempt; counts it as replaced. */
function takesPlace(attempt: QueuedAttempt, replaceable: Map<string, number>): boolean {
  if (attempt.slots > 1 || attempt.avoidsNode || (replaceable.get(attempt.sweepId) ?? 0) === 0) return false;
  add(replaceable, attempt.sweepId, -1);
  return true;
}
