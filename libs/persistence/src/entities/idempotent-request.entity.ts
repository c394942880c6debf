// The answer to a request that carried an idempotency key. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The answer to a request that carried an idempotency key. */
@Entity('idempotent_request')
export class IdempotentRequestEntity {
  @PrimaryColumn({ type: 'text', name: 'principal_id', primaryKeyConstraintName: 'idempotent_request_pkey' })
  principalId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotent_request_pkey' })
  route!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'idempotent_request_pkey' })
  key!: string;

  @Column({ type: 'bytea', name: 'body_hash' })
  bodyHash!: Buffer;

  @Column({ type: 'smallint', nullable: true })
  status!: number | null;

  @Column({ type: 'jsonb', nullable: true })
  body!: unknown;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
