// A balance of a budget. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { BudgetEntity } from './budget.entity.js';
import { OrgEntity } from './org.entity.js';

/** A balance of a budget. */
@Entity('ledger_account')
@Check(
  'ledger_account_kind_check',
  "(kind = ANY (ARRAY['issuer'::text, 'avail'::text, 'held'::text, 'spent'::text, 'overdraft'::text]))",
)
@Check('ledger_account_mode_check', "(mode = ANY (ARRAY['HARD'::text, 'SOFT'::text, 'MONITOR'::text]))")
@Check('ledger_avail_not_negative', "((kind <> 'avail'::text) OR (mode <> 'HARD'::text) OR (balance >= 0))")
@Check('ledger_held_not_negative', "((kind <> 'held'::text) OR (balance >= 0))")
@Index('ledger_account_by_budget', ['budgetId'])
export class LedgerAccountEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'ledger_account_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'ledger_account_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @ForeignKey(() => BudgetEntity, { name: 'ledger_account_budget_id_fkey' })
  @Column({ type: 'text', name: 'budget_id', nullable: true })
  budgetId!: string | null;

  @Column({ type: 'text' })
  unit!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text' })
  mode!: string;

  @Column({ type: 'bigint', default: 0 })
  balance!: bigint;
}
