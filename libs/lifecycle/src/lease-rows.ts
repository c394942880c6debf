// Lease rows as the transactions here read and lock them.
import { DomainError } from '@swath/contracts';
import type { LeaseState, StopReason } from '@swath/contracts';
import type { Use } from '@swath/ledger';
import type { Queryable, Tx } from '@swath/persistence';

/** A lease as stored. */
export interface LeaseRow {
  readonly id: string;
  readonly attempt_id: string;
  readonly trial_id: string;
  readonly sweep_id: string;
  readonly run_id: string;
  readonly pool_id: string;
  readonly node_id: string;
  readonly attempt: number;
  readonly state: LeaseState;
  readonly stop_reason: StopReason | null;
  /** A lease ahead that the node was asked to give back. */
  readonly recalled: boolean;
  readonly price_version_id: string | null;
  readonly currency: string | null;
  readonly rate_micros_per_hour: bigint;
  readonly milli_gpu: bigint;
  readonly quantum_ms: number;
  readonly grace_ms: number;
  readonly tail_ms: number;
  readonly granted_at: Date;
  readonly expires_at: Date;
  /** Use up to here is settled; of a lease ahead the last word of its agent, before which it has not been started. */
  readonly settled_until: Date;
  readonly settlements: number;
  readonly spent_micros: bigint;
}

/** Columns of `LeaseRow`, for a table aliased as `l`. */
export const leaseColumns = `l.id, l.attempt_id, l.trial_id, l.sweep_id, l.run_id, l.pool_id, l.node_id, l.attempt, l.state,
  l.stop_reason, l.recalled, l.price_version_id, l.currency, l.rate_micros_per_hour, l.milli_gpu, l.quantum_ms, l.grace_ms, l.tail_ms,
  l.granted_at, l.expires_at, l.settled_until, l.settlements, l.spent_micros`;

/** Reads a lease without a lock. */
export async function readLease(db: Queryable, leaseId: string): Promise<LeaseRow | undefined> {
  const [row] = await db.query<LeaseRow>(`SELECT ${leaseColumns} FROM lease l WHERE l.id = $1`, [leaseId]);
  return row;
}

/** The node of a lease. @throws `lease/not-found` */
export async function leaseNode(db: Queryable, leaseId: string): Promise<string> {
  const [row] = await db.query<{ node_id: string }>('SELECT node_id FROM lease WHERE id = $1', [leaseId]);
  if (row === undefined) throw new DomainError('lease/not-found', `there is no lease ${leaseId}`);
  return row.node_id;
}

/** Locks leases by id, in order, and reads them. */
export async function lockLeases(tx: Tx, leaseIds: readonly string[]): Promise<LeaseRow[]> {
  if (leaseIds.length === 0) return [];
  return tx.query<LeaseRow>(
    `SELECT ${leaseColumns} FROM lease l WHERE l.id = ANY ($1) ORDER BY l.id FOR UPDATE`,
    [[...leaseIds]],
  );
}

/** A lease's use from its grant to a moment, at its pinned price. */
export function useUntil(lease: LeaseRow, at: Date): Use {
  return {
    rateMicrosPerHour: lease.rate_micros_per_hour,
    milliGpu: lease.milli_gpu,
    ms: BigInt(Math.max(0, at.getTime() - lease.granted_at.getTime())),
  };
}

/** When the lease's processes are certainly gone. */
export function certainEnd(lease: LeaseRow): Date {
  return new Date(lease.expires_at.getTime() + lease.tail_ms);
}

/** What is held and spent for a lease in one budget. */
export interface LeaseHoldRow {
  readonly lease_id: string;
  readonly budget_id: string;
  readonly held: bigint;
  readonly spent: bigint;
}

/** Holds of leases. The leases are locked by the caller. */
export async function readHolds(tx: Queryable, leaseIds: readonly string[]): Promise<LeaseHoldRow[]> {
  return tx.query<LeaseHoldRow>(
    'SELECT lease_id, budget_id, held, spent FROM lease_hold WHERE lease_id = ANY ($1) ORDER BY lease_id, budget_id',
    [[...leaseIds]],
  );
}

/** Writes new holds of leases. */
export async function writeHolds(tx: Tx, holds: readonly LeaseHoldRow[]): Promise<void> {
  if (holds.length === 0) return;
  const rows = holds.map((hold) => ({ ...hold, held: hold.held.toString(), spent: hold.spent.toString() }));
  await tx.query(
    `UPDATE lease_hold h SET held = (r->>'held')::bigint, spent = (r->>'spent')::bigint
     FROM jsonb_array_elements($1::jsonb) r
     WHERE h.lease_id = ANY ($2) AND h.lease_id = r->>'lease_id' AND h.budget_id = r->>'budget_id'`,
    [JSON.stringify(rows), rows.map((row) => row.lease_id)],
  );
}
