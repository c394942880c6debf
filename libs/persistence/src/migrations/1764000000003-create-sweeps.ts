// Sweeps, trials, attempts and leases. CHECKs mirror the state tables of the contracts; partial unique indexes make
// "one live lease per trial and per slot" and "no point twice" facts of the database.
import {
  attemptOutcomes,
  attemptStates,
  leaseStates,
  stopReasons,
  sweepReasons,
  sweepStates,
  trialStates,
} from '@swath/contracts/states';
import type { MigrationInterface, QueryRunner } from 'typeorm';

function oneOf(values: readonly string[]): string {
  return values.map((value) => `'${value}'`).join(', ');
}

export class CreateSweeps1764000000003 implements MigrationInterface {
  name = 'CreateSweeps1764000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(sweeps);
    await runner.query(trials);
    await runner.query(leases);
  }

  async down(): Promise<void> {
    throw new Error('migrations go forward only');
  }
}

const sweeps = `
  CREATE TABLE sweep (
    id text PRIMARY KEY,
    org_id text NOT NULL REFERENCES org (id),
    team_id text NOT NULL REFERENCES team (id),
    project_id text NOT NULL REFERENCES project (id),
    pool_id text NOT NULL REFERENCES pool (id),
    created_by text NOT NULL REFERENCES principal (id),
    name text NOT NULL,
    spec jsonb NOT NULL,
    spec_text text,
    seed bigint NOT NULL,
    state text NOT NULL CHECK (state IN (${oneOf(sweepStates)})),
    reason text CHECK (reason IN (${oneOf(sweepReasons)})),
    reason_text text,
    parallel integer CHECK (parallel >= 1),
    max_trials integer CHECK (max_trials >= 1),
    max_active_ms bigint CHECK (max_active_ms > 0),
    active_ms bigint NOT NULL DEFAULT 0,
    active_since timestamptz,
    next_trial integer NOT NULL DEFAULT 1,
    next_launch integer NOT NULL DEFAULT 1,
    exhausted boolean NOT NULL DEFAULT false,
    search_model jsonb,
    report json,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    ended_at timestamptz
  );
  CREATE INDEX sweep_by_project ON sweep (project_id, created_at DESC, id);
  CREATE INDEX sweep_open ON sweep (id) WHERE ended_at IS NULL;
  CREATE TABLE launch_request (
    sweep_id text NOT NULL REFERENCES sweep (id),
    number integer NOT NULL,
    result jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (sweep_id, number)
  );
`;

const trials = `
  CREATE TABLE run (
    id text PRIMARY KEY,
    org_id text NOT NULL REFERENCES org (id),
    project_id text NOT NULL REFERENCES project (id),
    name text NOT NULL,
    display_name text NOT NULL,
    state text NOT NULL CHECK (state IN ('pending', 'running', 'finished', 'failed', 'crashed', 'killed', 'preempted')),
    config jsonb NOT NULL DEFAULT '{}',
    summary jsonb NOT NULL DEFAULT '{}',
    tags text[] NOT NULL DEFAULT '{}',
    notes text,
    group_name text,
    job_type text,
    row_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at timestamptz,
    UNIQUE (project_id, name)
  );
  CREATE TABLE trial (
    id text PRIMARY KEY,
    sweep_id text NOT NULL REFERENCES sweep (id),
    project_id text NOT NULL REFERENCES project (id),
    run_id text NOT NULL UNIQUE REFERENCES run (id),
    number integer NOT NULL CHECK (number > 0),
    parameters jsonb NOT NULL,
    parameters_key text NOT NULL,
    replicate integer NOT NULL DEFAULT 0,
    info jsonb,
    state text NOT NULL CHECK (state IN (${oneOf(trialStates)})),
    reason jsonb,
    bracket integer NOT NULL DEFAULT 0,
    value double precision,
    objective_values jsonb NOT NULL DEFAULT '{}',
    resource double precision NOT NULL DEFAULT 0,
    progress jsonb NOT NULL DEFAULT '{}',
    attempt_count integer NOT NULL DEFAULT 0,
    spent_micros bigint NOT NULL DEFAULT 0,
    run_ms bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    UNIQUE (sweep_id, number),
    UNIQUE (sweep_id, parameters_key, replicate)
  );
  CREATE INDEX trial_open ON trial (sweep_id, number) WHERE ended_at IS NULL;
  CREATE INDEX trial_by_state ON trial (sweep_id, state);
  CREATE INDEX trial_by_value ON trial (sweep_id, value);
  CREATE TABLE attempt (
    id text PRIMARY KEY,
    trial_id text NOT NULL REFERENCES trial (id),
    sweep_id text NOT NULL REFERENCES sweep (id),
    pool_id text NOT NULL REFERENCES pool (id),
    number integer NOT NULL CHECK (number > 0),
    cause text NOT NULL CHECK (cause IN ('first', 'retry', 'preemption', 'promotion', 'requeue')),
    state text NOT NULL CHECK (state IN (${oneOf(attemptStates)})),
    outcome text CHECK (outcome IN (${oneOf(attemptOutcomes)})),
    slots integer NOT NULL CHECK (slots > 0),
    priority integer NOT NULL,
    enqueued_at timestamptz NOT NULL,
    not_before timestamptz,
    waiting jsonb,
    resume jsonb,
    node_id text REFERENCES node (id),
    started_at timestamptz,
    ended_at timestamptz,
    exit jsonb,
    UNIQUE (trial_id, number),
    CHECK ((state = 'ended') = (outcome IS NOT NULL))
  );
  CREATE UNIQUE INDEX attempt_open_per_trial ON attempt (trial_id) WHERE state IN ('queued', 'running');
  CREATE INDEX attempt_queue ON attempt (pool_id, priority DESC, enqueued_at, id) WHERE state = 'queued';
  CREATE INDEX attempt_by_sweep ON attempt (sweep_id, state);
  CREATE TABLE rung_value (
    sweep_id text NOT NULL REFERENCES sweep (id),
    bracket integer NOT NULL,
    rung integer NOT NULL,
    trial_id text NOT NULL REFERENCES trial (id),
    attempt integer NOT NULL,
    resource double precision NOT NULL,
    value double precision NOT NULL,
    promoted boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL,
    PRIMARY KEY (sweep_id, bracket, rung, trial_id)
  );
  CREATE TABLE decision (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sweep_id text NOT NULL REFERENCES sweep (id),
    trial_id text NOT NULL REFERENCES trial (id),
    attempt integer NOT NULL,
    action text NOT NULL CHECK (action IN ('continue', 'stop', 'pause')),
    decision jsonb NOT NULL,
    at timestamptz NOT NULL
  );
  CREATE INDEX decision_by_sweep ON decision (sweep_id, id);
  CREATE INDEX decision_by_trial ON decision (trial_id, id);
`;

const leases = `
  CREATE TABLE lease (
    id text PRIMARY KEY,
    attempt_id text NOT NULL UNIQUE REFERENCES attempt (id),
    trial_id text NOT NULL REFERENCES trial (id),
    sweep_id text NOT NULL REFERENCES sweep (id),
    run_id text NOT NULL REFERENCES run (id),
    pool_id text NOT NULL REFERENCES pool (id),
    node_id text NOT NULL REFERENCES node (id),
    attempt integer NOT NULL,
    offer_id text NOT NULL,
    state text NOT NULL CHECK (state IN (${oneOf(leaseStates)})),
    stop_reason text CHECK (stop_reason IN (${oneOf(stopReasons)})),
    price_version_id text REFERENCES price_version (id),
    currency text,
    rate_micros_per_hour bigint NOT NULL,
    milli_gpu bigint NOT NULL CHECK (milli_gpu > 0),
    quantum_ms integer NOT NULL,
    grace_ms integer NOT NULL,
    tail_ms integer NOT NULL,
    granted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    settled_until timestamptz NOT NULL,
    settlements integer NOT NULL DEFAULT 0,
    spent_micros bigint NOT NULL DEFAULT 0,
    ended_at timestamptz
  );
  CREATE UNIQUE INDEX lease_live_per_trial ON lease (trial_id) WHERE state = 'live';
  CREATE INDEX lease_live_by_node ON lease (node_id) WHERE state = 'live';
  CREATE INDEX lease_live_by_expiry ON lease (expires_at) WHERE state = 'live';
  CREATE INDEX lease_live_by_sweep ON lease (sweep_id) WHERE state = 'live';
  CREATE INDEX lease_by_offer ON lease (node_id, offer_id);
  CREATE TABLE lease_slot (
    lease_id text NOT NULL REFERENCES lease (id),
    node_id text NOT NULL,
    slot_index integer NOT NULL,
    live boolean NOT NULL DEFAULT true,
    PRIMARY KEY (lease_id, slot_index),
    FOREIGN KEY (node_id, slot_index) REFERENCES slot (node_id, index)
  );
  CREATE UNIQUE INDEX lease_slot_live ON lease_slot (node_id, slot_index) WHERE live;
`;
