// The time-limited right to run an attempt. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { AttemptEntity } from './attempt.entity.js';
import { NodeEntity } from './node.entity.js';
import { PoolEntity } from './pool.entity.js';
import { PriceVersionEntity } from './price-version.entity.js';
import { RunEntity } from './run.entity.js';
import { SweepEntity } from './sweep.entity.js';
import { TrialEntity } from './trial.entity.js';

/** The time-limited right to run an attempt. */
@Entity('lease')
@Check('lease_milli_gpu_check', '(milli_gpu > 0)')
@Check(
  'lease_state_check',
  "(state = ANY (ARRAY['ahead'::text, 'live'::text, 'ended'::text, 'released'::text, 'expired'::text]))",
)
@Check(
  'lease_stop_reason_check',
  "(stop_reason = ANY (ARRAY['pruned'::text, 'paused'::text, 'stopped'::text, 'cancelled'::text, 'budget'::text, 'timeout'::text, 'preempted'::text, 'fenced'::text]))",
)
@Index('lease_by_offer', ['nodeId', 'offerId'])
// INDEX lease_ahead_by_pool ON lease (pool_id) WHERE (state = 'ahead'::text)
@Index('lease_ahead_by_pool', { synchronize: false })
// INDEX lease_live_by_pool ON lease (pool_id) WHERE (state = 'live'::text)
@Index('lease_live_by_pool', { synchronize: false })
// INDEX lease_open_by_expiry ON lease (expires_at) WHERE (state = ANY (ARRAY['ahead'::text, 'live'::text]))
@Index('lease_open_by_expiry', { synchronize: false })
// INDEX lease_open_by_node ON lease (node_id) WHERE (state = ANY (ARRAY['ahead'::text, 'live'::text]))
@Index('lease_open_by_node', { synchronize: false })
// INDEX lease_open_by_sweep ON lease (sweep_id) WHERE (state = ANY (ARRAY['ahead'::text, 'live'::text]))
@Index('lease_open_by_sweep', { synchronize: false })
// UNIQUE INDEX lease_open_per_trial ON lease (trial_id) WHERE (state = ANY (ARRAY['ahead'::text, 'live'::text]))
@Index('lease_open_per_trial', { synchronize: false })
// UNIQUE INDEX lease_used_per_attempt ON lease (attempt_id) WHERE (state <> 'released'::text)
@Index('lease_used_per_attempt', { synchronize: false })
export class LeaseEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'lease_pkey' })
  id!: string;

  @ForeignKey(() => AttemptEntity, { name: 'lease_attempt_id_fkey' })
  @Column({ type: 'text', name: 'attempt_id' })
  attemptId!: string;

  @ForeignKey(() => TrialEntity, { name: 'lease_trial_id_fkey' })
  @Column({ type: 'text', name: 'trial_id' })
  trialId!: string;

  @ForeignKey(() => SweepEntity, { name: 'lease_sweep_id_fkey' })
  @Column({ type: 'text', name: 'sweep_id' })
  sweepId!: string;

  @ForeignKey(() => RunEntity, { name: 'lease_run_id_fkey' })
  @Column({ type: 'text', name: 'run_id' })
  runId!: string;

  @ForeignKey(() => PoolEntity, { name: 'lease_pool_id_fkey' })
  @Column({ type: 'text', name: 'pool_id' })
  poolId!: string;

  @ForeignKey(() => NodeEntity, { name: 'lease_node_id_fkey' })
  @Column({ type: 'text', name: 'node_id' })
  nodeId!: string;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'text', name: 'offer_id' })
  offerId!: string;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text', name: 'stop_reason', nullable: true })
  stopReason!: string | null;

  @Column({ type: 'boolean', default: () => 'false' })
  recalled!: boolean;

  @Column({ type: 'boolean', default: () => 'false' })
  successor!: boolean;

  @ForeignKey(() => PriceVersionEntity, { name: 'lease_price_version_id_fkey' })
  @Column({ type: 'text', name: 'price_version_id', nullable: true })
  priceVersionId!: string | null;

  @Column({ type: 'text', nullable: true })
  currency!: string | null;

  @Column({ type: 'bigint', name: 'rate_micros_per_hour' })
  rateMicrosPerHour!: bigint;

  @Column({ type: 'bigint', name: 'milli_gpu' })
  milliGpu!: bigint;

  @Column({ type: 'integer', name: 'quantum_ms' })
  quantumMs!: number;

  @Column({ type: 'integer', name: 'grace_ms' })
  graceMs!: number;

  @Column({ type: 'integer', name: 'tail_ms' })
  tailMs!: number;

  @Column({ type: 'timestamptz', name: 'granted_at' })
  grantedAt!: Date;

  @Column({ type: 'timestamptz', name: 'expires_at' })
  expiresAt!: Date;

  @Column({ type: 'timestamptz', name: 'settled_until' })
  settledUntil!: Date;

  @Column({ type: 'integer', default: 0 })
  settlements!: number;

  @Column({ type: 'bigint', name: 'spent_micros', default: 0 })
  spentMicros!: bigint;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
