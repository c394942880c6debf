// A run that made an artifact, or logged the same content again. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';
import { RunEntity } from './run.entity.js';

/** A run that made an artifact, or logged the same content again. */
@Entity('artifact_output')
export class ArtifactOutputEntity {
  @ForeignKey(() => RunEntity, { name: 'artifact_output_run_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'run_id', primaryKeyConstraintName: 'artifact_output_pkey' })
  runId!: string;

  @ForeignKey(() => ArtifactEntity, { name: 'artifact_output_artifact_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'artifact_id', primaryKeyConstraintName: 'artifact_output_pkey' })
  artifactId!: string;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
