/** Which lease ahead follows an attempt that ends, and which can never follow one. Pure; `ahead-leases.ts` acts on it. */
import type { AheadGrant } from '@swath/contracts';

type Candidate = Pick<AheadGrant, 'leaseId' | 'sweepId' | 'successor'>;

/**
 * The lease to start: one that waits for just this end before one that may start anywhere, else the first to come.
 *
 * @param waiting in the order in which they came
 * @param sweepId sweep of the attempt that ends; `undefined` for a slot that nobody has
 */
export function followerOf<Lease extends Candidate>(
  waiting: readonly Lease[],
  sweepId: string | undefined,
): Lease | undefined {
  const bound = waiting.find((lease) => lease.successor && lease.sweepId === sweepId);
  return bound ?? waiting.find((lease) => !lease.successor);
}

/**
 * Leases bound to the end of an attempt of their sweep for which none is left on this node, the last to come first.
 *
 * @param running sweeps of the attempts that run, one entry each
 */
export function surplusOf<Lease extends Candidate>(
  waiting: readonly Lease[],
  running: readonly string[],
): Lease[] {
  const left = new Map<string, number>();
  for (const sweepId of running) left.set(sweepId, (left.get(sweepId) ?? 0) + 1);
  const surplus: Lease[] = [];
  for (const lease of waiting) {
    if (!lease.successor) continue;
    const count = left.get(lease.sweepId) ?? 0;
    if (count === 0) surplus.push(lease);
    else left.set(lease.sweepId, count - 1);
  }
  return surplus.reverse();
}
