// Who set which limit and why: one row for each version of a budget, insert-only like the ledger. And the indexes that pages of
// ledger entries and cost reports read along.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBudgetVersions1764000000030 implements MigrationInterface {
  name = 'CreateBudgetVersions1764000000030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE budget_version (
        budget_id text NOT NULL REFERENCES budget (id),
        version integer NOT NULL CHECK (version >= 1),
        limit_amount bigint NOT NULL CHECK (limit_amount >= 0),
        actor text NOT NULL,
        reason text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (budget_id, version)
      );
      INSERT INTO budget_version (budget_id, version, limit_amount, actor, reason, at)
        SELECT id, version, limit_amount, 'unknown', 'set before versions were kept', created_at FROM budget;
      CREATE TRIGGER budget_version_insert_only BEFORE UPDATE OR DELETE ON budget_version
        FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
      CREATE TRIGGER budget_version_no_truncate BEFORE TRUNCATE ON budget_version
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
      DROP INDEX ledger_transfer_from;
      DROP INDEX ledger_transfer_to;
      CREATE INDEX ledger_transfer_from ON ledger_transfer (from_account, txn_seq);
      CREATE INDEX ledger_transfer_to ON ledger_transfer (to_account, txn_seq);
      CREATE INDEX usage_record_by_org ON usage_record (org_id, to_at, lease_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
