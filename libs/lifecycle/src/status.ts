// What the sweep workflow steers by: how many trials to keep open, how many more may be created, and whether the sweep
// should end. Derived from rows at each call, so a lost signal or a crash loses nothing.
import type { SweepReason, SweepState } from '@swath/contracts';
import type { Database, Queryable, Tx } from '@swath/persistence';
import { readSweepBudgets } from './accounts.js';
import { closeIntake } from './control.js';
import { promotableTrials } from './promote.js';
import { activeMs, clock, lockSweep, readSweepRow, type SweepRow } from './sweep-rows.js';

/** The state of a sweep as its workflow sees it. */
export interface SweepStatus {
  readonly state: SweepState;
  readonly reason: SweepReason | null;
  /** Trials to keep open: slots the sweep may use, at most `parallel`, and the lookahead. */
  readonly window: number;
  /** Trials that are queued or running; a paused one has given its place in the window back. */
  readonly open: number;
  readonly created: number;
  /** Trials that may still be created, and paused ones that may go on. */
  readonly launchable: number;
  /** The searcher had nothing left to propose. */
  readonly exhausted: boolean;
  /** Number the next launch has to carry. */
  readonly nextLaunch: number;
  /** Milliseconds until its wall-clock limit ends it; null without such a limit or while its time does not run. */
  readonly dueInMs: number | null;
}

/** Trials queued beyond the slots in use, so that a freed slot finds its next trial waiting. */
function lookahead(method: string, window: number): number {
  if (method === 'grid' || method === 'random' || method === 'sobol' || method === 'halton') {
    return Math.max(2, Math.ceil(window / 8));
  }
  return 1;
}

/** Most trials that one sweep keeps open; bounds the suggestions in flight and the signals of one workflow. */
const MAX_WINDOW = 2_000;

/** Reads a sweep's status; first ends its intake if a limit or its target was reached meanwhile. */
export async function sweepStatus(db: Database, sweepId: string): Promise<SweepStatus> {
  const first = await readStatus(db, sweepId);
  if (first.close === undefined) return first.status;
  const { close } = first;
  await db.transaction(async (tx) => {
    const sweep = await lockSweep(tx, sweepId);
    const kill = close.reason === 'max_wall_clock' && sweep.spec.budget.on_exhaust === 'kill';
    await closeIntake(tx, sweep, kill ? { ...close, kill: 'budget' } : close);
  });
  return (await readStatus(db, sweepId)).status;
}

/** Ends the intake of sweeps whose wall-clock limit has passed. Called by the reaper. @returns how many it looked at */
export async function closeOverdueSweeps(db: Database): Promise<number> {
  const due = await db.query<{ id: string }>(
    `SELECT id FROM sweep WHERE ended_at IS NULL AND state = 'running' AND max_active_ms IS NOT NULL
       AND active_ms + extract(epoch FROM clock_timestamp() - active_since) * 1000 >= max_active_ms`,
  );
  for (const { id } of due) await sweepStatus(db, id);
  return due.length;
}

interface Reading {
  readonly status: SweepStatus;
  readonly close?: { readonly reason: SweepReason; readonly text: string };
}

async function readStatus(db: Queryable, sweepId: string): Promise<Reading> {
  const sweep = await readSweepRow(db, sweepId);
  const [open] = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM trial WHERE sweep_id = $1 AND ended_at IS NULL AND state <> 'paused'`,
    [sweepId],
  );
  const created = sweep.next_trial - 1;
  const trialsLeft = sweep.max_trials === null ? Infinity : sweep.max_trials - created;
  const promotions = sweep.state === 'running' ? (await promotableTrials(db, sweep)).length : 0;
  const creatable = sweep.exhausted ? 0 : Math.max(0, Math.min(trialsLeft, Number.MAX_SAFE_INTEGER));
  const slots = await slotsOfPool(db, sweep);
  const running = Math.max(1, Math.min(sweep.parallel ?? slots, Math.max(slots, 1), MAX_WINDOW));
  const status: SweepStatus = {
    state: sweep.state,
    reason: sweep.reason,
    window: Math.min(MAX_WINDOW, running + lookahead(sweep.spec.method, running)),
    open: open?.count ?? 0,
    created,
    launchable: sweep.state === 'running' ? creatable + promotions : 0,
    exhausted: sweep.exhausted && promotions === 0,
    nextLaunch: sweep.next_launch,
    dueInMs: await wallClockLeft(db, sweep),
  };
  if (sweep.state !== 'running' && sweep.state !== 'paused') return { status };
  const close = await dueEnd(db, sweep);
  return close === undefined ? { status } : { status, close };
}

async function wallClockLeft(db: Queryable, sweep: SweepRow): Promise<number | null> {
  if (sweep.max_active_ms === null || sweep.active_since === null) return null;
  return Math.max(0, Number(sweep.max_active_ms) - activeMs(sweep, await clock(db)));
}

async function slotsOfPool(db: Queryable, sweep: SweepRow): Promise<number> {
  const [row] = await db.query<{ slots: number }>(
    `SELECT count(*)::int AS slots FROM node JOIN slot ON slot.node_id = node.id
     WHERE node.pool_id = $1 AND node.state = 'online' AND slot.healthy`,
    [sweep.pool_id],
  );
  return Math.floor((row?.slots ?? 0) / sweep.spec.resources.gpus);
}

async function dueEnd(
  db: Queryable,
  sweep: SweepRow,
): Promise<{ reason: SweepReason; text: string } | undefined> {
  const now = await clock(db);
  if (sweep.max_active_ms !== null && activeMs(sweep, now) >= Number(sweep.max_active_ms)) {
    return {
      reason: 'max_wall_clock',
      text: `max_wall_clock of ${Number(sweep.max_active_ms) / 1000} s is over`,
    };
  }
  return targetReached(db, sweep);
}

/** The first objective's target, if a trial's value reaches it. */
async function targetReached(
  db: Queryable,
  sweep: SweepRow,
): Promise<{ reason: SweepReason; text: string } | undefined> {
  const objective = sweep.spec.objectives[0];
  if (objective?.target === undefined) return undefined;
  const order = objective.goal === 'maximize' ? 'DESC' : 'ASC';
  const [best] = await db.query<{ number: number; value: number }>(
    `SELECT number, value FROM trial WHERE sweep_id = $1 AND value IS NOT NULL AND value <> 'NaN'
     ORDER BY value ${order} LIMIT 1`,
    [sweep.id],
  );
  if (best === undefined) return undefined;
  const reached =
    objective.goal === 'maximize' ? best.value >= objective.target : best.value <= objective.target;
  if (!reached) return undefined;
  return {
    reason: 'target',
    text: `trial ${best.number} reached ${objective.name} ${best.value}, the target is ${objective.target}`,
  };
}

/** Which money or GPU-time budget of the sweep can grant nothing more and has nothing held. */
export async function exhaustedBudget(
  tx: Tx,
  sweepId: string,
  needed: ReadonlyMap<string, bigint>,
): Promise<string | undefined> {
  const budgets = await readSweepBudgets(tx, sweepId);
  return budgets.find((budget) => {
    const need = needed.get(budget.id);
    return need !== undefined && budget.balance.held === 0n && budget.balance.avail < need;
  })?.unit;
}
