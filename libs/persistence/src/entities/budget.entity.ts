// A limit on a scope in a unit. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';

/** A limit on a scope in a unit. */
@Entity('budget')
@Check('budget_limit_amount_check', '(limit_amount >= 0)')
@Check('budget_mode_check', "(mode = ANY (ARRAY['HARD'::text, 'SOFT'::text, 'MONITOR'::text]))")
@Check('budget_on_exhaust_check', "(on_exhaust = ANY (ARRAY['stop_new'::text, 'drain'::text, 'kill'::text]))")
@Check(
  'budget_scope_kind_check',
  "(scope_kind = ANY (ARRAY['org'::text, 'team'::text, 'project'::text, 'sweep'::text]))",
)
@Check('budget_unit_check', "(unit ~ '^(money:[A-Z]{3}|gpu_time|trials|attempts)$'::text)")
@Unique('budget_scope_kind_scope_id_unit_key', ['scopeKind', 'scopeId', 'unit'])
export class BudgetEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'budget_pkey' })
  id!: string;

  @ForeignKey(() => OrgEntity, { name: 'budget_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @Column({ type: 'text', name: 'scope_kind' })
  scopeKind!: string;

  @Column({ type: 'text', name: 'scope_id' })
  scopeId!: string;

  @Column({ type: 'text' })
  unit!: string;

  @Column({ type: 'text' })
  mode!: string;

  @Column({ type: 'text', name: 'on_exhaust' })
  onExhaust!: string;

  @Column({ type: 'bigint', name: 'limit_amount' })
  limitAmount!: bigint;

  @Column({ type: 'integer', default: 1 })
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
