/** Writes of pools: creation, and a new price as a new version beside the old ones, which past leases keep. */
import { DomainError, parseMicros } from '@swath/contracts';
import type { RouteInput } from '@swath/contracts';
import { expectVersion } from '@swath/lifecycle';
import type { Tx } from '@swath/persistence';

type Price = NonNullable<RouteInput<'createPool'>['body']['price']>;

/** Creates a pool. @throws `pool/exists` */
export async function createPool(
  tx: Tx,
  orgId: string,
  { name, price }: RouteInput<'createPool'>['body'],
): Promise<{ poolId: string }> {
  const poolId = `pl_${name}`;
  const rows = await tx.query<{ id: string }>(
    'INSERT INTO pool (id, org_id, name) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING id',
    [poolId, orgId, name],
  );
  if (rows.length === 0) throw new DomainError('pool/exists', `there is a pool "${name}"`);
  if (price !== undefined) await addPrice(tx, poolId, price, 'created');
  return { poolId };
}

/** Changes a pool. @throws `request/precondition-failed` */
export async function changePool(
  tx: Tx,
  poolId: string,
  change: RouteInput<'changePool'>['body'] & {
    readonly actor: string;
    readonly version: number | undefined;
  },
): Promise<void> {
  const [row] = await tx.query<{ version: number }>('SELECT version FROM pool WHERE id = $1 FOR UPDATE', [
    poolId,
  ]);
  if (row === undefined) throw new DomainError('pool/not-found', `there is no pool ${poolId}`);
  expectVersion(`pool ${poolId}`, row.version, change.version);
  await tx.query(
    `UPDATE pool SET quantum_ms = coalesce($2, quantum_ms), grace_ms = coalesce($3, grace_ms), version = version + 1 WHERE id = $1`,
    [poolId, milliseconds(change.leaseSeconds), milliseconds(change.graceSeconds)],
  );
  if (change.price !== undefined) await addPrice(tx, poolId, change.price, `changed by ${change.actor}`);
  await tx.query(`SELECT pg_notify('swath_pool', $1)`, [poolId]);
}

async function addPrice(
  tx: Tx,
  poolId: string,
  { perSlotHour, currency }: Price,
  source: string,
): Promise<void> {
  await tx.query(
    `INSERT INTO price_version (id, pool_id, currency, rate_micros_per_hour, effective_from, source)
     SELECT 'pv_' || substr($1, 4) || '_' || (count(*) + 1), $1, $2, $3, clock_timestamp(), $4
     FROM price_version WHERE pool_id = $1`,
    [poolId, currency, parseMicros(perSlotHour) ?? 0n, source],
  );
}

function milliseconds(seconds: number | undefined): number | null {
  return seconds === undefined ? null : seconds * 1000;
}
