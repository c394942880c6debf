// What is held and spent for a lease in a budget. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { BudgetEntity } from './budget.entity.js';
import { LeaseEntity } from './lease.entity.js';

/** What is held and spent for a lease in a budget. */
@Entity('lease_hold')
@Check('lease_hold_held_check', '(held >= 0)')
@Check('lease_hold_spent_check', '(spent >= 0)')
export class LeaseHoldEntity {
  @ForeignKey(() => LeaseEntity, { name: 'lease_hold_lease_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'lease_id', primaryKeyConstraintName: 'lease_hold_pkey' })
  leaseId!: string;

  @ForeignKey(() => BudgetEntity, { name: 'lease_hold_budget_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'budget_id', primaryKeyConstraintName: 'lease_hold_pkey' })
  budgetId!: string;

  @Column({ type: 'bigint' })
  held!: bigint;

  @Column({ type: 'bigint', default: 0 })
  spent!: bigint;
}
