// What happened, for the checkers: rows of the database as they are at the end, and the agents' own journals of process starts and
// reaps. Plain values, so that a checker is a pure function and a history can be written down by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Queryable } from '@swath/persistence';

/** A sweep. */
export interface SweepRecord {
  readonly id: string;
  readonly state: string;
  readonly ended: boolean;
  readonly maxTrials: number | null;
  readonly nextTrial: number;
  /** From the spec. */
  readonly retries: { readonly infrastructure: number; readonly preemption: number; readonly user: number };
}

/** A trial. */
export interface TrialRecord {
  readonly id: string;
  readonly sweepId: string;
  readonly number: number;
  readonly state: string;
  readonly ended: boolean;
  readonly parametersKey: string;
  readonly replicate: number;
}

/** An attempt. */
export interface AttemptRecord {
  readonly id: string;
  readonly trialId: string;
  readonly number: number;
  readonly cause: string;
  readonly state: string;
  readonly outcome: string | null;
  /** A node has a lease of it ahead of a free slot. */
  readonly ahead: boolean;
}

/** A lease with the slots it had. Times are milliseconds of the database's clock. */
export interface LeaseRecord {
  readonly id: string;
  readonly attemptId: string;
  readonly trialId: string;
  readonly nodeId: string;
  readonly slots: readonly number[];
  readonly state: string;
  readonly grantedMs: number;
  /** End of the lease, or the certain end of its processes while it is live. */
  readonly endMs: number;
}

/** What a budget holds and has spent for a lease, with the use that was recorded of it. */
export interface HoldRecord {
  readonly leaseId: string;
  readonly budgetId: string;
  readonly unit: string;
  readonly leaseState: string;
  readonly held: bigint;
  readonly spent: bigint;
  /** Of the usage record; null while there is none. */
  readonly costMicros: bigint | null;
  readonly milliGpuMs: bigint | null;
}

/** A budget account. */
export interface AccountRecord {
  readonly id: string;
  readonly budgetId: string | null;
  readonly kind: string;
  readonly balance: bigint;
}

/** A usage record. */
export interface UsageRecord {
  readonly leaseId: string;
  readonly trialId: string;
  readonly attempt: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A change of state that people were told of, in order. */
export interface StateEvent {
  readonly entity: 'trial' | 'sweep';
  readonly id: string;
  readonly state: string;
  /** Somebody asked for the failed trial again. */
  readonly requeued: boolean;
}

/** The database's side of a history. */
export interface RecordedHistory {
  readonly sweeps: readonly SweepRecord[];
  readonly trials: readonly TrialRecord[];
  readonly attempts: readonly AttemptRecord[];
  readonly leases: readonly LeaseRecord[];
  readonly holds: readonly HoldRecord[];
  readonly accounts: readonly AccountRecord[];
  readonly usage: readonly UsageRecord[];
  readonly events: readonly StateEvent[];
}

/** Reads the history of everything in the database. */
export async function recordHistory(db: Queryable): Promise<RecordedHistory> {
  const sweeps = await db.query<SweepRecord>(
    `SELECT id, state, ended_at IS NOT NULL AS ended, max_trials AS "maxTrials", next_trial AS "nextTrial",
       spec->'retries' AS retries FROM sweep ORDER BY id`,
  );
  const trials = await db.query<TrialRecord>(
    `SELECT id, sweep_id AS "sweepId", number, state, ended_at IS NOT NULL AS ended, parameters_key AS "parametersKey", replicate
     FROM trial ORDER BY sweep_id, number`,
  );
  const attempts = await db.query<AttemptRecord>(
    `SELECT id, trial_id AS "trialId", number, cause, state, outcome, ahead FROM attempt ORDER BY trial_id, number`,
  );
  return { sweeps, trials, attempts, ...(await recordMoney(db)), events: await recordEvents(db) };
}

type MoneyRecords = Pick<RecordedHistory, 'leases' | 'holds' | 'accounts' | 'usage'>;

async function recordMoney(db: Queryable): Promise<MoneyRecords> {
  const leases = await db.query<LeaseRecord>(
    `SELECT l.id, l.attempt_id AS "attemptId", l.trial_id AS "trialId", l.node_id AS "nodeId", l.state,
       array(SELECT slot_index FROM lease_slot s WHERE s.lease_id = l.id ORDER BY slot_index) AS slots,
       extract(epoch FROM l.granted_at)::double precision * 1000 AS "grantedMs",
       extract(epoch FROM coalesce(l.ended_at, l.expires_at + l.tail_ms * interval '1 millisecond'))::double precision * 1000
         AS "endMs" FROM lease l ORDER BY l.granted_at, l.id`,
  );
  const holds = await db.query<HoldRecord>(
    `SELECT h.lease_id AS "leaseId", h.budget_id AS "budgetId", b.unit, l.state AS "leaseState", h.held, h.spent,
       u.cost_micros AS "costMicros", u.milli_gpu_ms::bigint AS "milliGpuMs"
     FROM lease_hold h JOIN budget b ON b.id = h.budget_id JOIN lease l ON l.id = h.lease_id
       LEFT JOIN usage_record u ON u.lease_id = h.lease_id ORDER BY h.lease_id, h.budget_id`,
  );
  const accounts = await db.query<AccountRecord>(
    'SELECT id, budget_id AS "budgetId", kind, balance FROM ledger_account ORDER BY id',
  );
  const usage = await db.query<UsageRecord>(
    `SELECT lease_id AS "leaseId", trial_id AS "trialId", attempt, extract(epoch FROM from_at)::double precision * 1000 AS "fromMs",
       extract(epoch FROM to_at)::double precision * 1000 AS "toMs" FROM usage_record ORDER BY from_at, lease_id`,
  );
  return { leases, holds, accounts, usage };
}

async function recordEvents(db: Queryable): Promise<StateEvent[]> {
  return db.query<StateEvent>(
    `SELECT CASE WHEN name LIKE 'sweep.%' THEN 'sweep' ELSE 'trial' END AS entity, entity->>'id' AS id,
       entity->>'state' AS state, coalesce((entity->>'requeued')::boolean, false) AS requeued
     FROM event WHERE name IN ('trial.state_changed', 'sweep.state_changed', 'sweep.finished') AND entity ? 'state' ORDER BY seq`,
  );
}

/** A process of an attempt as its agent saw it: begun before exec, over when nothing of it was left. */
export interface ProcessRecord {
  readonly agent: string;
  readonly attemptId: string;
  readonly trialId: string;
  readonly attempt: number;
  readonly slots: readonly number[];
  /** Of the machine's monotonic clock, milliseconds. */
  readonly startMs: number;
  /** `undefined` while nobody has seen its end. */
  readonly reapMs: number | undefined;
}

interface JournalLine {
  readonly type: 'start' | 'reap';
  readonly attemptId: string;
  readonly trialId: string;
  readonly attempt: number;
  readonly slots: readonly number[];
  readonly atNs: string;
  readonly reaped?: boolean;
}

/** Reads the process journal of an agent's folder. */
export function readProcessJournal(agent: string, folder: string): ProcessRecord[] {
  let text: string;
  try {
    text = readFileSync(join(folder, 'processes.jsonl'), 'utf8');
  } catch {
    return [];
  }
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as JournalLine);
  const ms = (line: JournalLine): number => Number(BigInt(line.atNs)) / 1e6;
  return lines
    .filter((line) => line.type === 'start')
    .map((start) => {
      const reap = lines.find(
        (line) => line.type === 'reap' && line.reaped === true && line.attemptId === start.attemptId,
      );
      const { attemptId, trialId, attempt, slots } = start;
      return {
        agent,
        attemptId,
        trialId,
        attempt,
        slots,
        startMs: ms(start),
        reapMs: reap === undefined ? undefined : ms(reap),
      };
    });
}
