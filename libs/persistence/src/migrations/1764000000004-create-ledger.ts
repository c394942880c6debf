// Budgets and the ledger: accounts, insert-only transactions and transfers, holds of leases, usage records.
// The functions here own every balance; amounts are computed by @swath/ledger.
import { outcomeClasses } from '@swath/contracts/states';
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateLedger1764000000004 implements MigrationInterface {
  name = 'CreateLedger1764000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(tables);
    await runner.query(insertOnly);
    await runner.query(post);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const tables = `
  CREATE TABLE budget (
    id text PRIMARY KEY,
    org_id text NOT NULL REFERENCES org (id),
    scope_kind text NOT NULL CHECK (scope_kind IN ('org', 'team', 'project', 'sweep')),
    scope_id text NOT NULL,
    unit text NOT NULL CHECK (unit ~ '^(money:[A-Z]{3}|gpu_time|trials|attempts)$'),
    mode text NOT NULL CHECK (mode IN ('HARD', 'SOFT', 'MONITOR')),
    on_exhaust text NOT NULL CHECK (on_exhaust IN ('stop_new', 'drain', 'kill')),
    limit_amount bigint NOT NULL CHECK (limit_amount >= 0),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (scope_kind, scope_id, unit)
  );
  CREATE TABLE ledger_account (
    id text PRIMARY KEY,
    org_id text NOT NULL REFERENCES org (id),
    budget_id text REFERENCES budget (id),
    unit text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('issuer', 'avail', 'held', 'spent', 'overdraft')),
    mode text NOT NULL CHECK (mode IN ('HARD', 'SOFT', 'MONITOR')),
    balance bigint NOT NULL DEFAULT 0,
    CONSTRAINT ledger_avail_not_negative CHECK (kind <> 'avail' OR mode <> 'HARD' OR balance >= 0),
    CONSTRAINT ledger_held_not_negative CHECK (kind <> 'held' OR balance >= 0)
  );
  CREATE INDEX ledger_account_by_budget ON ledger_account (budget_id);
  CREATE TABLE ledger_txn (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    org_id text NOT NULL REFERENCES org (id),
    kind text NOT NULL CHECK (kind IN ('grant', 'limit_cut', 'hold', 'extend', 'settle', 'consume', 'credit', 'adjust')),
    idem_key text NOT NULL,
    req_hash text NOT NULL,
    lease_id text,
    actor text,
    reason text,
    at timestamptz NOT NULL,
    UNIQUE (org_id, idem_key)
  );
  CREATE INDEX ledger_txn_by_lease ON ledger_txn (lease_id) WHERE lease_id IS NOT NULL;
  CREATE TABLE ledger_transfer (
    txn_seq bigint NOT NULL REFERENCES ledger_txn (seq),
    n integer NOT NULL,
    from_account text NOT NULL REFERENCES ledger_account (id),
    to_account text NOT NULL REFERENCES ledger_account (id),
    amount bigint NOT NULL CHECK (amount > 0),
    PRIMARY KEY (txn_seq, n),
    CHECK (from_account <> to_account)
  );
  CREATE INDEX ledger_transfer_from ON ledger_transfer (from_account);
  CREATE INDEX ledger_transfer_to ON ledger_transfer (to_account);
  CREATE TABLE lease_hold (
    lease_id text NOT NULL REFERENCES lease (id),
    budget_id text NOT NULL REFERENCES budget (id),
    held bigint NOT NULL CHECK (held >= 0),
    spent bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
    PRIMARY KEY (lease_id, budget_id)
  );
  CREATE TABLE usage_record (
    lease_id text PRIMARY KEY REFERENCES lease (id),
    org_id text NOT NULL,
    team_id text NOT NULL,
    project_id text NOT NULL,
    sweep_id text NOT NULL,
    trial_id text NOT NULL,
    attempt integer NOT NULL,
    pool_id text NOT NULL,
    node_id text NOT NULL,
    price_version_id text,
    class text NOT NULL CHECK (class IN (${outcomeClasses.map((c) => `'${c}'`).join(', ')})),
    currency text,
    cost_micros bigint NOT NULL CHECK (cost_micros >= 0),
    milli_gpu_ms bigint NOT NULL CHECK (milli_gpu_ms >= 0),
    from_at timestamptz NOT NULL,
    to_at timestamptz NOT NULL,
    CHECK (to_at >= from_at)
  );
  CREATE INDEX usage_record_by_sweep ON usage_record (sweep_id, class);
  CREATE INDEX usage_record_by_project ON usage_record (project_id, from_at);
`;

const insertOnly = `
  CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'ledger rows are insert-only' USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER ledger_txn_insert_only BEFORE UPDATE OR DELETE ON ledger_txn
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
  CREATE TRIGGER ledger_txn_no_truncate BEFORE TRUNCATE ON ledger_txn
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
  CREATE TRIGGER ledger_transfer_insert_only BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change();
  CREATE TRIGGER ledger_transfer_no_truncate BEFORE TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
`;

// No EXCEPTION block: it would be a subtransaction, and rolling one back releases row locks taken inside it.
const post = `
  CREATE FUNCTION ledger_lock(budgets text[]) RETURNS SETOF ledger_account LANGUAGE sql AS $$
    SELECT * FROM ledger_account WHERE budget_id = ANY (budgets) ORDER BY id FOR UPDATE
  $$;
  CREATE FUNCTION ledger_post(entries jsonb) RETURNS SETOF boolean LANGUAGE plpgsql AS $$
  DECLARE
    entry jsonb;
    found_hash text;
    txn bigint;
  BEGIN
    PERFORM 1 FROM ledger_account WHERE id IN (
      SELECT unnest(ARRAY[t->>'from', t->>'to'])
      FROM jsonb_array_elements(entries) e, jsonb_array_elements(e->'transfers') t
      WHERE true
    ) AND kind <> 'issuer' ORDER BY id FOR UPDATE;
    FOR entry IN SELECT * FROM jsonb_array_elements(entries) LOOP
      SELECT req_hash INTO found_hash FROM ledger_txn
        WHERE org_id = entry->>'orgId' AND idem_key = entry->>'key';
      IF FOUND THEN
        IF found_hash <> entry->>'hash' THEN
          RAISE EXCEPTION 'ledger key % was used with other content', entry->>'key' USING ERRCODE = 'SW001';
        END IF;
        RETURN NEXT false;
        CONTINUE;
      END IF;
      INSERT INTO ledger_txn (org_id, kind, idem_key, req_hash, lease_id, actor, reason, at)
        VALUES (entry->>'orgId', entry->>'kind', entry->>'key', entry->>'hash', entry->>'leaseId',
                entry->>'actor', entry->>'reason', clock_timestamp())
        RETURNING seq INTO txn;
      INSERT INTO ledger_transfer (txn_seq, n, from_account, to_account, amount)
        SELECT txn, t.n, t.value->>'from', t.value->>'to', (t.value->>'amount')::bigint
        FROM jsonb_array_elements(entry->'transfers') WITH ORDINALITY AS t (value, n);
      UPDATE ledger_account a SET balance = a.balance + d.delta
        FROM (
          SELECT account, sum(delta) AS delta FROM (
            SELECT t->>'from' AS account, -(t->>'amount')::bigint AS delta FROM jsonb_array_elements(entry->'transfers') t
            UNION ALL
            SELECT t->>'to', (t->>'amount')::bigint FROM jsonb_array_elements(entry->'transfers') t
          ) moves GROUP BY account
        ) d
        WHERE a.id = d.account;
      RETURN NEXT true;
    END LOOP;
  END $$;
`;
