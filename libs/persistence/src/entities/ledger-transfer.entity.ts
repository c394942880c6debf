// A move between two accounts; insert-only. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { LedgerAccountEntity } from './ledger-account.entity.js';
import { LedgerTxnEntity } from './ledger-txn.entity.js';

/** A move between two accounts; insert-only. */
@Entity('ledger_transfer')
@Check('ledger_transfer_amount_check', '(amount > 0)')
@Check('ledger_transfer_check', '(from_account <> to_account)')
@Index('ledger_transfer_from', ['fromAccount', 'txnSeq'])
@Index('ledger_transfer_to', ['toAccount', 'txnSeq'])
export class LedgerTransferEntity {
  @ForeignKey(() => LedgerTxnEntity, { name: 'ledger_transfer_txn_seq_fkey' })
  @PrimaryColumn({ type: 'bigint', name: 'txn_seq', primaryKeyConstraintName: 'ledger_transfer_pkey' })
  txnSeq!: bigint;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'ledger_transfer_pkey' })
  n!: number;

  @ForeignKey(() => LedgerAccountEntity, { name: 'ledger_transfer_from_account_fkey' })
  @Column({ type: 'text', name: 'from_account' })
  fromAccount!: string;

  @ForeignKey(() => LedgerAccountEntity, { name: 'ledger_transfer_to_account_fkey' })
  @Column({ type: 'text', name: 'to_account' })
  toAccount!: string;

  @Column({ type: 'bigint' })
  amount!: bigint;
}
