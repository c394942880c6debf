// A name that points at one version of a collection. Columns and constraints only; statements live with the transactions that run them.
import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { ArtifactEntity } from './artifact.entity.js';
import { ArtifactCollectionEntity } from './artifact-collection.entity.js';

/** A name that points at one version of a collection. */
@Entity('artifact_alias')
@Index('artifact_alias_by_artifact', ['artifactId'])
export class ArtifactAliasEntity {
  @ForeignKey(() => ArtifactCollectionEntity, { name: 'artifact_alias_collection_id_fkey' })
  @PrimaryColumn({ type: 'text', name: 'collection_id', primaryKeyConstraintName: 'artifact_alias_pkey' })
  collectionId!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'artifact_alias_pkey' })
  alias!: string;

  @ForeignKey(() => ArtifactEntity, { name: 'artifact_alias_artifact_id_fkey' })
  @Column({ type: 'text', name: 'artifact_id' })
  artifactId!: string;
}
