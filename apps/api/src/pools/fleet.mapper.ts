/** Pool, node and queue rows as the API shows them. */
import type { NodeView, PoolView, QueueEntry } from '@swath/contracts';
import type { NodeSummary, PoolSummary, QueueEntry as QueueRow } from '@swath/lifecycle';
import { moneyOf, timeOf, waitingOf } from '../sweeps/sweep.mapper.js';

/** A pool. */
export function toPoolView(row: PoolSummary): PoolView {
  return {
    id: row.id,
    name: row.name,
    pricePerSlotHour: moneyOf(row.rateMicrosPerHour, row.currency),
    leaseSeconds: row.quantumMs / 1000,
    graceSeconds: row.graceMs / 1000,
    nodes: row.nodes,
    slots: row.slots,
    busySlots: row.busy,
    queued: row.queued,
    version: row.version,
  };
}

/** A node. */
export function toNodeView({ lastSeenAt, slots, ...row }: NodeSummary): NodeView {
  return { ...row, lastSeenAt: lastSeenAt.toISOString(), slots: slots.map((slot) => ({ ...slot })) };
}

/** A queued attempt. */
export function toQueueEntry({ waiting, enqueuedAt, notBefore, ...row }: QueueRow): QueueEntry {
  return {
    ...row,
    waiting: waitingOf(waiting),
    enqueuedAt: enqueuedAt.toISOString(),
    notBefore: timeOf(notBefore),
  };
}
