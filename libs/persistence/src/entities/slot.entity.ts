// One slot of a node. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { NodeEntity } from './node.entity.js';

/** One slot of a node. */
@Entity('slot')
export class SlotEntity {
  @ForeignKey(() => NodeEntity, { name: 'slot_node_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'node_id', primaryKeyConstraintName: 'slot_pkey' })
  nodeId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'slot_pkey' })
  index!: number;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  uuid!: string;

  @Column({ type: 'text' })
  model!: string;

  @Column({ type: 'integer', name: 'memory_mib' })
  memoryMib!: number;

  @Column({ type: 'boolean' })
  healthy!: boolean;

  @Column({ type: 'timestamptz', name: 'used_until', nullable: true })
  usedUntil!: Date | null;
}
