// Something a person may watch. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Something a person may watch. */
@Entity('event')
@Index('event_by_project', ['projectId', 'txid', 'seq'])
export class EventEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'event_pkey',
  })
  seq!: bigint;

  @Column({ type: 'bigint' })
  txid!: bigint;

  @Column({ type: 'text', name: 'project_id' })
  projectId!: string;

  @Column({ type: 'text' })
  topic!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'jsonb' })
  entity!: unknown;

  @Column({ type: 'timestamptz', default: () => 'clock_timestamp()' })
  at!: Date;
}
