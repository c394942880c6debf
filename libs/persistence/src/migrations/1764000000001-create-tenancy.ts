// Who may do what: organisations, teams, projects, principals and their keys. Every other row carries ids from here.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateTenancy1764000000001 implements MigrationInterface {
  name = 'CreateTenancy1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE org (
        id text PRIMARY KEY,
        name text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE team (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (org_id, name)
      );
      CREATE TABLE project (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        team_id text NOT NULL REFERENCES team (id),
        name text NOT NULL,
        default_max_trials integer NOT NULL DEFAULT 1000 CHECK (default_max_trials > 0),
        require_bound boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (team_id, name)
      );
      CREATE TABLE principal (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        kind text NOT NULL CHECK (kind IN ('user', 'service', 'agent')),
        name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (org_id, kind, name)
      );
      CREATE TABLE api_key (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        principal_id text NOT NULL REFERENCES principal (id),
        project_id text REFERENCES project (id),
        pool_name text,
        role text NOT NULL CHECK (role IN ('viewer', 'member', 'budget_owner', 'admin', 'agent')),
        hash bytea NOT NULL UNIQUE,
        hint text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz
      );
      CREATE TABLE server_secret (
        name text PRIMARY KEY,
        value bytea NOT NULL
      );
      CREATE TABLE idempotent_request (
        principal_id text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        body_hash bytea NOT NULL,
        status smallint,
        body jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (principal_id, route, key)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
