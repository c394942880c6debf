// A machine that offers slots. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';
import { PoolEntity } from './pool.entity.js';

/** A machine that offers slots. */
@Entity('node')
@Check('node_generation_check', '(generation > 0)')
@Check('node_state_check', "(state = ANY (ARRAY['online'::text, 'draining'::text, 'offline'::text]))")
@Unique('node_pool_id_name_key', ['poolId', 'name'])
export class NodeEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'node_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'node_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => PoolEntity, { name: 'node_pool_id_fkey' })
  @Column({ type: 'text', name: 'pool_id' })
  poolId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  incarnation!: string;

  @Column({ type: 'integer' })
  generation!: number;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text' })
  isolation!: string;

  @Column({ type: 'text', name: 'agent_version' })
  agentVersion!: string;

  @Column({ type: 'jsonb', default: () => "'{}'" })
  labels!: unknown;

  @Column({ type: 'timestamptz', name: 'last_seen_at' })
  lastSeenAt!: Date;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
