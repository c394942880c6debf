// One set of values being evaluated. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ProjectEntity } from './project.entity.js';
import { RunEntity } from './run.entity.js';
import { SweepEntity } from './sweep.entity.js';

/** One set of values being evaluated. */
@Entity('trial')
@Check('trial_number_check', '(number > 0)')
@Check(
  'trial_state_check',
  "(state = ANY (ARRAY['queued'::text, 'running'::text, 'paused'::text, 'finished'::text, 'pruned'::text, 'failed'::text, 'stopped'::text, 'cancelled'::text, 'not_run'::text]))",
)
@Unique('trial_run_id_key', ['runId'])
@Unique('trial_sweep_id_number_key', ['sweepId', 'number'])
@Unique('trial_sweep_id_parameters_key_replicate_key', ['sweepId', 'parametersKey', 'replicate'])
@Index('trial_by_state', ['sweepId', 'state'])
@Index('trial_by_value', ['sweepId', 'value'])
// INDEX trial_open ON trial (sweep_id, number) WHERE (ended_at IS NULL)
@Index('trial_open', { synchronize: false })
export class TrialEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'trial_pkey' })
  id!: string;

  @ForeignKey(() => SweepEntity, { name: 'trial_sweep_id_fkey' })
  @Column({ type: 'text', name: 'sweep_id' })
  sweepId!: string;

  @ForeignKey(() => ProjectEntity, { name: 'trial_project_id_fkey' })
  @Column({ type: 'text', name: 'project_id' })
  projectId!: string;

  @ForeignKey(() => RunEntity, { name: 'trial_run_id_fkey' })
  @Column({ type: 'text', name: 'run_id' })
  runId!: string;

  @Column({ type: 'integer' })
  number!: number;

  @Column({ type: 'jsonb' })
  parameters!: unknown;

  @Column({ type: 'text', name: 'parameters_key' })
  parametersKey!: string;

  @Column({ type: 'integer', default: 0 })
  replicate!: number;

  @Column({ type: 'jsonb', nullable: true })
  info!: unknown;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'jsonb', nullable: true })
  reason!: unknown;

  @Column({ type: 'integer', default: 0 })
  bracket!: number;

  @Column({ type: 'double precision', nullable: true })
  value!: number | null;

  @Column({ type: 'jsonb', name: 'objective_values', default: () => "'{}'" })
  objectiveValues!: unknown;

  @Column({ type: 'double precision', default: 0 })
  resource!: number;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  progress!: unknown;

  @Column({ type: 'integer', name: 'attempt_count', default: 0 })
  attemptCount!: number;

  @Column({ type: 'bigint', name: 'spent_micros', default: 0 })
  spentMicros!: bigint;

  @Column({ type: 'bigint', name: 'run_ms', default: 0 })
  runMs!: bigint;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;
}
