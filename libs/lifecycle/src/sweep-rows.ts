// Sweep rows as the transactions here read and lock them.
import { DomainError, type Json, type SweepReason, type SweepSpec, type SweepState } from '@swath/contracts';
import type { Queryable, Tx } from '@swath/persistence';

/** A sweep as stored. */
export interface SweepRow {
  readonly id: string;
  readonly org_id: string;
  readonly team_id: string;
  readonly project_id: string;
  readonly pool_id: string;
  readonly created_by: string;
  readonly name: string;
  readonly spec: SweepSpec;
  readonly seed: bigint;
  readonly state: SweepState;
  readonly reason: SweepReason | null;
  readonly reason_text: string | null;
  readonly parallel: number | null;
  readonly max_trials: number | null;
  readonly max_active_ms: bigint | null;
  readonly active_ms: bigint;
  readonly active_since: Date | null;
  readonly next_trial: number;
  readonly next_launch: number;
  readonly exhausted: boolean;
  readonly search_model: Json;
  readonly version: number;
  readonly created_at: Date;
  readonly ended_at: Date | null;
}

const columns = `id, org_id, team_id, project_id, pool_id, created_by, name, spec, seed, state, reason, reason_text, parallel,
  max_trials, max_active_ms, active_ms, active_since, next_trial, next_launch, exhausted, search_model, version, created_at, ended_at`;

/** Reads a sweep. @throws `sweep/not-found` */
export async function readSweepRow(db: Queryable, sweepId: string): Promise<SweepRow> {
  const [row] = await db.query<SweepRow>(`SELECT ${columns} FROM sweep WHERE id = $1`, [sweepId]);
  if (row === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${sweepId}`);
  return row;
}

/** Locks a sweep and reads it: the first lock of every transaction that changes it. @throws `sweep/not-found` */
export async function lockSweep(tx: Tx, sweepId: string): Promise<SweepRow> {
  const [row] = await tx.query<SweepRow>(`SELECT ${columns} FROM sweep WHERE id = $1 FOR UPDATE`, [sweepId]);
  if (row === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${sweepId}`);
  return row;
}

/** Locks a sweep against a change of its state and reads it. @throws `sweep/not-found` */
export async function shareSweep(tx: Tx, sweepId: string): Promise<SweepRow> {
  const [row] = await tx.query<SweepRow>(`SELECT ${columns} FROM sweep WHERE id = $1 FOR SHARE`, [sweepId]);
  if (row === undefined) throw new DomainError('sweep/not-found', `there is no sweep ${sweepId}`);
  return row;
}

/** The database's clock, read after locks were taken. */
export async function clock(tx: Queryable): Promise<Date> {
  const [row] = await tx.query<{ at: Date }>('SELECT clock_timestamp() AS at');
  if (row === undefined) throw new Error('the database did not answer with its time');
  return row.at;
}

/** Milliseconds the sweep has been active: running time without pauses. */
export function activeMs(sweep: Pick<SweepRow, 'active_ms' | 'active_since'>, now: Date): number {
  const open = sweep.active_since === null ? 0 : Math.max(0, now.getTime() - sweep.active_since.getTime());
  return Number(sweep.active_ms) + open;
}
