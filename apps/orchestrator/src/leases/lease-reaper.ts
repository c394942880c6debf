/**
 * Ends leases whose agent was silent past their deadline, and takes silent nodes offline. One orchestrator at a time looks, once
 * a second.
 */
import { expireLeases, markSilentNodes } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import { BackgroundLoop } from '../background/background-loop.js';
import { ifLeader } from '../background/leadership.js';

/** Between two looks, ms. Small against the grace of 30 s, so that a lost trial is queued again without delay. */
const LOOK_MS = 1_000;

/** The reaper's loop; `start()` it, `stop()` it. */
export function createLeaseReaper(db: Database): BackgroundLoop {
  return new BackgroundLoop('LeaseReaper', async () => {
    let expired = 0;
    await ifLeader(db, 'lease-reaper', async () => {
      // Nodes first: a lease that cannot be ended must not keep a silent node in service.
      await markSilentNodes(db);
      expired = await expireLeases(db);
    });
    return expired > 0 ? 0 : LOOK_MS;
  });
}
