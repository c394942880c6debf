// Locks the accounts of budgets and then reads them with what their limits are: in one round trip, and in a second statement,
// because a statement that had to wait for its locks still sees other tables as they were before.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LockWithLimits1764000000050 implements MigrationInterface {
  name = 'LockWithLimits1764000000050';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION ledger_lock(text[]);
      CREATE FUNCTION ledger_lock(budgets text[]) RETURNS TABLE (
        budget_id text, kind text, balance bigint, unit text, mode text, org_id text, scope_kind text, scope_id text,
        on_exhaust text, limit_amount bigint) LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      BEGIN
        PERFORM 1 FROM ledger_account WHERE budget_id = ANY (budgets) ORDER BY id FOR UPDATE;
        RETURN QUERY
          SELECT a.budget_id, a.kind, a.balance, a.unit, a.mode, b.org_id, b.scope_kind, b.scope_id, b.on_exhaust, b.limit_amount
          FROM ledger_account a JOIN budget b ON b.id = a.budget_id WHERE a.budget_id = ANY (budgets) ORDER BY a.id;
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
