// A price of a pool from a moment on. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { PoolEntity } from './pool.entity.js';

/** A price of a pool from a moment on. */
@Entity('price_version')
@Check('price_version_currency_check', "(currency ~ '^[A-Z]{3}$'::text)")
@Check(
  'price_version_rate_micros_per_hour_check',
  "((rate_micros_per_hour >= 0) AND (rate_micros_per_hour <= '1000000000000'::bigint))",
)
@Unique('price_version_pool_id_effective_from_key', ['poolId', 'effectiveFrom'])
export class PriceVersionEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'price_version_pkey' })
  id!: string;

  @ForeignKey(() => PoolEntity, { name: 'price_version_pool_id_fkey' })
  @Column({ type: 'text', name: 'pool_id' })
  poolId!: string;

  @Column({ type: 'text' })
  currency!: string;

  @Column({ type: 'bigint', name: 'rate_micros_per_hour' })
  rateMicrosPerHour!: bigint;

  @Column({ type: 'timestamptz', name: 'effective_from' })
  effectiveFrom!: Date;

  @Column({ type: 'text' })
  source!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
