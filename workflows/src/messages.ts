/**
 * Everything a client may say to a workflow: names, inputs, signals and queries. `libs/temporal` sends them; the workflow
 * files answer. Signals are wake-ups with a hint, never the truth: the workflow reads PostgreSQL before it acts.
 */
import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { SweepState } from '@swath/contracts';

/** Task queue of all workflows and control activities. Agents never poll it. */
export const CONTROL_TASK_QUEUE = 'swath-control';

/** Workflow type names; they equal the exported function names and are part of every recorded history. */
export const workflowTypes = { sweep: 'sweepWorkflow', trial: 'trialWorkflow' } as const;

/** Input of `sweepWorkflow`. Clients give `sweepId`; the rest has defaults or is carried over continue-as-new. */
export interface SweepInput {
  readonly sweepId: string;
  /** Carried over: a launch failed for good with this message, so nothing new starts and the sweep ends. */
  readonly failure?: string;
  /** Milliseconds between two unprompted looks at PostgreSQL; default 10 minutes. */
  readonly reconcileMs?: number;
  /** Continue as new above this many history events; default 2,000. */
  readonly historyThreshold?: number;
}

/** Input of `trialWorkflow`. */
export interface TrialInput {
  readonly trialId: string;
  /** The attempt whose end is awaited; default 1. Carried over continue-as-new. */
  readonly attempt?: number;
  /** Milliseconds between two unprompted looks at PostgreSQL; default 5 minutes. */
  readonly rereadMs?: number;
  /** Continue as new above this many history events; default 2,000. */
  readonly historyThreshold?: number;
}

/** Trials that have closed since the last signal. */
export interface TrialsDone {
  readonly trialIds: readonly string[];
}

/** An attempt that has ended. */
export interface AttemptEnded {
  /** Number of the attempt within its trial, from 1. */
  readonly attempt: number;
}

/** What a sweep workflow is doing; for diagnosis only, pages read PostgreSQL. */
export interface SweepProgress {
  readonly sweepId: string;
  /** The sweep's state when the workflow last looked; absent before the first look. */
  readonly state?: SweepState;
  /** Launches asked for by this run. */
  readonly launches: number;
  /** Trials launched by this run. */
  readonly launched: number;
  /** Closed trials this run was told of. */
  readonly signalled: number;
  readonly doing: 'looking' | 'launching' | 'finishing' | 'waiting';
  /** Why nothing more is launched, when a launch failed for good. */
  readonly failure?: string;
}

/** To a sweep: these trials have closed; there may be room for more. */
export const trialsDone = defineSignal<[TrialsDone]>('trialsDone');

/** To a sweep: its state, window or limits have changed. */
export const sweepChanged = defineSignal('sweepChanged');

/** To a trial: an attempt has ended. May come before the trial waits for it, and more than once. */
export const attemptEnded = defineSignal<[AttemptEnded]>('attemptEnded');

/** What the sweep workflow is doing now. */
export const sweepProgress = defineQuery<SweepProgress>('sweepProgress');
