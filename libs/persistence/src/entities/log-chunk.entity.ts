// Log lines of one batch, deflated. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** Log lines of one batch, deflated. */
@Entity('log_chunk')
@Check('log_chunk_line_count_check', '(line_count > 0)')
@Check('log_chunk_seq_check', '(seq > 0)')
export class LogChunkEntity {
  @ForeignKey(() => RunEntity, { name: 'log_chunk_run_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'run_id', primaryKeyConstraintName: 'log_chunk_pkey' })
  runId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'log_chunk_pkey' })
  attempt!: number;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'log_chunk_pkey' })
  seq!: number;

  @Column({ type: 'bigint', name: 'first_line' })
  firstLine!: bigint;

  @Column({ type: 'integer', name: 'line_count' })
  lineCount!: number;

  @Column({ type: 'bytea' })
  hash!: Buffer;

  @Column({ type: 'bytea' })
  body!: Buffer;

  @Column({ type: 'timestamptz', name: 'received_at' })
  receivedAt!: Date;
}
