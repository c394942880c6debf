// The grants an agent gets: everything needed to run the attempts of its leases, read from rows, so the same lease always
// gives the same grant apart from its remaining time.
import type { AheadGrant, LeaseGrant, SweepSpec, TrialParameters } from '@swath/contracts';
import type { Queryable } from '@swath/persistence';
import { attemptToken } from './tokens.js';
import { inNameOrder } from './parameter-order.js';

interface GrantRow {
  readonly id: string;
  readonly attempt_id: string;
  readonly trial_id: string;
  readonly sweep_id: string;
  readonly run_id: string;
  readonly project: string;
  readonly number: number;
  readonly attempt: number;
  readonly state: 'ahead' | 'live';
  readonly successor: boolean;
  /** None for a lease ahead. */
  readonly slots: readonly number[] | null;
  readonly ttl_ms: number;
  readonly grace_ms: number;
  readonly spec: SweepSpec;
  readonly parameters: TrialParameters;
  readonly seed: bigint;
  readonly resume: LeaseGrant['resume'] | null;
}

/** Grants of open leases: those with slots, and those ahead of one. */
export interface Grants {
  readonly leases: LeaseGrant[];
  readonly ahead: AheadGrant[];
}

/** Grants of open leases, in the order of their ids. */
export async function readGrants(
  db: Queryable,
  leaseIds: readonly string[],
  secret: Buffer,
): Promise<Grants> {
  if (leaseIds.length === 0) return { leases: [], ahead: [] };
  const rows = await db.query<GrantRow>(
    `SELECT l.id, l.attempt_id, l.trial_id, l.sweep_id, l.run_id, p.name AS project, t.number, l.attempt, l.grace_ms,
       l.state, l.successor,
       greatest(0, extract(epoch FROM l.expires_at - clock_timestamp()) * 1000)::int AS ttl_ms,
       (SELECT array_agg(slot_index ORDER BY slot_index) FROM lease_slot WHERE lease_id = l.id) AS slots,
       s.spec, s.seed, t.parameters, c.resume
     FROM lease l JOIN trial t ON t.id = l.trial_id JOIN sweep s ON s.id = l.sweep_id
       JOIN project p ON p.id = s.project_id
       LEFT JOIN LATERAL (
         SELECT jsonb_build_object('checkpoint', id, 'sha256', sha256, 'size', size) AS resume FROM checkpoint
         WHERE trial_id = l.trial_id AND attempt < l.attempt AND dropped_at IS NULL ORDER BY attempt DESC, saved_at DESC LIMIT 1
       ) c ON true
     WHERE l.id = ANY ($1) AND l.state IN ('ahead', 'live') ORDER BY l.attempt_id`,
    [[...leaseIds]],
  );
  return {
    leases: rows.filter((row) => row.state === 'live').map((row) => toGrant(row, secret)),
    ahead: rows
      .filter((row) => row.state === 'ahead')
      .map((row) => ({ ...toGrant(row, secret), successor: row.successor })),
  };
}

function toGrant(row: GrantRow, secret: Buffer): LeaseGrant {
  const { spec } = row;
  const objective = spec.objectives[0]?.name;
  return {
    leaseId: row.id,
    attemptId: row.attempt_id,
    trialId: row.trial_id,
    sweepId: row.sweep_id,
    runId: row.run_id,
    project: row.project,
    trialNumber: row.number,
    attempt: row.attempt,
    slots: [...(row.slots ?? [])],
    ttlMs: row.ttl_ms,
    graceMs: row.grace_ms,
    command: [...spec.command],
    parameters: inNameOrder(row.parameters),
    env: { ...spec.env },
    token: attemptToken(secret, row.id),
    seed: Number((row.seed + BigInt(row.number)) % 2_147_483_647n),
    ...(spec.program === undefined ? {} : { program: spec.program }),
    ...(spec.working_dir === undefined ? {} : { workingDir: spec.working_dir }),
    ...(spec.checkpoint_signal === undefined ? {} : { checkpointSignal: spec.checkpoint_signal }),
    ...(objective === undefined ? {} : { objective }),
    ...(row.resume === null || row.resume === undefined ? {} : { resume: row.resume }),
  };
}
