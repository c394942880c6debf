// A ledger transaction; insert-only. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import { OrgEntity } from './org.entity.js';

/** A ledger transaction; insert-only. */
@Entity('ledger_txn')
@Check(
  'ledger_txn_kind_check',
  "(kind = ANY (ARRAY['grant'::text, 'limit_cut'::text, 'hold'::text, 'extend'::text, 'settle'::text, 'consume'::text, 'credit'::text, 'adjust'::text]))",
)
@Unique('ledger_txn_org_id_idem_key_key', ['orgId', 'idemKey'])
// INDEX ledger_txn_by_lease ON ledger_txn (lease_id) WHERE (lease_id IS NOT NULL)
@Index('ledger_txn_by_lease', { synchronize: false })
export class LedgerTxnEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'ledger_txn_pkey',
  })
  seq!: bigint;

  @ForeignKey(() => OrgEntity, { name: 'ledger_txn_org_id_fkey' })
  @Column({ type: 'text', name: 'org_id' })
  orgId!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text', name: 'idem_key' })
  idemKey!: string;

  @Column({ type: 'text', name: 'req_hash' })
  reqHash!: string;

  @Column({ type: 'text', name: 'lease_id', nullable: true })
  leaseId!: string | null;

  @Column({ type: 'text', nullable: true })
  actor!: string | null;

  @Column({ type: 'text', nullable: true })
  reason!: string | null;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
