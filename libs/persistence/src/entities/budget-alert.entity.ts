// A threshold of a budget that was crossed. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { BudgetEntity } from './budget.entity.js';
import { OrgEntity } from './org.entity.js';

/** A threshold of a budget that was crossed. */
@Entity('budget_alert')
@Check('budget_alert_amount_check', '(amount >= 0)')
@Check(
  'budget_alert_basis_check',
  "(basis = ANY (ARRAY['actual'::text, 'committed'::text, 'forecast'::text]))",
)
@Check('budget_alert_budget_version_check', '(budget_version >= 1)')
@Check('budget_alert_limit_check', '("limit" >= 0)')
@Check('budget_alert_threshold_percent_check', '((threshold_percent >= 1) AND (threshold_percent <= 1000))')
@Unique('budget_alert_budget_id_budget_version_period_start_threshol_key', [
  'budgetId',
  'budgetVersion',
  'periodStart',
  'thresholdPercent',
  'basis',
])
@Index('budget_alert_by_org', ['orgId', 'crossedAt'])
export class BudgetAlertEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'budget_alert_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'budget_alert_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => BudgetEntity, { name: 'budget_alert_budget_id_fkey' })
  @Column({ type: 'text', name: 'budget_id' })
  budgetId!: string;

  @Column({ type: 'integer', name: 'budget_version' })
  budgetVersion!: number;

  @Column({ type: 'timestamptz', name: 'period_start' })
  periodStart!: Date;

  @Column({ type: 'integer', name: 'threshold_percent' })
  thresholdPercent!: number;

  @Column({ type: 'text' })
  basis!: string;

  @Column({ type: 'bigint' })
  amount!: bigint;

  @Column({ type: 'bigint' })
  limit!: bigint;

  @Column({ type: 'text' })
  unit!: string;

  @Column({ type: 'text', nullable: true })
  currency!: string | null;

  @Column({ type: 'timestamptz', name: 'crossed_at' })
  crossedAt!: Date;

  @Column({ type: 'timestamptz', name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;
}
