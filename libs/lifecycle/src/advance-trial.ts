// The trial workflow's one step: under the trial's lock, read the attempts, decide, and either queue the next attempt or close
// the trial once. Harmless to repeat: a closed or waiting trial answers what it is.
import {
  attemptIdOf,
  DomainError,
  type AttemptOutcome,
  type ProcessExit,
  type SweepState,
  type TrialState,
} from '@swath/contracts';
import type { Database, Tx } from '@swath/persistence';
import { describeFailure } from './failure.js';
import { nextStep, type PastAttempt } from './next-step.js';
import { enqueueOutbox, publish, wakePool, wakeSweep } from './notices.js';
import { recallAhead } from './recall.js';
import type { SweepRow } from './sweep-rows.js';

/** Where a trial stands. */
export interface TrialStep {
  readonly status: 'waiting' | 'closed';
  /** Number of its latest attempt. */
  readonly attempt: number;
}

interface TrialRow {
  readonly id: string;
  readonly number: number;
  readonly sweep_id: string;
  readonly project_id: string;
  readonly pool_id: string;
  readonly run_id: string;
  readonly state: TrialState;
  readonly attempt_count: number;
  readonly ended: boolean;
  readonly spec: SweepRow['spec'];
  readonly sweep_state: SweepState;
}

/** Moves a trial on after its attempt ended. @throws `trial/not-found` */
export async function advanceTrial(db: Database, trialId: string): Promise<TrialStep> {
  return db.transaction(async (tx) => {
    const trial = await lockTrial(tx, trialId);
    if (trial.ended) return { status: 'closed', attempt: trial.attempt_count };
    const attempts = await tx.query<PastAttempt>(
      'SELECT number, cause, state, outcome FROM attempt WHERE trial_id = $1 ORDER BY number',
      [trialId],
    );
    const accepting = trial.sweep_state === 'running' || trial.sweep_state === 'paused';
    const step = nextStep(attempts, trial.spec.retries, accepting);
    switch (step.do) {
      case 'wait':
        return { status: 'waiting', attempt: trial.attempt_count };
      case 'pause':
        await moveTrial(tx, trial, 'paused');
        // Its place in the window is free, it may be good enough to go on, or it was the last thing that the sweep waited for.
        await wakeSweep(tx, trial.sweep_id);
        return { status: 'waiting', attempt: trial.attempt_count };
      case 'retry':
        return { status: 'waiting', attempt: await queueAttempt(tx, trial, step) };
      case 'close':
        await closeTrial(tx, trial, step.state);
        return { status: 'closed', attempt: trial.attempt_count };
    }
  });
}

/** Sweep before trial, as everywhere: the share lock keeps the sweep's state from changing under the decision. */
async function lockTrial(tx: Tx, trialId: string): Promise<TrialRow> {
  await tx.query(
    'SELECT s.id FROM sweep s WHERE s.id = (SELECT sweep_id FROM trial WHERE id = $1) FOR SHARE',
    [trialId],
  );
  const [trial] = await tx.query<TrialRow>(
    `SELECT t.id, t.number, t.sweep_id, t.project_id, s.pool_id, t.run_id, t.state, t.attempt_count,
       t.ended_at IS NOT NULL AS ended, s.spec, s.state AS sweep_state
     FROM trial t JOIN sweep s ON s.id = t.sweep_id WHERE t.id = $1 FOR UPDATE OF t`,
    [trialId],
  );
  if (trial === undefined) throw new DomainError('trial/not-found', `there is no trial ${trialId}`);
  return trial;
}

async function moveTrial(tx: Tx, trial: TrialRow, state: TrialState): Promise<void> {
  await tx.query('UPDATE trial SET state = $2 WHERE id = $1', [trial.id, state]);
  await publish(tx, [stateNotice(trial, state)]);
}

function stateNotice(
  trial: TrialRow,
  state: TrialState,
  reason?: TrialFailure,
): Parameters<typeof publish>[1][number] {
  return {
    projectId: trial.project_id,
    topic: `sweep:${trial.sweep_id}`,
    name: 'trial.state_changed',
    entity: { id: trial.id, number: trial.number, state, ...(reason === undefined ? {} : { reason }) },
  };
}

async function queueAttempt(
  tx: Tx,
  trial: TrialRow,
  step: { readonly cause: 'retry' | 'preemption'; readonly delayMs: number },
): Promise<number> {
  const number = trial.attempt_count + 1;
  await tx.query(
    `INSERT INTO attempt (id, trial_id, sweep_id, pool_id, number, cause, state, slots, priority, enqueued_at, not_before)
     VALUES ($1, $2, $3, $4, $5, $6, 'queued', $7, $8, clock_timestamp(), clock_timestamp() + $9 * interval '1 millisecond')`,
    [
      attemptIdOf(trial.id, number),
      trial.id,
      trial.sweep_id,
      trial.pool_id,
      number,
      step.cause,
      trial.spec.resources.gpus,
      trial.spec.priority,
      step.delayMs,
    ],
  );
  // A new attempt starts its training over, so what the earlier one reached does not count for it.
  await tx.query(
    `UPDATE trial SET state = 'queued', attempt_count = $2, progress = '{}', reason = NULL WHERE id = $1`,
    [trial.id, number],
  );
  await publish(tx, [stateNotice(trial, 'queued')]);
  await recallAhead(tx, { poolId: trial.pool_id, belowPriority: trial.spec.priority });
  await wakePool(tx, trial.pool_id);
  return number;
}

const runStates: Readonly<Partial<Record<TrialState, string>>> = {
  finished: 'finished',
  pruned: 'finished',
  failed: 'failed',
};

/** Why a trial failed: how its last attempt ended, and that in words. */
interface TrialFailure {
  readonly code: AttemptOutcome;
  readonly text: string;
}

async function readFailure(tx: Tx, trial: TrialRow): Promise<TrialFailure | undefined> {
  const [last] = await tx.query<{ outcome: AttemptOutcome; exit: ProcessExit | null }>(
    'SELECT outcome, exit FROM attempt WHERE trial_id = $1 AND number = $2 AND outcome IS NOT NULL',
    [trial.id, trial.attempt_count],
  );
  return last && { code: last.outcome, text: describeFailure(last.outcome, last.exit) };
}

async function closeTrial(tx: Tx, trial: TrialRow, state: TrialState): Promise<void> {
  const failure = state === 'failed' ? await readFailure(tx, trial) : undefined;
  await tx.query(
    `UPDATE trial SET state = $2, reason = coalesce($3::jsonb, reason), ended_at = clock_timestamp()
     WHERE id = $1 AND ended_at IS NULL`,
    [trial.id, state, failure ?? null],
  );
  await tx.query(
    `UPDATE run SET state = $2, ended_at = clock_timestamp(), updated_at = clock_timestamp() WHERE id = $1`,
    [trial.run_id, runStates[state] ?? 'killed'],
  );
  await enqueueOutbox(tx, [
    {
      topic: 'sweep.trialDone',
      key: trial.sweep_id,
      payload: { sweepId: trial.sweep_id, trialId: trial.id },
    },
  ]);
  await publish(tx, [stateNotice(trial, state, failure)]);
}
