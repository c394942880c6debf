// What tracking clients record beyond a run's numbers: exact config and summary, their own state, files, alerts; and the
// client agents that take trials as nodes with one slot.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateClientRuns1764000000010 implements MigrationInterface {
  name = 'CreateClientRuns1764000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE run
        ADD COLUMN config_text text,
        ADD COLUMN summary_text text,
        ADD COLUMN description text,
        ADD COLUMN created_by text REFERENCES principal (id),
        ADD COLUMN host text,
        ADD COLUMN program text,
        ADD COLUMN repo text,
        ADD COLUMN commit_hash text,
        ADD COLUMN exit_code integer,
        ADD COLUMN stop_requested boolean NOT NULL DEFAULT false,
        ADD COLUMN heartbeat_at timestamptz,
        ADD COLUMN history_lines bigint NOT NULL DEFAULT 0,
        ADD COLUMN event_lines bigint NOT NULL DEFAULT 0,
        ADD COLUMN log_lines bigint NOT NULL DEFAULT 0,
        ADD COLUMN last_step bigint,
        ADD COLUMN deleted_at timestamptz;
      CREATE INDEX run_by_project ON run (project_id, created_at DESC, id);
      CREATE TABLE run_file (
        run_id text NOT NULL REFERENCES run (id),
        name text NOT NULL,
        sha256 text NOT NULL,
        md5 text NOT NULL,
        size bigint NOT NULL CHECK (size >= 0),
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (run_id, name)
      );
      CREATE TABLE run_alert (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        run_id text NOT NULL REFERENCES run (id),
        title text NOT NULL,
        body text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('INFO', 'WARN', 'ERROR')),
        at timestamptz NOT NULL
      );
      CREATE INDEX run_alert_by_run ON run_alert (run_id, id);
      CREATE TABLE client_agent (
        id text PRIMARY KEY,
        sweep_id text NOT NULL REFERENCES sweep (id),
        node_id text NOT NULL REFERENCES node (id),
        host text NOT NULL,
        seen_run_id text,
        created_at timestamptz NOT NULL,
        heartbeat_at timestamptz NOT NULL
      );
      CREATE INDEX client_agent_by_sweep ON client_agent (sweep_id);
      CREATE INDEX client_agent_by_node ON client_agent (node_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
