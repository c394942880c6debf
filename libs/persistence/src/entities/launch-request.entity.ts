// The stored answer to a numbered request for trials. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { SweepEntity } from './sweep.entity.js';

/** The stored answer to a numbered request for trials. */
@Entity('launch_request')
export class LaunchRequestEntity {
  @ForeignKey(() => SweepEntity, { name: 'launch_request_sweep_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'sweep_id', primaryKeyConstraintName: 'launch_request_pkey' })
  sweepId!: string;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'launch_request_pkey' })
  number!: number;

  @Column({ type: 'jsonb' })
  result!: unknown;

  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
