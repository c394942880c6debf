// What a sweep's breaker goes by: how many of its first attempts have failed while none has logged a metric or finished.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CountInitialFailures1796129957000 implements MigrationInterface {
  name = 'CountInitialFailures1796129957000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sweep ADD COLUMN initial_failures integer;
      ALTER TABLE sweep ADD CONSTRAINT sweep_initial_failures_check CHECK (initial_failures >= 0);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
