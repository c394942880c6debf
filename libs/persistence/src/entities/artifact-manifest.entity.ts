// The list of files of an artifact. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';

/** The list of files of an artifact. */
@Entity('artifact_manifest')
@Index('artifact_manifest_by_artifact', ['artifactId', 'createdAt'])
export class ArtifactManifestEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'artifact_manifest_pkey' })
  id!: string;

  @ForeignKey(() => ArtifactEntity, { name: 'artifact_manifest_artifact_id_fkey' })
  @Column({ type: 'text', name: 'artifact_id' })
  artifactId!: string;

  @Column({ type: 'text' })
  type!: string;

  @Column({ type: 'text' })
  digest!: string;

  @Column({ type: 'text', name: 'base_artifact_id', nullable: true })
  baseArtifactId!: string | null;

  @Column({ type: 'text', nullable: true })
  sha256!: string | null;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
