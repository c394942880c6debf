/**
 * Chooses which trials a Gaussian process is built on when there are more than it can afford: cost grows with the cube of their
 * number, and far from the interesting region precision does not matter. Called once per fit.
 */
import { PURPOSES } from '../random/stream.js';
import { philox } from '../random/philox.js';

/** A trial as the choice sees it. */
export interface SubsetMember {
  readonly index: number;
  /** Trial number: keys the random part, so that a trial stays chosen from call to call. */
  readonly number: number;
  /** Smaller is kept first. */
  readonly priority: number;
}

/**
 * Indices of at most `limit` members, ascending: the `share` with the smallest priority, the rest at random but stable.
 *
 * @param share in [0, 1]
 * @param seed integer in [0, 2^53)
 */
export function chooseSubset(
  members: readonly SubsetMember[],
  limit: number,
  share: number,
  seed: number,
): readonly number[] {
  if (members.length <= limit) return members.map(({ index }) => index);
  const first = [...members].sort((a, b) => a.priority - b.priority || a.number - b.number);
  const kept = first.slice(0, Math.round(limit * share));
  const drawn = first
    .slice(kept.length)
    .map((member) => ({ member, ticket: ticketOf(member.number, seed) }))
    .sort((a, b) => a.ticket - b.ticket || a.member.number - b.member.number)
    .slice(0, limit - kept.length)
    .map(({ member }) => member);
  return [...kept, ...drawn].map(({ index }) => index).sort((a, b) => a - b);
}

function ticketOf(number: number, seed: number): number {
  const out = new Uint32Array(4);
  const key = Uint32Array.of(seed >>> 0, Math.floor(seed / 4294967296) >>> 0);
  philox(Uint32Array.of(0, number >>> 0, PURPOSES.subset, 0), key, out);
  return out[0];
}
