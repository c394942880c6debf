// What placement and searchers look up on every launch and every offer: the queue of one sweep, and the rung values of one trial.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class IndexQueue1764000000020 implements MigrationInterface {
  name = 'IndexQueue1764000000020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX attempt_queue_by_sweep ON attempt (sweep_id, priority DESC, enqueued_at, id) WHERE state = 'queued';
      CREATE INDEX attempt_queue_due ON attempt (pool_id, not_before) WHERE state = 'queued' AND not_before IS NOT NULL;
      CREATE INDEX sweep_placeable ON sweep (pool_id, id) WHERE state = 'running' AND ended_at IS NULL;
      CREATE INDEX rung_value_by_trial ON rung_value (trial_id, rung);
      CREATE INDEX lease_live_by_pool ON lease (pool_id) WHERE state = 'live';
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
