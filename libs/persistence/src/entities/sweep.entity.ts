// A submitted search. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { OrgEntity } from './org.entity.js';
import { PoolEntity } from './pool.entity.js';
import { PrincipalEntity } from './principal.entity.js';
import { ProjectEntity } from './project.entity.js';
import { TeamEntity } from './team.entity.js';

/** A submitted search. */
@Entity('sweep')
@Check('sweep_initial_failures_check', '(initial_failures >= 0)')
@Check('sweep_max_active_ms_check', '(max_active_ms > 0)')
@Check('sweep_max_trials_check', '(max_trials >= 1)')
@Check('sweep_parallel_check', '(parallel >= 1)')
@Check(
  'sweep_reason_check',
  "(reason = ANY (ARRAY['exhausted'::text, 'max_trials'::text, 'max_cost'::text, 'max_gpu_hours'::text, 'max_wall_clock'::text, 'budget'::text, 'target'::text, 'converged'::text, 'failures'::text, 'user'::text, 'internal'::text]))",
)
@Check(
  'sweep_state_check',
  "(state = ANY (ARRAY['running'::text, 'paused'::text, 'stopping'::text, 'cancelling'::text, 'finished'::text, 'stopped'::text, 'cancelled'::text, 'failed'::text]))",
)
// INDEX sweep_by_project ON sweep (project_id, created_at DESC, id)
@Index('sweep_by_project', { synchronize: false })
// INDEX sweep_placeable ON sweep (pool_id, id) WHERE ((state = 'running'::text) AND (ended_at IS NULL))
@Index('sweep_placeable', { synchronize: false })
// INDEX sweep_open ON sweep (id) WHERE (ended_at IS NULL)
@Index('sweep_open', { synchronize: false })
export class SweepEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'sweep_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'sweep_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => TeamEntity, { name: 'sweep_team_id_fkey' })
  @Column({ type: 'text', name: 'team_id' })
  teamId!: string;

  @ForeignKey(() => ProjectEntity, { name: 'sweep_project_id_fkey' })
  @Column({ type: 'text', name: 'project_id' })
  projectId!: string;

  @ForeignKey(() => PoolEntity, { name: 'sweep_pool_id_fkey' })
  @Column({ type: 'text', name: 'pool_id' })
  poolId!: string;

  @ForeignKey(() => PrincipalEntity, { name: 'sweep_created_by_fkey' })
  @Column({ type: 'text', name: 'created_by' })
  createdBy!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  spec!: unknown;

  @Column({ type: 'text', name: 'spec_text', nullable: true })
  specText!: string | null;

  @Column({ type: 'bigint' })
  seed!: bigint;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'text', name: 'reason_text', nullable: true })
  reasonText!: string | null;

  @Column({ type: 'integer', nullable: true })
  parallel!: number | null;

  @Column({ type: 'integer', name: 'max_trials', nullable: true })
  maxTrials!: number | null;

  @Column({ type: 'bigint', name: 'max_active_ms', nullable: true })
  maxActiveMs!: bigint | null;

  @Column({ type: 'bigint', name: 'active_ms', default: 0 })
  activeMs!: bigint;

  @Column({ type: 'timestamptz', name: 'active_since', nullable: true })
  activeSince!: Date | null;

  @Column({ type: 'integer', name: 'next_trial', default: 1 })
  nextTrial!: number;

  @Column({ type: 'integer', name: 'next_launch', default: 1 })
  nextLaunch!: number;

  @Column({ type: 'boolean', default: () => 'false' })
  exhausted!: boolean;

  /** `null` once an attempt has logged a metric or finished, and where the sweep has no such limit. */
  @Column({ type: 'integer', name: 'initial_failures', nullable: true })
  initialFailures!: number | null;

  @Column({ type: 'jsonb', name: 'search_model', nullable: true })
  searchModel!: unknown;

  @Column({ type: 'json', nullable: true })
  report!: unknown;

  @Column({ type: 'integer', default: 1 })
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
