// A granted lease on its way from the poller to whoever starts its attempt.
import type { LeaseGrant } from '@swath/contracts';

/** A lease and when the request that got it was sent (CLOCK_MONOTONIC, nanoseconds): its time runs from there. */
export interface ReceivedLease {
  readonly grant: LeaseGrant;
  readonly sentNs: bigint;
}
