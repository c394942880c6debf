// A named set of nodes of one kind and price. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';

/** A named set of nodes of one kind and price. */
@Entity('pool')
@Check('pool_grace_ms_check', '((grace_ms >= 0) AND (grace_ms <= 600000))')
@Check('pool_kill_ms_check', '((kill_ms >= 1000) AND (kill_ms <= 120000))')
@Check('pool_quantum_ms_check', '((quantum_ms >= 1000) AND (quantum_ms <= 3600000))')
@Unique('pool_org_id_name_key', ['orgId', 'name'])
export class PoolEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pool_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'pool_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'integer', name: 'quantum_ms', default: 120000 })
  quantumMs!: number;

  @Column({ type: 'integer', name: 'grace_ms', default: 30000 })
  graceMs!: number;

  @Column({ type: 'integer', name: 'kill_ms', default: 10000 })
  killMs!: number;

  @Column({ type: 'integer', default: 1 })
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
