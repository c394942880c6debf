// A named line of artifact versions. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ProjectEntity } from './project.entity.js';

/** A named line of artifact versions. */
@Entity('artifact_collection')
@Check('artifact_collection_kind_check', "(kind = ANY (ARRAY['sequence'::text, 'portfolio'::text]))")
@Unique('artifact_collection_project_id_name_key', ['projectId', 'name'])
@Index('artifact_collection_by_client', ['clientId'])
export class ArtifactCollectionEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'artifact_collection_pkey' })
  id!: string;

  @ForeignKey(() => ProjectEntity, { name: 'artifact_collection_project_id_fkey' })
  @Column({ type: 'text', name: 'project_id' })
  projectId!: string;

  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  type!: string;

  @Column({ type: 'text' })
  kind!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'text', name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column({ type: 'integer', name: 'next_version', default: 0 })
  nextVersion!: number;

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
