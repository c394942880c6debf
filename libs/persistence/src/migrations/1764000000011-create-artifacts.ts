// Artifacts: collections, versions with their manifests and files, aliases, and which run made or used them.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateArtifacts1764000000011 implements MigrationInterface {
  name = 'CreateArtifacts1764000000011';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE artifact_collection (
        id text PRIMARY KEY,
        project_id text NOT NULL REFERENCES project (id),
        name text NOT NULL,
        type text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('sequence', 'portfolio')),
        description text,
        client_id text,
        next_version integer NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        UNIQUE (project_id, name)
      );
      CREATE INDEX artifact_collection_by_client ON artifact_collection (client_id);
      CREATE TABLE artifact (
        id text PRIMARY KEY,
        collection_id text NOT NULL REFERENCES artifact_collection (id),
        state text NOT NULL CHECK (state IN ('PENDING', 'COMMITTED', 'DELETED')),
        digest text NOT NULL,
        description text,
        metadata text,
        ttl_seconds bigint,
        size bigint NOT NULL DEFAULT 0,
        file_count integer NOT NULL DEFAULT 0,
        client_id text,
        run_id text REFERENCES run (id),
        created_by text REFERENCES principal (id),
        history_step bigint,
        wanted_aliases jsonb NOT NULL DEFAULT '[]',
        tags text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        UNIQUE (collection_id, client_id)
      );
      CREATE INDEX artifact_by_digest ON artifact (collection_id, digest);
      CREATE INDEX artifact_by_client ON artifact (client_id);
      CREATE INDEX artifact_by_run ON artifact (run_id);
      CREATE TABLE artifact_manifest (
        id text PRIMARY KEY,
        artifact_id text NOT NULL REFERENCES artifact (id),
        type text NOT NULL,
        digest text NOT NULL,
        base_artifact_id text,
        sha256 text,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX artifact_manifest_by_artifact ON artifact_manifest (artifact_id, created_at);
      CREATE TABLE artifact_file (
        artifact_id text NOT NULL REFERENCES artifact (id),
        path text NOT NULL,
        md5 text NOT NULL,
        sha256 text,
        size bigint,
        PRIMARY KEY (artifact_id, path)
      );
      CREATE TABLE artifact_membership (
        collection_id text NOT NULL REFERENCES artifact_collection (id),
        artifact_id text NOT NULL REFERENCES artifact (id),
        version integer NOT NULL CHECK (version >= 0),
        created_at timestamptz NOT NULL,
        PRIMARY KEY (collection_id, artifact_id),
        UNIQUE (collection_id, version)
      );
      CREATE INDEX artifact_membership_by_artifact ON artifact_membership (artifact_id);
      CREATE TABLE artifact_alias (
        collection_id text NOT NULL REFERENCES artifact_collection (id),
        alias text NOT NULL,
        artifact_id text NOT NULL REFERENCES artifact (id),
        PRIMARY KEY (collection_id, alias)
      );
      CREATE INDEX artifact_alias_by_artifact ON artifact_alias (artifact_id);
      CREATE TABLE artifact_use (
        run_id text NOT NULL REFERENCES run (id),
        artifact_id text NOT NULL REFERENCES artifact (id),
        used_as text,
        at timestamptz NOT NULL,
        PRIMARY KEY (run_id, artifact_id)
      );
      CREATE INDEX artifact_use_by_artifact ON artifact_use (artifact_id);
      CREATE TABLE artifact_output (
        run_id text NOT NULL REFERENCES run (id),
        artifact_id text NOT NULL REFERENCES artifact (id),
        at timestamptz NOT NULL,
        PRIMARY KEY (run_id, artifact_id)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
