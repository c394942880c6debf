// Alerts of budgets: one row for each threshold that was crossed, written in the transaction that crossed it. Unique per budget
// version, period, threshold and basis, so none is raised twice, whatever is repeated or restarted.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBudgetAlerts1764000000040 implements MigrationInterface {
  name = 'CreateBudgetAlerts1764000000040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE budget_alert (
        id text PRIMARY KEY,
        org_id text NOT NULL REFERENCES org (id),
        budget_id text NOT NULL REFERENCES budget (id),
        budget_version integer NOT NULL CHECK (budget_version >= 1),
        period_start timestamptz NOT NULL,
        threshold_percent integer NOT NULL CHECK (threshold_percent BETWEEN 1 AND 1000),
        basis text NOT NULL CHECK (basis IN ('actual', 'committed', 'forecast')),
        amount bigint NOT NULL CHECK (amount >= 0),
        "limit" bigint NOT NULL CHECK ("limit" >= 0),
        unit text NOT NULL,
        currency text,
        crossed_at timestamptz NOT NULL,
        delivered_at timestamptz,
        UNIQUE (budget_id, budget_version, period_start, threshold_percent, basis)
      );
      CREATE INDEX budget_alert_by_org ON budget_alert (org_id, crossed_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
