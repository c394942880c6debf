// One content of a collection. Columns and constraints only; statements live with the transactions that run them.
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { ArtifactCollectionEntity } from './artifact-collection.entity.js';
import { PrincipalEntity } from './principal.entity.js';
import { RunEntity } from './run.entity.js';

/** One content of a collection. */
@Entity('artifact')
@Check('artifact_state_check', "(state = ANY (ARRAY['PENDING'::text, 'COMMITTED'::text, 'DELETED'::text]))")
@Unique('artifact_collection_id_client_id_key', ['collectionId', 'clientId'])
@Index('artifact_by_digest', ['collectionId', 'digest'])
@Index('artifact_by_client', ['clientId'])
@Index('artifact_by_run', ['runId'])
export class ArtifactEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'artifact_pkey' })
  id!: string;

  @ForeignKey(() => ArtifactCollectionEntity, { name: 'artifact_collection_id_fkey' })
  @Column({ type: 'text', name: 'collection_id' })
  collectionId!: string;

  @Column({ type: 'text' })
  state!: string;

  @Column({ type: 'text' })
  digest!: string;

  @Column({ type: 'text', nullable: true })
  description!: string | null;

  @Column({ type: 'text', nullable: true })
  metadata!: string | null;

  @Column({ type: 'bigint', name: 'ttl_seconds', nullable: true })
  ttlSeconds!: bigint | null;

  @Column({ type: 'bigint', default: 0 })
  size!: bigint;

  @Column({ type: 'integer', name: 'file_count', default: 0 })
  fileCount!: number;

  @Column({ type: 'text', name: 'client_id', nullable: true })
  clientId!: string | null;

  @ForeignKey(() => RunEntity, { name: 'artifact_run_id_fkey' })
  @Column({ type: 'text', name: 'run_id', nullable: true })
  runId!: string | null;

  @ForeignKey(() => PrincipalEntity, { name: 'artifact_created_by_fkey' })
  @Column({ type: 'text', name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column({ type: 'bigint', name: 'history_step', nullable: true })
  historyStep!: bigint | null;

  @Column({ type: 'jsonb', name: 'wanted_aliases', default: () => "'[]'" })
  wantedAliases!: unknown;

  @Column({ type: 'text', array: true, default: () => "'{}'" })
  tags!: string[];

  @Column({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @Column({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
