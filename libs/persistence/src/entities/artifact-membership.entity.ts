// An artifact as a version of a collection. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';
import { ArtifactCollectionEntity } from './artifact-collection.entity.js';

/** An artifact as a version of a collection. */
@Entity('artifact_membership')
@Check('artifact_membership_version_check', '(version >= 0)')
@Unique('artifact_membership_collection_id_version_key', ['collectionId', 'version'])
@Index('artifact_membership_by_artifact', ['artifactId'])
export class ArtifactMembershipEntity {
  @ForeignKey(() => ArtifactCollectionEntity, { name: 'artifact_membership_collection_id_fkey' })
  @PrimaryColumn({
    type: 'text',
    name: 'collection_id',
    primaryKeyConstraintName: 'artifact_membership_pkey',
  })
  collectionId!: string;

  @ForeignKey(() => ArtifactEntity, { name: 'artifact_membership_artifact_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'artifact_id', primaryKeyConstraintName: 'artifact_membership_pkey' })
  artifactId!: string;

  @Column({ type: 'integer' })
  version!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
