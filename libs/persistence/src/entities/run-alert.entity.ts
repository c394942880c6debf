// An alert that a script raised. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { RunEntity } from './run.entity.js';

/** An alert that a script raised. */
@Entity('run_alert')
@Check('run_alert_severity_check', "(severity = ANY (ARRAY['INFO'::text, 'WARN'::text, 'ERROR'::text]))")
@Index('run_alert_by_run', ['runId', 'id'])
export class RunAlertEntity {
  @PrimaryColumn({
    type: 'bigint',
    generated: 'identity',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'run_alert_pkey',
  })
  id!: bigint;

  @ForeignKey(() => RunEntity, { name: 'run_alert_run_id_fkey' })
  @Column({ type: 'text', name: 'run_id' })
  runId!: string;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text' })
  body!: string;

  @Column({ type: 'text' })
  severity!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
