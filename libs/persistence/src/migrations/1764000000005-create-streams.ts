// What runs record (metric and log chunks) and what the product tells others (outbox, events).
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateStreams1764000000005 implements MigrationInterface {
  name = 'CreateStreams1764000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE metric_chunk (
        run_id text NOT NULL REFERENCES run (id),
        attempt integer NOT NULL,
        stream text NOT NULL,
        seq integer NOT NULL CHECK (seq > 0),
        first_row bigint NOT NULL,
        row_count integer NOT NULL CHECK (row_count > 0),
        first_step bigint,
        last_step bigint,
        metrics text[] NOT NULL,
        late boolean NOT NULL,
        codec smallint NOT NULL,
        hash bytea NOT NULL,
        body bytea NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (run_id, attempt, stream, seq)
      );
      CREATE TABLE log_chunk (
        run_id text NOT NULL REFERENCES run (id),
        attempt integer NOT NULL,
        seq integer NOT NULL CHECK (seq > 0),
        first_line bigint NOT NULL,
        line_count integer NOT NULL CHECK (line_count > 0),
        hash bytea NOT NULL,
        body bytea NOT NULL,
        received_at timestamptz NOT NULL,
        PRIMARY KEY (run_id, attempt, seq)
      );
      CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key text NOT NULL,
        payload jsonb NOT NULL,
        tries integer NOT NULL DEFAULT 0,
        not_before timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX outbox_due ON outbox (not_before, id);
      CREATE TABLE event (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        txid bigint NOT NULL,
        project_id text NOT NULL,
        topic text NOT NULL,
        name text NOT NULL,
        entity jsonb NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp()
      );
      CREATE INDEX event_by_project ON event (project_id, txid, seq);
    `);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}
