// The end of an attempt: settle its lease, free its slots, write its usage record and tell its trial's workflow. One
// transaction, reached by the agent's word (`completeLease`) or by silence past the certain end (`expireLeases`). The agent's word
// may name a lease ahead that it has started in place of the ended one: then the slots change hands in the same transaction.
import {
  DomainError,
  outcomeClassOf,
  type AttemptOutcome,
  type CompleteLease,
  type ProcessExit,
  type StartReply,
} from '@swath/contracts';
import { amountOf, costOf, gpuTimeOf, settle } from '@swath/ledger';
import type { Database, Tx } from '@swath/persistence';
import { applyTransfers, cutsOf, inBudget, lockBudgets, post, type Posting } from './accounts.js';
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
import { countInitial, lockUnproven } from './initial-failures.js';
import { enqueueOutbox, publish, wakePool } from './notices.js';
import { handoverAt, beginLease } from './start-lease.js';
import { clock, type SweepRow } from './sweep-rows.js';

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

/** What came of an end. */
export interface Completion {
  /** Of the lease ahead that was started in its place, if one was named. */
  readonly start?: StartReply['state'];
}

/**
 * Ends an attempt by its agent's word. Saying it again is harmless.
 *
 * @throws `lease/not-found`; `lease/fenced` when the lease had expired or belongs to another attempt or node: a start that was named
 *   has not been looked at then
 */
export async function completeLease(
  db: Database,
  request: { readonly nodeId: string; readonly leaseId: string; readonly body: CompleteLease },
): Promise<Completion> {
  const { start } = request.body;
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
  if (seen.state === 'ended' && start === undefined) return {};
  const next = start && (await readLease(db, start.leaseId));
  const ids = { trials: [seen.trial_id], leases: [seen.id] };
  if (next !== undefined) {
    ids.trials.push(next.trial_id);
    ids.leases.push(next.id);
  }
  return db.transaction(async (tx) => {
    const unproven = await lockUnproven(tx, seen.sweep_id);
    const trial = (await lockTrials(tx, ids.trials)).get(seen.trial_id);
    const leases = await lockLeases(tx, ids.leases);
    const lease = leases.find(({ id }) => id === seen.id);
    if (lease === undefined || trial === undefined) return {};
    const successor = leases.find(({ id }) => id === next?.id);
    return endAndStart(tx, request, { lease, trial, successor, unproven });
  });
}

interface LockedEnd {
  readonly lease: LeaseRow;
  readonly trial: TrialLock;
  /** The lease ahead that the agent names as started, if there is one. */
  readonly successor: LeaseRow | undefined;
  /** The sweep, locked, while none of its attempts has logged a metric or finished. */
  readonly unproven: SweepRow | undefined;
}

async function endAndStart(
  tx: Tx,
  { nodeId, body }: { readonly nodeId: string; readonly body: CompleteLease },
  { lease, trial, successor, unproven }: LockedEnd,
): Promise<Completion> {
  const { start, exit } = body;
  if (lease.state !== 'ended' && lease.state !== 'live') {
    throw new DomainError(
      'lease/fenced',
      `lease ${lease.id} is ${lease.state}; attempt ${lease.attempt} does not run`,
    );
  }
  const now = await clock(tx);
  const at =
    start !== undefined && successor?.state === 'ahead'
      ? await handoverAt(tx, { now, lease: successor, start, before: lease })
      : now;
  if (lease.state === 'live') await endByAgent(tx, { lease, trial, unproven, exit, at });
  return start === undefined ? {} : { start: await beginLease(tx, { lease: successor, nodeId, start, at }) };
}

interface AgentsEnd extends Pick<LockedEnd, 'lease' | 'trial' | 'unproven'> {
  readonly exit: ProcessExit;
  readonly at: Date;
}

async function endByAgent(tx: Tx, { lease, trial, unproven, exit, at }: AgentsEnd): Promise<void> {
  const endedAt = at < certainEnd(lease) ? at : certainEnd(lease);
  const limitMs = trial.max_trial_ms;
  const timedOut = limitMs !== null && Number(trial.run_ms) + Number(useUntil(lease, endedAt).ms) >= limitMs;
  const outcome = outcomeOf(exit, lease, timedOut);
  if (unproven !== undefined) await countInitial(tx, unproven, outcome);
  await endLease(tx, lease, { outcome, endedAt, exit, state: 'ended', trial });
}

/**
 * Ends every lease whose agent was silent past its certain end; its whole hold is spent. So is that of a lease ahead: it may have
 * been started right after the agent's last word. Called by the reaper.
 */
export async function expireLeases(db: Database, limit = 100): Promise<number> {
  const due = await db.query<{ id: string; trial_id: string }>(
    `SELECT id, trial_id FROM lease l WHERE state IN ('ahead', 'live')
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
    const trial = (await lockTrials(tx, [trialId])).get(trialId);
    const [found] = await tx.query<LeaseRow>(
      `SELECT ${leaseColumns} FROM lease l WHERE id = $1 AND state IN ('ahead', 'live')
         AND expires_at + tail_ms * interval '1 millisecond' < clock_timestamp() FOR UPDATE`,
      [leaseId],
    );
    if (found === undefined || trial === undefined) return 0;
    const lease = found.state === 'ahead' ? await assumeStarted(tx, found) : found;
    const outcome =
      lease.stop_reason === 'cancelled' || lease.stop_reason === 'stopped' ? lease.stop_reason : 'lost';
    await endLease(tx, lease, { outcome, endedAt: certainEnd(lease), exit: null, state: 'expired', trial });
    return 1;
  });
}

/** Books a lease ahead as if it had been started right after its agent's last word. */
async function assumeStarted(tx: Tx, lease: LeaseRow): Promise<LeaseRow> {
  await tx.query('UPDATE lease SET granted_at = $2 WHERE id = $1', [lease.id, lease.settled_until]);
  await tx.query(
    'UPDATE attempt SET ahead = false, waiting = NULL, node_id = $2, started_at = $3 WHERE id = $1',
    [lease.attempt_id, lease.node_id, lease.settled_until],
  );
  await tx.query(`UPDATE trial SET state = 'running', started_at = coalesce(started_at, $2) WHERE id = $1`, [
    lease.trial_id,
    lease.settled_until,
  ]);
  return { ...lease, granted_at: lease.settled_until };
}

/** A locked trial as the end of an attempt needs it. */
export interface TrialLock {
  readonly id: string;
  readonly number: number;
  readonly project_id: string;
  readonly org_id: string;
  readonly team_id: string;
  readonly run_ms: bigint;
  readonly max_trial_ms: number | null;
}

async function lockTrials(tx: Tx, trialIds: readonly string[]): Promise<Map<string, TrialLock>> {
  const trials = await tx.query<TrialLock>(
    `SELECT t.id, t.number, t.project_id, s.org_id, s.team_id, t.run_ms,
       ((s.spec->'budget'->>'max_trial_duration')::double precision * 1000) AS max_trial_ms
     FROM trial t JOIN sweep s ON s.id = t.sweep_id WHERE t.id = ANY ($1) ORDER BY t.id FOR UPDATE OF t`,
    [trialIds],
  );
  return new Map(trials.map((trial) => [trial.id, trial]));
}

interface LeaseEnd {
  readonly outcome: AttemptOutcome;
  readonly endedAt: Date;
  readonly exit: ProcessExit | null;
  readonly state: 'ended' | 'expired';
  readonly trial: TrialLock;
}

async function endLease(tx: Tx, lease: LeaseRow, end: LeaseEnd): Promise<void> {
  await settleLease(tx, lease, { endedAt: end.endedAt, orgId: end.trial.org_id });
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
     freed AS (UPDATE lease_slot SET live = false WHERE lease_id = $1 RETURNING node_id, slot_index),
     used AS (
       UPDATE slot s SET used_until = greatest(s.used_until, $3) FROM freed f WHERE s.node_id = f.node_id AND s.index = f.slot_index),
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
export async function settleLease(
  tx: Tx,
  lease: LeaseRow,
  { endedAt, orgId }: { readonly endedAt: Date; readonly orgId: string },
): Promise<void> {
  const holds = await readHolds(tx, [lease.id]);
  if (holds.length === 0) return;
  const budgets = await lockBudgets(
    tx,
    holds.map((hold) => hold.budget_id),
  );
  const use = useUntil(lease, endedAt);
  const postings: Posting[] = [];
  const after = holds.map((hold) => {
    const budget = budgets.get(hold.budget_id);
    if (budget === undefined) throw new Error(`budget ${hold.budget_id} of lease ${lease.id} is missing`);
    const settlement = settle(hold, amountOf(budget.unit, use), 0n, budget.balance.avail);
    applyTransfers(budget, settlement.transfers);
    postings.push({
      orgId,
      kind: 'settle',
      key: `settle:${lease.id}:${lease.settlements + 1}:${hold.budget_id}`,
      leaseId: lease.id,
      transfers: inBudget(hold.budget_id, settlement.transfers),
    });
    return { ...hold, ...settlement.after };
  });
  await post(tx, [...postings, ...cutsOf(budgets.values(), `${lease.id}:${lease.settlements + 1}`)]);
  await writeHolds(tx, after);
}
