// Control of a sweep by a person: one transaction sets its state, withdraws queued attempts or flags live leases, and tells
// Temporal through the outbox. So a pause or a stop holds at once, also while Temporal is down.
import {
  canMoveSweep,
  DomainError,
  type StopReason,
  type SweepReason,
  type SweepState,
} from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { expectVersion } from './expect-version.js';
import { enqueueOutbox, publish, wakeNodes, wakePool } from './notices.js';
import { recallAhead } from './recall.js';
import { activeMs, clock, lockSweep, type SweepRow } from './sweep-rows.js';

/** What a person can do to a sweep. */
export type ControlAction = 'pause' | 'resume' | 'stop' | 'cancel';

const targets: Readonly<Record<ControlAction, SweepState>> = {
  pause: 'paused',
  resume: 'running',
  stop: 'stopping',
  cancel: 'cancelling',
};

const doneWords: Readonly<Record<ControlAction, string>> = {
  pause: 'paused',
  resume: 'resumed',
  stop: 'stopped',
  cancel: 'cancelled',
};

/**
 * Pauses, resumes, stops or cancels a sweep. Repeating an action that is in force changes nothing.
 *
 * @throws `sweep/not-found`, `sweep/state`
 */
export async function controlSweep(
  db: Database,
  request: { readonly sweepId: string; readonly action: ControlAction; readonly actor: string },
): Promise<SweepState> {
  return db.transaction(async (tx) => {
    const sweep = await lockSweep(tx, request.sweepId);
    const target = targets[request.action];
    if (sweep.state === target) return target;
    if (!canMoveSweep(sweep.state, target)) {
      throw new DomainError(
        'sweep/state',
        `cannot ${request.action} sweep ${sweep.id}: it is ${sweep.state}`,
      );
    }
    await moveSweep(tx, sweep, target, {
      reason: target === 'running' || target === 'paused' ? null : 'user',
      text: `${doneWords[request.action]} by ${request.actor}`,
    });
    if (target === 'stopping') await withdrawQueued(tx, sweep);
    if (target === 'cancelling') {
      await withdrawQueued(tx, sweep);
      await stopLeases(tx, sweep.id, 'cancelled');
    }
    return target;
  });
}

/**
 * Ends a sweep's intake for a reason of its own: a limit, the target, convergence. Does nothing unless it is running or
 * paused. With `kill`, running attempts are ended too.
 */
export async function closeIntake(
  tx: Tx,
  sweep: SweepRow,
  why: { readonly reason: SweepReason; readonly text: string; readonly kill?: StopReason },
): Promise<boolean> {
  if (!canMoveSweep(sweep.state, 'stopping')) return false;
  await moveSweep(tx, sweep, 'stopping', why);
  await withdrawQueued(tx, sweep);
  if (why.kill !== undefined) await stopLeases(tx, sweep.id, why.kill);
  return true;
}

/** Moves a locked sweep to a state, keeps its active time, and tells Temporal and whoever watches. */
export async function moveSweep(
  tx: Tx,
  sweep: SweepRow,
  to: SweepState,
  why: { readonly reason: SweepReason | null; readonly text: string | null },
): Promise<void> {
  const now = await clock(tx);
  const active = to === 'running' || to === 'stopping' || to === 'cancelling';
  await tx.query(
    `UPDATE sweep SET state = $2, reason = $3, reason_text = $4, active_ms = $5, active_since = $6, version = version + 1
     WHERE id = $1`,
    [sweep.id, to, why.reason, why.text, activeMs(sweep, now), active ? now : null],
  );
  await enqueueOutbox(tx, [{ topic: 'sweep.changed', key: sweep.id, payload: { sweepId: sweep.id } }]);
  await publish(tx, [
    {
      projectId: sweep.project_id,
      topic: `sweep:${sweep.id}`,
      name: 'sweep.state_changed',
      entity: { id: sweep.id, state: to, reason: why.reason, text: why.text },
    },
  ]);
  if (to !== 'running') await recallAhead(tx, { sweepId: sweep.id });
  await wakePool(tx, sweep.pool_id);
}

/**
 * Takes a sweep's queued attempts out of the queue; those with a lease ahead follow when that is given back (`releaseLease`),
 * because the node may have started them.
 */
async function withdrawQueued(tx: Tx, sweep: SweepRow): Promise<void> {
  const trials = await tx.query<WithdrawnTrial>(
    `SELECT t.id, t.number, t.started_at IS NOT NULL AS ran FROM trial t
     WHERE t.sweep_id = $1 AND t.ended_at IS NULL AND t.state IN ('queued', 'paused')
       AND NOT EXISTS (SELECT 1 FROM lease l WHERE l.trial_id = t.id AND l.state IN ('ahead', 'live')) ORDER BY t.id FOR UPDATE`,
    [sweep.id],
  );
  await withdrawTrials(tx, sweep, trials);
}

/** A queued or paused trial that will not run any more. */
export interface WithdrawnTrial {
  readonly id: string;
  readonly number: number;
  /** An earlier attempt of it has run. */
  readonly ran: boolean;
}

/** Ends locked trials of a sweep that ends: one that never ran as `not_run`, another as `cancelled`. */
export async function withdrawTrials(
  tx: Tx,
  sweep: SweepRow,
  trials: readonly WithdrawnTrial[],
): Promise<void> {
  if (trials.length === 0) return;
  const ids = trials.map((trial) => trial.id);
  const attempts = await tx.query<{ trial_id: string; number: number }>(
    `UPDATE attempt SET state = 'withdrawn', ended_at = clock_timestamp(), waiting = NULL
     WHERE trial_id = ANY ($1) AND state = 'queued' RETURNING trial_id, number`,
    [ids],
  );
  await tx.query(
    `UPDATE trial SET state = CASE WHEN started_at IS NULL THEN 'not_run' ELSE 'cancelled' END,
       ended_at = clock_timestamp(), reason = '{"code":"sweep_ended"}'
     WHERE id = ANY ($1)`,
    [ids],
  );
  await tx.query(
    `UPDATE run SET state = CASE WHEN state = 'pending' THEN 'killed' ELSE state END, ended_at = clock_timestamp(),
       updated_at = clock_timestamp() WHERE id IN (SELECT run_id FROM trial WHERE id = ANY ($1))`,
    [ids],
  );
  const numberOf = new Map(attempts.map((attempt) => [attempt.trial_id, attempt.number]));
  await enqueueOutbox(
    tx,
    trials.flatMap(({ id }) => [
      {
        topic: 'trial.attemptEnded' as const,
        key: id,
        payload: { trialId: id, attempt: numberOf.get(id) ?? 0 },
      },
      { topic: 'sweep.trialDone' as const, key: sweep.id, payload: { sweepId: sweep.id, trialId: id } },
    ]),
  );
  await publish(
    tx,
    trials.map(({ id, number, ran }) => ({
      projectId: sweep.project_id,
      topic: `sweep:${sweep.id}`,
      name: 'trial.state_changed',
      entity: { id, number, state: ran ? 'cancelled' : 'not_run' },
    })),
  );
}

/** Flags every open lease of a sweep to be stopped; the agents are told at once and at their next heartbeat. */
export async function stopLeases(tx: Tx, sweepId: string, reason: StopReason): Promise<void> {
  const rows = await tx.query<{ node_id: string }>(
    `UPDATE lease SET stop_reason = $2 WHERE id IN (
       SELECT id FROM lease WHERE sweep_id = $1 AND state IN ('ahead', 'live') AND stop_reason IS NULL ORDER BY id FOR UPDATE)
     RETURNING node_id`,
    [sweepId, reason],
  );
  await wakeNodes(
    tx,
    rows.map((row) => row.node_id),
  );
}

/** Changes how many trials may run at once. @throws `sweep/not-found`, `sweep/state` */
export async function resizeSweep(
  db: Database,
  request: {
    readonly sweepId: string;
    readonly parallel: number;
    readonly actor: string;
    /** Version the change was decided on. */
    readonly version?: number | undefined;
  },
): Promise<void> {
  await db.transaction(async (tx) => {
    const sweep = await lockSweep(tx, request.sweepId);
    expectVersion(`sweep ${sweep.id}`, sweep.version, request.version);
    if (sweep.ended_at !== null) {
      throw new DomainError('sweep/state', `cannot resize sweep ${sweep.id}: it is ${sweep.state}`);
    }
    await tx.query('UPDATE sweep SET parallel = $2, version = version + 1 WHERE id = $1', [
      sweep.id,
      request.parallel,
    ]);
    await recallAhead(tx, { sweepId: sweep.id });
    await enqueueOutbox(tx, [{ topic: 'sweep.changed', key: sweep.id, payload: { sweepId: sweep.id } }]);
    await publish(tx, [
      {
        projectId: sweep.project_id,
        topic: `sweep:${sweep.id}`,
        name: 'sweep.updated',
        entity: { id: sweep.id, parallel: request.parallel },
      },
    ]);
    await wakePool(tx, sweep.pool_id);
  });
}
