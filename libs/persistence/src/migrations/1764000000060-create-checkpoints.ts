// Durable checkpoints of trials. Where an attempt resumes from follows from them, so the attempt needs no column for it.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateCheckpoints1764000000060 implements MigrationInterface {
  name = 'CreateCheckpoints1764000000060';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE checkpoint (
        id text CONSTRAINT checkpoint_pkey PRIMARY KEY,
        trial_id text NOT NULL CONSTRAINT checkpoint_trial_id_fkey REFERENCES trial,
        attempt integer NOT NULL,
        sha256 text NOT NULL,
        size bigint NOT NULL CONSTRAINT checkpoint_size_check CHECK (size >= 0),
        saved_at timestamptz NOT NULL,
        dropped_at timestamptz
      );
      CREATE INDEX checkpoint_by_trial ON checkpoint (trial_id, attempt, saved_at);
      ALTER TABLE attempt DROP COLUMN resume;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
