// Work that the relay carries to Temporal. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Work that the relay carries to Temporal. */
@Entity('outbox')
@Index('outbox_due', ['notBefore', 'id'])
export class OutboxEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'outbox_pkey',
  })
  id!: bigint;

  @Column({ type: 'text' })
  topic!: string;

  @Column({ type: 'text' })
  key!: string;

  @Column({ type: 'jsonb' })
  payload!: unknown;

  @Column({ type: 'integer', default: 0 })
  tries!: number;

  @Column({ type: 'timestamptz', name: 'not_before', default: () => 'now()' })
  notBefore!: Date;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
