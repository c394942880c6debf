// Who set which limit of a budget and why; insert-only. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { BudgetEntity } from './budget.entity.js';

/** Who set which limit of a budget and why; insert-only. */
@Entity('budget_version')
@Check('budget_version_limit_amount_check', '(limit_amount >= 0)')
@Check('budget_version_version_check', '(version >= 1)')
export class BudgetVersionEntity {
  @ForeignKey(() => BudgetEntity, { name: 'budget_version_budget_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'budget_id', primaryKeyConstraintName: 'budget_version_pkey' })
  budgetId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'budget_version_pkey' })
  version!: number;

  @Column({ type: 'bigint', name: 'limit_amount' })
  limitAmount!: bigint;

  @Column({ type: 'text' })
  actor!: string;

  @Column({ type: 'text' })
  reason!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
