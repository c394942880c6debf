// Leases ahead: granted to a node before a slot is free there. An attempt may have several leases, all but one of them given back
// unused; whatever is not ended is open, and an open lease is still one per trial.
import { leaseStates } from '@swath/contracts/states';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LeaseAhead1764000000012 implements MigrationInterface {
  name = 'LeaseAhead1764000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE attempt ADD COLUMN ahead boolean NOT NULL DEFAULT false;
      ALTER TABLE attempt ADD COLUMN grants integer NOT NULL DEFAULT 0;
      ALTER TABLE attempt ADD CONSTRAINT attempt_ahead_check CHECK (NOT ahead OR state = 'queued');
      ALTER TABLE lease ADD COLUMN recalled boolean NOT NULL DEFAULT false;
      ALTER TABLE lease ADD COLUMN successor boolean NOT NULL DEFAULT false;
      ALTER TABLE lease DROP CONSTRAINT lease_state_check;
      ALTER TABLE lease ADD CONSTRAINT lease_state_check
        CHECK (state IN (${leaseStates.map((state) => `'${state}'`).join(', ')}));
      ALTER TABLE lease DROP CONSTRAINT lease_attempt_id_key;
      CREATE UNIQUE INDEX lease_used_per_attempt ON lease (attempt_id) WHERE state <> 'released';
      DROP INDEX lease_live_per_trial;
      CREATE UNIQUE INDEX lease_open_per_trial ON lease (trial_id) WHERE state IN ('ahead', 'live');
      DROP INDEX lease_live_by_node;
      CREATE INDEX lease_open_by_node ON lease (node_id) WHERE state IN ('ahead', 'live');
      DROP INDEX lease_live_by_expiry;
      CREATE INDEX lease_open_by_expiry ON lease (expires_at) WHERE state IN ('ahead', 'live');
      DROP INDEX lease_live_by_sweep;
      CREATE INDEX lease_open_by_sweep ON lease (sweep_id) WHERE state IN ('ahead', 'live');
      CREATE INDEX lease_ahead_by_pool ON lease (pool_id) WHERE state = 'ahead';
      ALTER TABLE slot ADD COLUMN used_until timestamptz;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
