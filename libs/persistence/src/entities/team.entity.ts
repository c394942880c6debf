// A team of an organisation. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';

/** A team of an organisation. */
@Entity('team')
@Unique('team_org_id_name_key', ['orgId', 'name'])
export class TeamEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'team_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'team_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
