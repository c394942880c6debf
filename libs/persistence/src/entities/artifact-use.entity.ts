// A run that read an artifact. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';
import { RunEntity } from './run.entity.js';

/** A run that read an artifact. */
@Entity('artifact_use')
@Index('artifact_use_by_artifact', ['artifactId'])
export class ArtifactUseEntity {
  @ForeignKey(() => RunEntity, { name: 'artifact_use_run_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'run_id', primaryKeyConstraintName: 'artifact_use_pkey' })
  runId!: string;

  @ForeignKey(() => ArtifactEntity, { name: 'artifact_use_artifact_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'artifact_id', primaryKeyConstraintName: 'artifact_use_pkey' })
  artifactId!: string;

  @Column({ type: 'text', name: 'used_as', nullable: true })
  usedAs!: string | null;

  @Column({ type: 'timestamptz' })
  at!: Date;
}
