// A key of a principal, stored as a hash. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';
import { PrincipalEntity } from './principal.entity.js';
import { ProjectEntity } from './project.entity.js';

/** A key of a principal, stored as a hash. */
@Entity('api_key')
@Check(
  'api_key_role_check',
  "(role = ANY (ARRAY['viewer'::text, 'member'::text, 'budget_owner'::text, 'admin'::text, 'agent'::text]))",
)
@Unique('api_key_hash_key', ['hash'])
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'api_key_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'api_key_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => PrincipalEntity, { name: 'api_key_principal_id_fkey' })
  @Column({ type: 'text', name: 'principal_id' })
  principalId!: string;

  @ForeignKey(() => ProjectEntity, { name: 'api_key_project_id_fkey' })
  @Column({ type: 'text', name: 'project_id', nullable: true })
  projectId!: string | null;

  @Column({ type: 'text', name: 'pool_name', nullable: true })
  poolName!: string | null;

  @Column({ type: 'text' })
  role!: string;

  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'text' })
  hint!: string;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
