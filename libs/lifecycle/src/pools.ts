// Pools and their prices, as a person with the right to it creates and changes them.
import { DomainError } from '@swath/contracts';
import { violates, type Database, type Tx } from '@swath/persistence';
import { wakePool } from './notices.js';

/** What a pool may be given. */
export interface PoolSettings {
  /** Length of a lease in ms. */
  readonly quantumMs?: number;
  /** From SIGTERM to SIGKILL in ms. */
  readonly graceMs?: number;
  /** Price of one whole slot and hour. */
  readonly price?: { readonly currency: string; readonly microsPerHour: bigint; readonly source: string };
}

/** Creates a pool. @returns its id @throws `pool/exists` */
export async function createPool(
  db: Database,
  pool: PoolSettings & { readonly orgId: string; readonly name: string },
): Promise<string> {
  try {
    return await db.transaction(async (tx) => {
      const id = `pl_${pool.name}`;
      const [row] = await tx.query<{ id: string }>(
        `INSERT INTO pool (id, org_id, name, quantum_ms, grace_ms)
         VALUES ($1, $2, $3, coalesce($4, 120000), coalesce($5, 30000)) RETURNING id`,
        [id, pool.orgId, pool.name, pool.quantumMs ?? null, pool.graceMs ?? null],
      );
      if (row === undefined) throw new Error('the pool was not stored');
      await setPrice(tx, row.id, pool.price);
      return row.id;
    });
  } catch (error) {
    if (!violates(error, 'pool_org_id_name_key') && !violates(error, 'pool_pkey')) throw error;
    throw new DomainError('pool/exists', `there is a pool "${pool.name}"`, { cause: error });
  }
}

/** Changes a pool; a new price is in force from now on for new leases. @throws `pool/not-found` */
export async function editPool(
  db: Database,
  pool: PoolSettings & { readonly orgId: string; readonly poolId: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `UPDATE pool SET quantum_ms = coalesce($3, quantum_ms), grace_ms = coalesce($4, grace_ms), version = version + 1
       WHERE id = $1 AND org_id = $2 RETURNING id`,
      [pool.poolId, pool.orgId, pool.quantumMs ?? null, pool.graceMs ?? null],
    );
    if (row === undefined) throw new DomainError('pool/not-found', `there is no pool ${pool.poolId}`);
    await setPrice(tx, row.id, pool.price);
    await wakePool(tx, row.id);
  });
}

async function setPrice(tx: Tx, poolId: string, price: PoolSettings['price']): Promise<void> {
  if (price === undefined) return;
  await tx.query(
    `INSERT INTO price_version (id, pool_id, currency, rate_micros_per_hour, effective_from, source)
     SELECT 'pv_' || substr($1, 4) || '_' || (count(*) + 1), $1, $2, $3, clock_timestamp(), $4 FROM price_version WHERE pool_id = $1`,
    [poolId, price.currency, price.microsPerHour, price.source],
  );
}
