// A file of a run, by the digest of its bytes. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** A file of a run, by the digest of its bytes. */
@Entity('run_file')
@Check('run_file_size_check', '(size >= 0)')
export class RunFileEntity {
  @ForeignKey(() => RunEntity, { name: 'run_file_run_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'run_id', primaryKeyConstraintName: 'run_file_pkey' })
  runId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'run_file_pkey' })
  name!: string;

  @Column({ type: 'text' })
  sha256!: string;

  @Column({ type: 'text' })
  md5!: string;

  @Column({ type: 'bigint' })
  size!: bigint;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
