// The use of one lease, settled and classified. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { LeaseEntity } from './lease.entity.js';

/** The use of one lease, settled and classified. */
@Entity('usage_record')
@Check('usage_record_check', '(to_at >= from_at)')
@Check(
  'usage_record_class_check',
  "(class = ANY (ARRAY['useful'::text, 'pruned'::text, 'failed_user'::text, 'failed_infra'::text, 'preempted'::text, 'cancelled'::text, 'superseded'::text]))",
)
@Check('usage_record_cost_micros_check', '(cost_micros >= 0)')
@Check('usage_record_milli_gpu_ms_check', '(milli_gpu_ms >= 0)')
@Index('usage_record_by_org', ['orgId', 'toAt', 'leaseId'])
@Index('usage_record_by_project', ['projectId', 'fromAt'])
@Index('usage_record_by_sweep', ['sweepId', 'class'])
export class UsageRecordEntity {
  @ForeignKey(() => LeaseEntity, { name: 'usage_record_lease_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'lease_id', primaryKeyConstraintName: 'usage_record_pkey' })
  leaseId!: string;

  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @Column({ type: 'text', name: 'team_id' })
  teamId!: string;

  @Column({ type: 'text', name: 'project_id' })
  projectId!: string;

  @Column({ type: 'text', name: 'sweep_id' })
  sweepId!: string;

  @Column({ type: 'text', name: 'trial_id' })
  trialId!: string;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'text', name: 'pool_id' })
  poolId!: string;

  @Column({ type: 'text', name: 'node_id' })
  nodeId!: string;

  @Column({ type: 'text', name: 'price_version_id', nullable: true })
  priceVersionId!: string | null;

  @Column({ type: 'text' })
  class!: string;

  @Column({ type: 'text', nullable: true })
  currency!: string | null;

  @Column({ type: 'bigint', name: 'cost_micros' })
  costMicros!: bigint;

  @Column({ type: 'bigint', name: 'milli_gpu_ms' })
  milliGpuMs!: bigint;

  @Column({ type: 'timestamptz', name: 'from_at' })
  fromAt!: Date;

  @Column({ type: 'timestamptz', name: 'to_at' })
  toAt!: Date;
}
