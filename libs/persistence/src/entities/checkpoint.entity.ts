// A durable checkpoint of a trial. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TrialEntity } from './trial.entity.js';

/** A durable checkpoint of a trial. */
@Entity('checkpoint')
@Check('checkpoint_size_check', '(size >= 0)')
@Index('checkpoint_by_trial', ['trialId', 'attempt', 'savedAt'])
export class CheckpointEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'checkpoint_pkey' })
  id!: string;

  @ForeignKey(() => TrialEntity, { name: 'checkpoint_trial_id_fkey' })
  @Column({ type: 'text', name: 'trial_id' })
  trialId!: string;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'text' })
  sha256!: string;

  @Column({ type: 'bigint' })
  size!: bigint;

  @Column({ type: 'timestamptz', name: 'saved_at' })
  savedAt!: Date;

  @Column({ type: 'timestamptz', name: 'dropped_at', nullable: true })
  droppedAt!: Date | null;
}
