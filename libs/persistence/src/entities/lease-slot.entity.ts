// A slot that a lease uses or used. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { LeaseEntity } from './lease.entity.js';
import { SlotEntity } from './slot.entity.js';

/** A slot that a lease uses or used. */
@Entity('lease_slot')
@ForeignKey(() => SlotEntity, ['nodeId', 'slotIndex'], ['nodeId', 'index'], {
  name: 'lease_slot_node_id_slot_index_fkey',
})
// UNIQUE INDEX lease_slot_live ON lease_slot (node_id, slot_index) WHERE live
@Index('lease_slot_live', { synchronize: false })
export class LeaseSlotEntity {
  @ForeignKey(() => LeaseEntity, { name: 'lease_slot_lease_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'lease_id', primaryKeyConstraintName: 'lease_slot_pkey' })
  leaseId!: string;

  @Column({ type: 'text', name: 'node_id' })
  nodeId!: string;

  @PrimaryColumn({ type: 'integer', name: 'slot_index', primaryKeyConstraintName: 'lease_slot_pkey' })
  slotIndex!: number;

  @Column({ type: 'boolean', default: () => 'true' })
  live!: boolean;
}
