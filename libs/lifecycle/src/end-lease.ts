// The end of an attempt: settle its lease, free its slots, write its usage record and tell its trial's workflow. One
// transaction, reached by the agent's word (`completeLease`) or by silence past the certain end (`expireLeases`).
import {
  DomainError,
  outcomeClassOf,
  type AttemptOutcome,
  type CompleteLease,
  type ProcessExit,
} from '@swath/contracts';
import { amountOf, costOf, gpuTimeOf, settle } from '@swath/ledger';
import type { Database, Tx } from '@swath/persistence';
import { inBudget, lockBudgets, type Posting } from './accounts.js';
import { post } from './accounts.js';
import {
  certainEnd,
  leaseColumns,
  lockLeases,
  readHolds,
  readLease,
  useUntil,
  writeHolds,
  type LeaseRow,
} from './lease-rows.js';
import { enqueueOutbox, publish, wakePool } from './notices.js';
import { clock } from './sweep-rows.js';

/** How an ended process is to be read: what the server wanted goes before what the process said. */
export function outcomeOf(
  exit: ProcessExit,
  lease: Pick<LeaseRow, 'stop_reason'>,
  timedOut: boolean,
): AttemptOutcome {
  if (exit.cause === 'exit' && exit.code === 0) return 'finished';
  if (lease.stop_reason !== null && exit.cause !== 'spawn_failed') {
    return lease.stop_reason === 'fenced' ? 'lost' : lease.stop_reason;
  }
  switch (exit.cause) {
    case 'preempted':
      return 'preempted';
    case 'node':
      return 'infrastructure';
    case 'expired':
      return timedOut ? 'timeout' : 'lost';
    case 'stop':
      return 'lost';
    case 'exit':
    case 'spawn_failed':
    case 'oom':
      return 'failed';
  }
}

/**
 * Ends an attempt by its agent's word. Saying it again is harmless.
 *
 * @throws `lease/not-found`; `lease/fenced` when the lease had expired or belongs to another attempt or node
 */
export async function completeLease(
  db: Database,
  request: { readonly nodeId: string; readonly leaseId: string; readonly body: CompleteLease },
): Promise<void> {
  const seen = await readLease(db, request.leaseId);
  if (seen?.node_id !== request.nodeId) {
    throw new DomainError('lease/not-found', `node ${request.nodeId} has no lease ${request.leaseId}`);
  }
  if (seen.attempt !== request.body.attempt) {
    throw new DomainError(
      'lease/fenced',
      `lease ${seen.id} is of attempt ${seen.attempt}, not ${request.body.attempt}`,
    );
  }
  if (seen.state === 'ended') return;
  await db.transaction(async (tx) => {
    const trial = await lockTrial(tx, seen.trial_id);
    const [lease] = await lockLeases(tx, [seen.id]);
    if (lease === undefined || lease.state === 'ended') return;
    if (lease.state === 'expired') {
      throw new DomainError(
        'lease/fenced',
        `lease ${lease.id} expired; attempt ${lease.attempt} counts as lost`,
      );
    }
    const now = await clock(tx);
    const endedAt = now < certainEnd(lease) ? now : certainEnd(lease);
    const limitMs = trial.max_trial_ms;
    const timedOut =
      limitMs !== null && Number(trial.run_ms) + Number(useUntil(lease, endedAt).ms) >= limitMs;
    const outcome = outcomeOf(request.body.exit, lease, timedOut);
    await endLease(tx, lease, { outcome, endedAt, exit: request.body.exit, state: 'ended', trial });
  });
}

/** Ends every lease whose agent was silent past its certain end; its whole hold is spent. Called by the reaper. */
export async function expireLeases(db: Database, limit = 100): Promise<number> {
  const due = await db.query<{ id: string; trial_id: string }>(
    `SELECT id, trial_id FROM lease l WHERE state = 'live'
       AND expires_at + tail_ms * interval '1 millisecond' < clock_timestamp() ORDER BY expires_at LIMIT $1`,
    [limit],
  );
  let count = 0;
  const failures: unknown[] = [];
  for (const { id, trial_id } of due) {
    // One lease that cannot be ended must not keep the others alive.
    await expireOne(db, id, trial_id).then(
      (ended) => (count += ended),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} leases could not be expired`);
  return count;
}

function expireOne(db: Database, leaseId: string, trialId: string): Promise<number> {
  return db.transaction(async (tx) => {
    const trial = await lockTrial(tx, trialId);
    const [lease] = await tx.query<LeaseRow>(
      `SELECT ${leaseColumns} FROM lease l WHERE id = $1 AND state = 'live'
         AND expires_at + tail_ms * interval '1 millisecond' < clock_timestamp() FOR UPDATE`,
      [leaseId],
    );
    if (lease === undefined) return 0;
    const outcome =
      lease.stop_reason === 'cancelled' || lease.stop_reason === 'stopped' ? lease.stop_reason : 'lost';
    await endLease(tx, lease, { outcome, endedAt: certainEnd(lease), exit: null, state: 'expired', trial });
    return 1;
  });
}

interface TrialLock {
  readonly id: string;
  readonly number: number;
  readonly project_id: string;
  readonly org_id: string;
  readonly team_id: string;
  readonly run_ms: bigint;
  readonly max_trial_ms: number | null;
}

async function lockTrial(tx: Tx, trialId: string): Promise<TrialLock> {
  const [trial] = await tx.query<TrialLock>(
    `SELECT t.id, t.number, t.project_id, s.org_id, s.team_id, t.run_ms,
       ((s.spec->'budget'->>'max_trial_duration')::double precision * 1000) AS max_trial_ms
     FROM trial t JOIN sweep s ON s.id = t.sweep_id WHERE t.id = $1 FOR UPDATE OF t`,
    [trialId],
  );
  if (trial === undefined) throw new DomainError('trial/not-found', `there is no trial ${trialId}`);
  return trial;
}

interface LeaseEnd {
  readonly outcome: AttemptOutcome;
  readonly endedAt: Date;
  readonly exit: ProcessExit | null;
  readonly state: 'ended' | 'expired';
  readonly trial: TrialLock;
}

async function endLease(tx: Tx, lease: LeaseRow, end: LeaseEnd): Promise<void> {
  await settleLease(tx, lease, end);
  await writeEnd(tx, lease, end);
  await enqueueOutbox(tx, [
    {
      topic: 'trial.attemptEnded',
      key: lease.trial_id,
      payload: { trialId: lease.trial_id, sweepId: lease.sweep_id, attempt: lease.attempt },
    },
  ]);
  const { number, project_id } = end.trial;
  await publish(tx, [
    {
      projectId: project_id,
      topic: `sweep:${lease.sweep_id}`,
      name: 'attempt.ended',
      entity: { trialId: lease.trial_id, number, attempt: lease.attempt, outcome: end.outcome },
    },
  ]);
  await wakePool(tx, lease.pool_id);
}

/** Ends the rows of lease, slots and attempt, and books the use: on the trial, and as the lease's usage record. */
async function writeEnd(tx: Tx, lease: LeaseRow, end: LeaseEnd): Promise<void> {
  const use = useUntil(lease, end.endedAt);
  const cost = costOf(use);
  await tx.query(
    `WITH ended AS (
       UPDATE lease SET state = $2, ended_at = $3, settled_until = $3, settlements = settlements + 1, spent_micros = $4
       WHERE id = $1 RETURNING *),
     freed AS (UPDATE lease_slot SET live = false WHERE lease_id = $1),
     attempt_ended AS (
       UPDATE attempt SET state = 'ended', outcome = $5, ended_at = $3, exit = $6 WHERE id = $7),
     trial_used AS (
       UPDATE trial SET spent_micros = spent_micros + $4, run_ms = run_ms + $8 WHERE id = $9)
     INSERT INTO usage_record (lease_id, org_id, team_id, project_id, sweep_id, trial_id, attempt, pool_id, node_id,
       price_version_id, class, currency, cost_micros, milli_gpu_ms, from_at, to_at)
     SELECT e.id, $10, $11, $12, e.sweep_id, e.trial_id, e.attempt, e.pool_id, e.node_id, e.price_version_id, $13, e.currency,
       $4, $14, e.granted_at, $3 FROM ended e`,
    [
      lease.id,
      end.state,
      end.endedAt,
      cost,
      end.outcome,
      end.exit === null ? null : JSON.stringify(end.exit),
      lease.attempt_id,
      use.ms,
      lease.trial_id,
      end.trial.org_id,
      end.trial.team_id,
      end.trial.project_id,
      outcomeClassOf[end.outcome],
      gpuTimeOf(use),
    ],
  );
}

/** Turns the lease's holds into spending up to its end and gives the rest back. */
async function settleLease(tx: Tx, lease: LeaseRow, end: LeaseEnd): Promise<void> {
  const holds = await readHolds(tx, [lease.id]);
  if (holds.length === 0) return;
  const budgets = await lockBudgets(
    tx,
    holds.map((hold) => hold.budget_id),
  );
  const use = useUntil(lease, end.endedAt);
  const postings: Posting[] = [];
  const after = holds.map((hold) => {
    const budget = budgets.get(hold.budget_id);
    if (budget === undefined) throw new Error(`budget ${hold.budget_id} of lease ${lease.id} is missing`);
    const settlement = settle(hold, amountOf(budget.unit, use), 0n, budget.balance.avail);
    postings.push({
      orgId: end.trial.org_id,
      kind: 'settle',
      key: `settle:${lease.id}:${lease.settlements + 1}:${hold.budget_id}`,
      leaseId: lease.id,
      transfers: inBudget(hold.budget_id, settlement.transfers),
    });
    return { ...hold, ...settlement.after };
  });
  await post(tx, postings);
  await writeHolds(tx, after);
}
