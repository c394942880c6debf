// A person, service or agent. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';

/** A person, service or agent. */
@Entity('principal')
@Check('principal_kind_check', "(kind = ANY (ARRAY['user'::text, 'service'::text, 'agent'::text]))")
@Unique('principal_org_id_kind_name_key', ['orgId', 'kind', 'name'])
export class PrincipalEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'principal_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'principal_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
