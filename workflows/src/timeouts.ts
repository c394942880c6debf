/**
 * Every timeout and retry of the workflows, in one table with its reason. All activities are idempotent, so retries have
 * no end: only a failure marked non-retryable by the activity (a defect or a missing row) reaches the workflow.
 */
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

const retry = {
  initialInterval: '250 milliseconds',
  backoffCoefficient: 2,
  maximumInterval: '30 seconds',
} as const;

/**
 * Short reads and writes in PostgreSQL. Local: one event instead of six, and no second round trip through the server.
 * 15 s bounds a connection that died silently; while PostgreSQL is away the retries stay in the worker.
 */
export const shortStep: LocalActivityOptions = { startToCloseTimeout: '15 seconds', retry };

/**
 * A launch reads the history, fits a model (seconds for large histories) and starts up to 50 workflows. Not local: it would
 * hold the workflow task for as long. The heartbeat notices a killed orchestrator after 15 s instead of 5 minutes.
 */
export const launchStep: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '15 seconds',
  retry,
};

/** Builds the report over all trials of the sweep; minutes only for very large ones. */
export const finishStep: ActivityOptions = {
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '15 seconds',
  retry,
};

/** Between two unprompted looks of a sweep, ms: heals lost signals; rare, because each costs a workflow task. */
export const RECONCILE_MS = 600_000;

/** Between two unprompted looks of a trial, ms: shorter than a sweep's, because a lost end of an attempt idles a slot's worth of window. */
export const REREAD_MS = 300_000;

/** History events before continue-as-new: a replay after a worker restart then stays below about 2 s. */
export const HISTORY_THRESHOLD = 2_000;

/** Trials per launch at most: bounds the transaction, the result and the time to the first workflow start. */
export const LAUNCH_CHUNK = 50;
