// The price of a pool: the version in force at a moment. A lease pins the version it was granted under.
import type { Queryable } from '@swath/persistence';

/** A version of a pool's price. */
export interface PriceRow {
  readonly id: string;
  readonly currency: string;
  readonly rate_micros_per_hour: bigint;
}

/** The price in force now, or `undefined` when the pool has none. */
export async function currentPrice(db: Queryable, poolId: string): Promise<PriceRow | undefined> {
  const [row] = await db.query<PriceRow>(
    `SELECT id, currency, rate_micros_per_hour FROM price_version
     WHERE pool_id = $1 AND effective_from <= clock_timestamp() ORDER BY effective_from DESC LIMIT 1`,
    [poolId],
  );
  return row;
}
