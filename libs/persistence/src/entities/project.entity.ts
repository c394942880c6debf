// A project: what sweeps, runs and keys belong to. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';
import { TeamEntity } from './team.entity.js';

/** A project: what sweeps, runs and keys belong to. */
@Entity('project')
@Check('project_default_max_trials_check', '(default_max_trials > 0)')
@Unique('project_team_id_name_key', ['teamId', 'name'])
export class ProjectEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'project_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'project_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => TeamEntity, { name: 'project_team_id_fkey' })
  @Column({ type: 'text', name: 'team_id' })
  teamId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'integer', name: 'default_max_trials', default: 1000 })
  defaultMaxTrials!: number;

  @Column({ type: 'boolean', name: 'require_bound', default: () => 'false' })
  requireBound!: boolean;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
