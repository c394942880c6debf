// A pruner's answer to a measurement. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';
import { SweepEntity } from './sweep.entity.js';
import { TrialEntity } from './trial.entity.js';

/** A pruner's answer to a measurement. */
@Entity('decision')
@Check('decision_action_check', "(action = ANY (ARRAY['continue'::text, 'stop'::text, 'pause'::text]))")
@Index('decision_by_sweep', ['sweepId', 'id'])
@Index('decision_by_trial', ['trialId', 'id'])
export class DecisionEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'decision_pkey',
  })
  id!: bigint;

  @ForeignKey(() => SweepEntity, { name: 'decision_sweep_id_fkey' })
  @Column({ type: 'text', name: 'sweep_id' })
  sweepId!: string;

  @ForeignKey(() => TrialEntity, { name: 'decision_trial_id_fkey' })
  @Column({ type: 'text', name: 'trial_id' })
  trialId!: string;

  @Column({ type: 'integer' })
  attempt!: number;

  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'jsonb' })
  decision!: unknown;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
