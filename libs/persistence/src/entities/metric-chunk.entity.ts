// Logged rows of one batch, encoded. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** Logged rows of one batch, encoded. */
@Entity('metric_chunk')
@Check('metric_chunk_row_count_check', '(row_count > 0)')
@Check('metric_chunk_seq_check', '(seq > 0)')
export class MetricChunkEntity {
  @ForeignKey(() => RunEntity, { name: 'metric_chunk_run_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'run_id', primaryKeyConstraintName: 'metric_chunk_pkey' })
  runId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'metric_chunk_pkey' })
  attempt!: number;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'metric_chunk_pkey' })
  stream!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'metric_chunk_pkey' })
  seq!: number;

  @Column({ type: 'bigint', name: 'first_row' })
  firstRow!: bigint;

  @Column({ type: 'integer', name: 'row_count' })
  rowCount!: number;

  @Column({ type: 'bigint', name: 'first_step', nullable: true })
  firstStep!: bigint | null;

  @Column({ type: 'bigint', name: 'last_step', nullable: true })
  lastStep!: bigint | null;

  @Column({ type: 'text', array: true })
  metrics!: string[];

  @Column({ type: 'boolean' })
  late!: boolean;

  @Column({ type: 'smallint' })
  codec!: number;

  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'bytea' })
  body!: Buffer;

  @Column({ type: 'timestamptz', name: 'received_at' })
  receivedAt!: Date;
}
