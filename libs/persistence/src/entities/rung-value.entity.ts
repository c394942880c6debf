// The first value of a trial at a rung. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { SweepEntity } from './sweep.entity.js';
import { TrialEntity } from './trial.entity.js';

/** The first value of a trial at a rung. */
@Entity('rung_value')
@Index('rung_value_by_trial', ['trialId', 'rung'])
export class RungValueEntity {
  @ForeignKey(() => SweepEntity, { name: 'rung_value_sweep_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'sweep_id', primaryKeyConstraintName: 'rung_value_pkey' })
  sweepId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'rung_value_pkey' })
  bracket!: number;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'rung_value_pkey' })
  rung!: number;

  @ForeignKey(() => TrialEntity, { name: 'rung_value_trial_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'trial_id', primaryKeyConstraintName: 'rung_value_pkey' })
  trialId!: string;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'double precision' })
  resource!: number;

  @Column({ type: 'double precision' })
  value!: number;

  @Column({ type: 'boolean', default: () => 'false' })
  promoted!: boolean;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
