// A stored file of an artifact. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';

/** A stored file of an artifact. */
@Entity('artifact_file')
export class ArtifactFileEntity {
  @ForeignKey(() => ArtifactEntity, { name: 'artifact_file_artifact_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'artifact_id', primaryKeyConstraintName: 'artifact_file_pkey' })
  artifactId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'artifact_file_pkey' })
  path!: string;

  @Column({ type: 'text' })
  md5!: string;

  @Column({ type: 'text', nullable: true })
  sha256!: string | null;

  @Column({ type: 'bigint', nullable: true })
  size!: bigint | null;
}
