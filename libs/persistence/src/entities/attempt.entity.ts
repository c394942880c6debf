// One execution of a trial. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { NodeEntity } from './node.entity.js';
import { PoolEntity } from './pool.entity.js';
import { SweepEntity } from './sweep.entity.js';
import { TrialEntity } from './trial.entity.js';

/** One execution of a trial. */
@Entity('attempt')
@Check('attempt_ahead_check', "((NOT ahead) OR (state = 'queued'::text))")
@Check(
  'attempt_cause_check',
  "(cause = ANY (ARRAY['first'::text, 'retry'::text, 'preemption'::text, 'promotion'::text, 'requeue'::text]))",
)
@Check('attempt_check', "((state = 'ended'::text) = (outcome IS NOT NULL))")
@Check('attempt_number_check', '(number > 0)')
@Check(
  'attempt_outcome_check',
  "(outcome = ANY (ARRAY['finished'::text, 'pruned'::text, 'paused'::text, 'failed'::text, 'lost'::text, 'infrastructure'::text, 'preempted'::text, 'stopped'::text, 'cancelled'::text, 'budget'::text, 'timeout'::text]))",
)
@Check('attempt_slots_check', '(slots > 0)')
@Check(
  'attempt_state_check',
  "(state = ANY (ARRAY['queued'::text, 'running'::text, 'ended'::text, 'withdrawn'::text]))",
)
@Unique('attempt_trial_id_number_key', ['trialId', 'number'])
@Index('attempt_by_sweep', ['sweepId', 'state'])
// UNIQUE INDEX attempt_open_per_trial ON attempt (trial_id) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]))
@Index('attempt_open_per_trial', { synchronize: false })
// INDEX attempt_queue ON attempt (pool_id, priority DESC, enqueued_at, id) WHERE (state = 'queued'::text)
@Index('attempt_queue', { synchronize: false })
// INDEX attempt_queue_by_sweep ON attempt (sweep_id, priority DESC, enqueued_at, id) WHERE (state = 'queued'::text)
@Index('attempt_queue_by_sweep', { synchronize: false })
// INDEX attempt_queue_due ON attempt (pool_id, not_before) WHERE ((state = 'queued'::text) AND (not_before IS NOT NULL))
@Index('attempt_queue_due', { synchronize: false })
export class AttemptEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'attempt_pkey' })
  id!: string;

  @ForeignKey(() => TrialEntity, { name: 'attempt_trial_id_fkey' })
  @Column({ type: 'text', name: 'trial_id' })
  trialId!: string;

  @ForeignKey(() => SweepEntity, { name: 'attempt_sweep_id_fkey' })
  @Column({ type: 'text', name: 'sweep_id' })
  sweepId!: string;

  @ForeignKey(() => PoolEntity, { name: 'attempt_pool_id_fkey' })
  @Column({ type: 'text', name: 'pool_id' })
  poolId!: string;

  @Column({ type: 'integer' })
  number!: number;

  @Column({ type: 'text' })
  cause!: string;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text', nullable: true })
  outcome!: string | null;

  @Column({ type: 'integer' })
  slots!: number;

  @Column({ type: 'integer' })
  priority!: number;

  @Column({ type: 'timestamptz', name: 'enqueued_at' })
  enqueuedAt!: Date;

  @Column({ type: 'timestamptz', name: 'not_before', nullable: true })
  notBefore!: Date | null;

  @Column({ type: 'boolean', default: () => 'false' })
  ahead!: boolean;

  @Column({ type: 'integer', default: 0 })
  grants!: number;

  @Column({ type: 'jsonb', nullable: true })
  waiting!: unknown;

  @ForeignKey(() => NodeEntity, { name: 'attempt_node_id_fkey' })
  @Column({ type: 'text', name: 'node_id', nullable: true })
  nodeId!: string | null;

  @Column({ type: 'timestamptz', name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'jsonb', nullable: true })
  exit!: unknown;
}
