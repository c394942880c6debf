// An organisation. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An organisation. */
@Entity('org')
@Unique('org_name_key', ['name'])
export class OrgEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'org_pkey' })
  id!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
