// Who is calling: API keys of people, services and agents, and tokens of attempts. Keys are stored as SHA-256 hashes; they are
// random and long, so a slow hash would add nothing.
import { createHash } from 'node:crypto';
import { DomainError } from '@swath/contracts';
import type { Database, Queryable, Tx } from '@swath/persistence';
import { leaseOfToken } from './tokens.js';

/** What a key may do, each role including those before it; `agent` reaches only its pool's leases. */
export type Role = 'viewer' | 'member' | 'budget_owner' | 'admin' | 'agent';

/** An authenticated caller. */
export type Principal =
  | {
      readonly kind: 'user' | 'service';
      readonly id: string;
      readonly orgId: string;
      /** The project the key is bound to; null for any of the organisation. */
      readonly projectId: string | null;
      readonly role: Role;
    }
  | { readonly kind: 'agent'; readonly id: string; readonly orgId: string; readonly poolName: string | null }
  | {
      readonly kind: 'attempt';
      readonly id: string;
      readonly orgId: string;
      readonly projectId: string;
      readonly leaseId: string;
      readonly runId: string;
      readonly attempt: number;
    };

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** The caller a bearer token stands for, or `undefined`. An attempt's token works only while its lease is live. */
export async function authenticate(
  db: Queryable,
  token: string,
  secret: Buffer,
): Promise<Principal | undefined> {
  const leaseId = leaseOfToken(secret, token);
  if (leaseId !== undefined) return attemptPrincipal(db, leaseId);
  const [row] = await db.query<{
    id: string;
    org_id: string;
    kind: 'user' | 'service' | 'agent';
    project_id: string | null;
    pool_name: string | null;
    role: Role;
  }>(
    `SELECT p.id, k.org_id, p.kind, k.project_id, k.pool_name, k.role
     FROM api_key k JOIN principal p ON p.id = k.principal_id WHERE k.hash = $1 AND k.revoked_at IS NULL`,
    [hashOf(token)],
  );
  if (row === undefined) return undefined;
  if (row.kind === 'agent') return { kind: 'agent', id: row.id, orgId: row.org_id, poolName: row.pool_name };
  return { kind: row.kind, id: row.id, orgId: row.org_id, projectId: row.project_id, role: row.role };
}

async function attemptPrincipal(db: Queryable, leaseId: string): Promise<Principal | undefined> {
  const [row] = await db.query<{
    org_id: string;
    project_id: string;
    run_id: string;
    attempt: number;
    attempt_id: string;
    state: 'ahead' | 'live';
  }>(
    `SELECT s.org_id, s.project_id, l.run_id, l.attempt, l.attempt_id, l.state
     FROM lease l JOIN sweep s ON s.id = l.sweep_id WHERE l.id = $1 AND l.state IN ('ahead', 'live')`,
    [leaseId],
  );
  if (row === undefined) return undefined;
  if (row.state === 'ahead') {
    throw new DomainError(
      'lease/not-started',
      `the start of attempt ${row.attempt} has not been reported yet`,
    );
  }
  return {
    kind: 'attempt',
    id: row.attempt_id,
    orgId: row.org_id,
    projectId: row.project_id,
    leaseId,
    runId: row.run_id,
    attempt: row.attempt,
  };
}

/** The organisation, project, pool and price that a new installation starts with. */
export const firstIds = {
  org: 'og_default',
  team: 'te_default',
  project: 'pj_default',
  pool: 'pl_local',
} as const;

/** Price of the local pool: 0.36 USD an hour and slot, so that example costs are small but not zero. */
const LOCAL_RATE_MICROS = 360_000n;

/** Creates what a new installation needs and makes the two given keys valid. Repeating it changes nothing. */
export async function createFirstKeys(
  db: Database,
  keys: { readonly apiKey: string; readonly agentKey: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query(`INSERT INTO org (id, name) VALUES ($1, 'default') ON CONFLICT DO NOTHING`, [
      firstIds.org,
    ]);
    await tx.query(`INSERT INTO team (id, org_id, name) VALUES ($1, $2, 'default') ON CONFLICT DO NOTHING`, [
      firstIds.team,
      firstIds.org,
    ]);
    await tx.query(
      `INSERT INTO project (id, org_id, team_id, name) VALUES ($1, $2, $3, 'default') ON CONFLICT DO NOTHING`,
      [firstIds.project, firstIds.org, firstIds.team],
    );
    await tx.query(`INSERT INTO pool (id, org_id, name) VALUES ($1, $2, 'local') ON CONFLICT DO NOTHING`, [
      firstIds.pool,
      firstIds.org,
    ]);
    await tx.query(
      `INSERT INTO price_version (id, pool_id, currency, rate_micros_per_hour, effective_from, source)
       VALUES ($1, $2, 'USD', $3, '2000-01-01T00:00:00Z', 'first start') ON CONFLICT DO NOTHING`,
      [`pv_${firstIds.pool.slice(3)}_1`, firstIds.pool, LOCAL_RATE_MICROS],
    );
    await insertKey(tx, { principal: 'us_first', kind: 'user', role: 'admin', key: keys.apiKey });
    await insertKey(tx, { principal: 'ag_first', kind: 'agent', role: 'agent', key: keys.agentKey });
  });
}

interface FirstKey {
  readonly principal: string;
  readonly kind: 'user' | 'agent';
  readonly role: Role;
  readonly key: string;
}

async function insertKey(tx: Tx, first: FirstKey): Promise<void> {
  const hash = hashOf(first.key);
  await tx.query(
    `INSERT INTO principal (id, org_id, kind, name) VALUES ($1, $2, $3, 'first') ON CONFLICT DO NOTHING`,
    [first.principal, firstIds.org, first.kind],
  );
  await tx.query(
    `INSERT INTO api_key (id, org_id, principal_id, project_id, role, hash, hint)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      `tk_${hash.toString('hex').slice(0, 16)}`,
      firstIds.org,
      first.principal,
      first.kind === 'user' ? firstIds.project : null,
      first.role,
      hash,
      first.key.slice(0, 8),
    ],
  );
}
