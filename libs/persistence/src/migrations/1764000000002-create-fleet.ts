// Pools, their prices, nodes and slots.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFleet1764000000002 implements MigrationInterface {
  name = 'CreateFleet1764000000002';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pool (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        name text NOT NULL,
        quantum_ms integer NOT NULL DEFAULT 120000 CHECK (quantum_ms BETWEEN 1000 AND 3600000),
        grace_ms integer NOT NULL DEFAULT 30000 CHECK (grace_ms BETWEEN 0 AND 600000),
        kill_ms integer NOT NULL DEFAULT 10000 CHECK (kill_ms BETWEEN 1000 AND 120000),
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (org_id, name)
      );
      CREATE TABLE price_version (
        id text PRIMARY KEY,
        pool_id text NOT NULL REFERENCES pool (id),
        currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
        rate_micros_per_hour bigint NOT NULL CHECK (rate_micros_per_hour BETWEEN 0 AND 1000000000000),
        effective_from timestamptz NOT NULL,
        source text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (pool_id, effective_from)
      );
      CREATE TABLE node (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        pool_id text NOT NULL REFERENCES pool (id),
        name text NOT NULL,
        incarnation text NOT NULL,
        generation integer NOT NULL CHECK (generation > 0),
        state text NOT NULL CHECK (state IN ('online', 'draining', 'offline')),
        isolation text NOT NULL,
        agent_version text NOT NULL,
        labels jsonb NOT NULL DEFAULT '{}',
        last_seen_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        UNIQUE (pool_id, name)
      );
      CREATE TABLE slot (
        node_id text NOT NULL REFERENCES node (id),
        index integer NOT NULL,
        kind text NOT NULL,
        uuid text NOT NULL,
        model text NOT NULL,
        memory_mib integer NOT NULL,
        healthy boolean NOT NULL,
        PRIMARY KEY (node_id, index)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
