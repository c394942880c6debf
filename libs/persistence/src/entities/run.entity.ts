// What is recorded of a training run. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';
import { PrincipalEntity } from './principal.entity.js';
import { ProjectEntity } from './project.entity.js';

/** What is recorded of a training run. */
@Entity('run')
@Check(
  'run_state_check',
  "(state = ANY (ARRAY['pending'::text, 'running'::text, 'finished'::text, 'failed'::text, 'crashed'::text, 'killed'::text, 'preempted'::text]))",
)
@Unique('run_project_id_name_key', ['projectId', 'name'])
// INDEX run_by_project ON run (project_id, created_at DESC, id)
@Index('run_by_project', { synchronize: false })
export class RunEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'run_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'run_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => ProjectEntity, { name: 'run_project_id_fkey' })
  @Column({ type: 'text', name: 'project_id' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text', name: 'display_name' })
  displayName!: string;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  config!: unknown;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  summary!: unknown;

  @Column({ type: 'text', array: true, default: () => "'{}'" })
  tags!: string[];

  @Column({ type: 'text', nullable: true })
  notes!: string | null;

  @Column({ type: 'text', name: 'group_name', nullable: true })
  groupName!: string | null;

  @Column({ type: 'text', name: 'job_type', nullable: true })
  jobType!: string | null;

  @Column({ type: 'bigint', name: 'row_count', default: 0 })
  rowCount!: bigint;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;

  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column({ type: 'text', name: 'config_text', nullable: true })
  configText!: string | null;

  @Column({ type: 'text', name: 'summary_text', nullable: true })
  summaryText!: string | null;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @ForeignKey(() => PrincipalEntity, { name: 'run_created_by_fkey' })
  @Column({ type: 'text', name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'text', nullable: true })
  host!: string | null;

  @Column({ type: 'text', nullable: true })
  program!: string | null;

  @Column({ type: 'text', nullable: true })
  repo!: string | null;

  @Column({ type: 'text', name: 'commit_hash', nullable: true })
  commitHash!: string | null;

  @Column({ type: 'integer', name: 'exit_code', nullable: true })
  exitCode!: number | null;

  @Column({ type: 'boolean', name: 'stop_requested', default: () => 'false' })
  stopRequested!: boolean;

  @Column({ type: 'timestamptz', name: 'heartbeat_at', nullable: true })
  heartbeatAt!: Date | null;

  @Column({ type: 'bigint', name: 'history_lines', default: 0 })
  historyLines!: bigint;

  @Column({ type: 'bigint', name: 'event_lines', default: 0 })
  eventLines!: bigint;

  @Column({ type: 'bigint', name: 'log_lines', default: 0 })
  logLines!: bigint;

  @Column({ type: 'bigint', name: 'last_step', nullable: true })
  lastStep!: bigint | null;

  @Column({ type: 'timestamptz', name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
