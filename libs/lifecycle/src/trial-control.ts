// Control of single trials by a person: stop one, run a chosen point, run failed ones again; and changed limits of a sweep.
import {
  DomainError,
  isTrialEnded,
  parseMicros,
  type TrialParameters,
  type TrialState,
} from '@swath/contracts';
import { violates, type Database, type Tx } from '@swath/persistence';
import { accountOf, budgetIdOf, committedOf, lockBudgets, post, setLimit } from './accounts.js';
import { expectVersion } from './expect-version.js';
import { insertTrials } from './launch.js';
import { enqueueOutbox, publish, wakeNodes, wakePool } from './notices.js';
import { endWhatIsBeyond, lockPools, openMidway, usedBySweep } from './open-midway.js';
import { currentPrice } from './prices.js';
import { queueAttempts } from './queue-attempts.js';
import { lockSweep, readSweepRow, type SweepRow } from './sweep-rows.js';

/** A trial that a person ends. */
export interface StoppableTrial {
  readonly id: string;
  readonly sweep_id: string;
  readonly project_id: string;
  readonly number: number;
  readonly state: TrialState;
  readonly attempt_count: number;
}

/** Ends one trial. Repeating it changes nothing. @throws `trial/not-found`, `trial/state` */
export async function stopTrial(
  db: Database,
  request: { readonly trialId: string; readonly actor: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('SELECT id FROM sweep WHERE id = (SELECT sweep_id FROM trial WHERE id = $1) FOR SHARE', [
      request.trialId,
    ]);
    const [trial] = await tx.query<StoppableTrial>(
      'SELECT id, sweep_id, project_id, number, state, attempt_count FROM trial WHERE id = $1 FOR UPDATE',
      [request.trialId],
    );
    if (trial === undefined) throw new DomainError('trial/not-found', `there is no trial ${request.trialId}`);
    if (trial.state === 'stopped') return;
    if (isTrialEnded(trial.state)) {
      throw new DomainError('trial/state', `trial ${trial.number} has already ended as ${trial.state}`);
    }
    const leases = await tx.query<{ node_id: string; state: string }>(
      `UPDATE lease SET stop_reason = coalesce(stop_reason, 'stopped')
       WHERE trial_id = $1 AND state IN ('ahead', 'live') RETURNING node_id, state`,
      [trial.id],
    );
    if (leases.every(({ state }) => state === 'ahead')) {
      const reason = JSON.stringify({ code: 'stopped', by: request.actor });
      await tx.query('UPDATE trial SET reason = $2 WHERE id = $1', [trial.id, reason]);
    }
    if (leases.length === 0) await closeStopped(tx, trial);
    await wakeNodes(
      tx,
      leases.map((lease) => lease.node_id),
    );
  });
}

/** Ends a locked trial that holds no lease and has its reason. */
export async function closeStopped(tx: Tx, trial: StoppableTrial): Promise<void> {
  await tx.query(
    `UPDATE attempt SET state = 'withdrawn', ended_at = clock_timestamp() WHERE trial_id = $1 AND state = 'queued'`,
    [trial.id],
  );
  await tx.query(`UPDATE trial SET state = 'stopped', ended_at = clock_timestamp() WHERE id = $1`, [
    trial.id,
  ]);
  await enqueueOutbox(tx, [
    {
      topic: 'trial.attemptEnded',
      key: trial.id,
      payload: { trialId: trial.id, sweepId: trial.sweep_id, attempt: trial.attempt_count },
    },
    {
      topic: 'sweep.trialDone',
      key: trial.sweep_id,
      payload: { sweepId: trial.sweep_id, trialId: trial.id },
    },
  ]);
  await publish(tx, [
    {
      projectId: trial.project_id,
      topic: `sweep:${trial.sweep_id}`,
      name: 'trial.state_changed',
      entity: { id: trial.id, number: trial.number, state: 'stopped' },
    },
  ]);
}

/** Adds a trial with the person's own values. @throws `sweep/state`, `trial/duplicate`, `budget/insufficient` */
export async function enqueuePoint(
  db: Database,
  request: { readonly sweepId: string; readonly parameters: TrialParameters; readonly actor: string },
): Promise<string> {
  try {
    return await db.transaction(async (tx) => {
      const sweep = await lockSweep(tx, request.sweepId);
      if (sweep.state !== 'running' && sweep.state !== 'paused') {
        throw new DomainError('sweep/state', `cannot add a trial to sweep ${sweep.id}: it is ${sweep.state}`);
      }
      if (sweep.max_trials !== null && sweep.next_trial > sweep.max_trials) {
        throw new DomainError(
          'budget/insufficient',
          `max_trials is ${sweep.max_trials} and all were created; raise it first`,
        );
      }
      const info = { searcher: 'person', phase: 'point', reason: `added by ${request.actor}` } as const;
      const [trialId] = await insertTrials(tx, sweep, [{ parameters: request.parameters, info }]);
      if (trialId === undefined) throw new Error('the trial was not stored');
      await consumeTrial(tx, sweep);
      await tx.query('UPDATE sweep SET next_trial = next_trial + 1 WHERE id = $1', [sweep.id]);
      await enqueueOutbox(tx, [{ topic: 'sweep.changed', key: sweep.id, payload: { sweepId: sweep.id } }]);
      return trialId;
    });
  } catch (error) {
    if (!violates(error, 'trial_sweep_id_parameters_key_replicate_key')) throw error;
    throw new DomainError('trial/duplicate', 'a trial with these parameters exists in the sweep', {
      cause: error,
    });
  }
}

async function consumeTrial(tx: Tx, sweep: SweepRow): Promise<void> {
  if (sweep.max_trials === null) return;
  const budget = budgetIdOf(sweep.id, 'trials');
  await post(tx, [
    {
      orgId: sweep.org_id,
      kind: 'consume',
      key: `trials:${sweep.id}:point:${sweep.next_trial}`,
      transfers: [{ from: accountOf(budget, 'avail'), to: accountOf(budget, 'spent'), amount: 1n }],
    },
  ]);
}

/** Queues every failed trial of a sweep once more. @returns how many @throws `sweep/not-found`, `sweep/state` */
export async function requeueFailed(
  db: Database,
  request: { readonly sweepId: string; readonly actor: string },
): Promise<number> {
  return db.transaction(async (tx) => {
    const sweep = await lockSweep(tx, request.sweepId);
    if (sweep.state !== 'running' && sweep.state !== 'paused') {
      throw new DomainError(
        'sweep/state',
        `cannot requeue trials of sweep ${sweep.id}: it is ${sweep.state}`,
      );
    }
    const trials = await tx.query<{ id: string; number: number; attempt: number }>(
      `UPDATE trial SET state = 'queued', ended_at = NULL, reason = NULL, progress = '{}', attempt_count = attempt_count + 1
       WHERE sweep_id = $1 AND state = 'failed' RETURNING id, number, attempt_count AS attempt`,
      [sweep.id],
    );
    await tx.query(
      `UPDATE run SET state = 'pending', ended_at = NULL, updated_at = clock_timestamp()
       WHERE id IN (SELECT run_id FROM trial WHERE id = ANY ($1))`,
      [trials.map((trial) => trial.id)],
    );
    await queueAttempts(tx, sweep, 'requeue', trials);
    await enqueueOutbox(tx, [
      ...trials.map(({ id }) => ({
        topic: 'trial.start' as const,
        key: id,
        payload: { trialId: id, sweepId: sweep.id },
      })),
      { topic: 'sweep.changed', key: sweep.id, payload: { sweepId: sweep.id } },
    ]);
    await publish(
      tx,
      trials.map(({ id, number }) => ({
        projectId: sweep.project_id,
        topic: `sweep:${sweep.id}`,
        name: 'trial.state_changed',
        entity: { id, number, state: 'queued', requeued: true },
      })),
    );
    await wakePool(tx, sweep.pool_id);
    return trials.length;
  });
}

/** New limits of a sweep; what is left out stays as it is. */
export interface LimitChange {
  readonly sweepId: string;
  readonly actor: string;
  readonly maxTrials?: number;
  /** Decimal string in the sweep's currency. */
  readonly maxCost?: string;
  /** Seconds. */
  readonly maxWallClock?: number;
  /** Version of the sweep the change was decided on. */
  readonly version?: number | undefined;
}

/**
 * Raises or lowers limits of a sweep that has not ended.
 *
 * A limit on money below what is spent and held lets trials run to the end of what is held for them, or stops them, as `on_exhaust` says.
 *
 * @throws `sweep/state`; `sweep/limit-below-use` for fewer trials than were created
 */
export async function changeLimits(db: Database, change: LimitChange): Promise<void> {
  await db.transaction(async (tx) => {
    if (change.maxCost !== undefined) await lockPools(tx, (await readSweepRow(tx, change.sweepId)).org_id);
    const sweep = await lockSweep(tx, change.sweepId);
    expectVersion(`sweep ${sweep.id}`, sweep.version, change.version);
    if (sweep.ended_at !== null || sweep.state === 'cancelling') {
      throw new DomainError('sweep/state', `cannot change limits of sweep ${sweep.id}: it is ${sweep.state}`);
    }
    if (change.maxTrials !== undefined) {
      await changeBudget(tx, sweep, {
        unit: 'trials',
        limit: BigInt(change.maxTrials),
        used: BigInt(sweep.next_trial - 1),
        actor: change.actor,
      });
      await tx.query('UPDATE sweep SET max_trials = $2 WHERE id = $1', [sweep.id, change.maxTrials]);
    }
    if (change.maxCost !== undefined) {
      const price = await currentPrice(tx, sweep.pool_id);
      if (price === undefined) throw new DomainError('pool/no-price', 'the pool of this sweep has no price');
      const limit = parseMicros(change.maxCost) ?? 0n;
      await changeBudget(tx, sweep, {
        unit: `money:${price.currency}`,
        limit,
        used: await usedBySweep(tx, sweep.id, `money:${price.currency}`),
        actor: change.actor,
      });
    }
    if (change.maxWallClock !== undefined) {
      await tx.query('UPDATE sweep SET max_active_ms = $2 WHERE id = $1', [
        sweep.id,
        Math.round(change.maxWallClock * 1000),
      ]);
    }
    await tx.query('UPDATE sweep SET version = version + 1 WHERE id = $1', [sweep.id]);
    await enqueueOutbox(tx, [{ topic: 'sweep.changed', key: sweep.id, payload: { sweepId: sweep.id } }]);
    await publish(tx, [
      {
        projectId: sweep.project_id,
        topic: `sweep:${sweep.id}`,
        name: 'sweep.updated',
        entity: { ...change },
      },
    ]);
    await wakePool(tx, sweep.pool_id);
  });
}

interface BudgetChange {
  readonly unit: string;
  readonly limit: bigint;
  /** Already consumed when the budget is opened only now. */
  readonly used: bigint;
  readonly actor: string;
}

async function changeBudget(tx: Tx, sweep: SweepRow, change: BudgetChange): Promise<void> {
  const id = budgetIdOf(sweep.id, change.unit);
  const known = (await lockBudgets(tx, [id])).get(id);
  if (known === undefined) {
    const budget = { scopeKind: 'sweep', scopeId: sweep.id, unit: change.unit, limit: change.limit } as const;
    const { on_exhaust: onExhaust } = sweep.spec.budget;
    await openMidway(
      tx,
      { ...budget, orgId: sweep.org_id, mode: 'HARD', onExhaust, actor: change.actor },
      change.used,
    );
    return;
  }
  if (change.unit === 'trials' && change.limit < committedOf(known)) {
    throw new DomainError(
      'sweep/limit-below-use',
      `${committedOf(known)} trials were created; the new limit is ${change.limit}`,
    );
  }
  await setLimit(tx, known, {
    orgId: sweep.org_id,
    limit: change.limit,
    actor: change.actor,
    reason: 'changed with the limits of the sweep',
  });
  await endWhatIsBeyond(tx, id);
}
