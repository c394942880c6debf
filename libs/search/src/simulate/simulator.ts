/**
 * A whole sweep under a virtual clock: any searcher, any pruner, any recorded table, so many slots. Nothing waits and nothing is random
 * here, so the same inputs give the same sweep; `plan.ts` and the benchmarks run thousands of them.
 *
 * Each slot takes a paused trial that may go on, else a new suggestion; a decision takes effect at the measurement it answers, as the
 * agent's does within a heartbeat.
 */
import type { TrialParameters } from '@swath/contracts';
import { createPruner, endPaused, promoteTrials, reportMeasurement } from '../fidelity/pruner-state.js';
import type { PrunerState } from '../fidelity/pruner-state.js';
import type { PrunerDecision } from '../fidelity/decision.js';
import type { PrunerRule } from '../fidelity/rule.js';
import { bestValue, isBetter } from '../objective/compare.js';
import type { Direction } from '../objective/compare.js';
import type { Observation, PendingTrial } from '../searchers/searcher.js';
import { runTime } from './recorded.js';
import type { RecordedTrial } from './recorded.js';

/** What a searcher sees when a slot is free. */
export interface SuggestionContext {
  /** Number of the trial to be suggested. */
  readonly number: number;
  /** The trials so far, as a searcher's request lists them. */
  readonly seen: () => {
    readonly history: readonly Observation[];
    readonly pending: readonly PendingTrial[];
  };
}

/** What to simulate. */
export interface Simulation {
  readonly direction: Direction;
  /** Absent: every trial runs to its end. */
  readonly rule?: PrunerRule;
  /** Trials that run at once, at least 1. */
  readonly slots: number;
  /** Parameters of the next trial, or null when there are none left. */
  readonly suggest: (context: SuggestionContext) => TrialParameters | null;
  /** What the trial does when it runs; must not depend on when it is called. */
  readonly evaluate: (parameters: TrialParameters, number: number) => RecordedTrial;
  /** Trials in all; default unlimited. */
  readonly maxTrials?: number;
  /** Virtual seconds after which nothing is started; default unlimited. Running trials end as they would. */
  readonly maxSeconds?: number;
  /** Seconds a slot is taken before an attempt trains: start-up, and loading the checkpoint of a resumed trial; default 0. */
  readonly startSeconds?: number;
}

/** One simulated trial. */
export interface SimulatedTrial {
  readonly number: number;
  readonly parameters: TrialParameters;
  readonly status: 'finished' | 'failed' | 'pruned';
  /** When a slot worked on it, in virtual seconds; one entry per attempt. */
  readonly attempts: readonly { readonly from: number; readonly to: number }[];
  /** Measurements made, [resource, value]. */
  readonly curve: readonly (readonly [number, number])[];
  /** Best value, or null without any. */
  readonly value: number | null;
  /** Last resource reached, 0 without a measurement. */
  readonly resource: number;
  /** The decision that ended or paused it last; null when it ran to its end. */
  readonly decision: PrunerDecision | null;
}

/** A simulated sweep. */
export interface SimulatedSweep {
  /** In order of their number. */
  readonly trials: readonly SimulatedTrial[];
  /** When the last slot was released, in virtual seconds. */
  readonly seconds: number;
  /** Slot-seconds used by all attempts together. */
  readonly busySeconds: number;
  /** Resource used by all trials together. */
  readonly resource: number;
  /** Each improvement of the best value seen, in order of time. */
  readonly incumbents: readonly { readonly at: number; readonly trial: number; readonly value: number }[];
}

interface Track {
  readonly number: number;
  readonly parameters: TrialParameters;
  readonly recorded: RecordedTrial;
  readonly attempts: { from: number; to: number }[];
  readonly curve: [number, number][];
  status: SimulatedTrial['status'] | 'running' | 'paused';
  decision: PrunerDecision | null;
  /** Virtual time minus run time in the present attempt. */
  offset: number;
}

interface Sweep {
  readonly simulation: Simulation;
  readonly tracks: Track[];
  readonly incumbents: { at: number; trial: number; value: number }[];
  pruner: PrunerState | null;
  now: number;
  exhausted: boolean;
}

/** Runs a sweep to its end. */
export function simulate(simulation: Simulation): SimulatedSweep {
  const { rule, direction } = simulation;
  const sweep: Sweep = {
    ...{ simulation, tracks: [], incumbents: [], now: 0, exhausted: false },
    pruner: rule === undefined ? null : createPruner(rule, direction),
  };
  for (;;) {
    while (running(sweep).length < simulation.slots && startOne(sweep));
    const next = earliest(running(sweep));
    if (next === undefined) break;
    advanceTrial(sweep, next);
  }
  for (const track of sweep.tracks) if (track.status === 'paused') track.status = 'pruned';
  return summary(sweep);
}

function running(sweep: Sweep): Track[] {
  return sweep.tracks.filter(({ status }) => status === 'running');
}

/** Virtual time of the trial's next measurement, or of its end when there is none left. */
function nextAt(track: Track): number {
  const seconds = track.recorded.curve[track.curve.length]?.seconds ?? runTime(track.recorded);
  return track.offset + seconds;
}

/** The trial whose event comes first; the lower number on a tie. */
function earliest(tracks: readonly Track[]): Track | undefined {
  return tracks.reduce<Track | undefined>(
    (first, track) => (first === undefined || nextAt(track) < nextAt(first) ? track : first),
    undefined,
  );
}

/** Gives a free slot work; false when there is none now. */
function startOne(sweep: Sweep): boolean {
  const { simulation, tracks, now } = sweep;
  if (now >= (simulation.maxSeconds ?? Infinity)) return false;
  if (resumeOne(sweep)) return true;
  if (sweep.exhausted || tracks.length >= (simulation.maxTrials ?? Infinity)) return false;
  const number = tracks.length;
  const parameters = simulation.suggest({ number, seen: () => seenBySearcher(sweep) });
  if (parameters === null) {
    sweep.exhausted = true;
    return false;
  }
  tracks.push({
    ...{
      number,
      parameters,
      recorded: simulation.evaluate(parameters, number),
      curve: [],
      status: 'running',
    },
    ...{ decision: null, attempts: [{ from: now, to: now }], offset: now + (simulation.startSeconds ?? 0) },
  });
  return true;
}

function resumeOne(sweep: Sweep): boolean {
  if (sweep.pruner === null) return false;
  const { state, promotions } = promoteTrials(sweep.pruner, 1);
  const track = promotions[0] === undefined ? undefined : sweep.tracks[promotions[0].trial];
  if (track === undefined) return false;
  sweep.pruner = state;
  track.status = 'running';
  track.attempts.push({ from: sweep.now, to: sweep.now });
  const trained = track.recorded.curve[track.curve.length - 1]?.seconds ?? 0;
  track.offset = sweep.now + (sweep.simulation.startSeconds ?? 0) - trained;
  return true;
}

/** Moves the clock to the trial's next event and lets it happen. */
function advanceTrial(sweep: Sweep, track: Track): void {
  sweep.now = nextAt(track);
  const attempt = track.attempts.at(-1);
  if (attempt !== undefined) attempt.to = sweep.now;
  const measurement = track.recorded.curve[track.curve.length];
  if (measurement === undefined) {
    track.status = track.recorded.failed === true ? 'failed' : 'finished';
    return;
  }
  const { resource, value } = measurement;
  track.curve.push([resource, value]);
  noteIncumbent(sweep, track.number, value);
  const last = track.curve.length === track.recorded.curve.length;
  if (sweep.pruner === null) return;
  const { state, decision } = reportMeasurement(sweep.pruner, { trial: track.number, resource, value });
  sweep.pruner = state;
  // A trial at its last measurement has nothing left to save: it ends by itself.
  if (last) sweep.pruner = endPaused(state, track.number);
  else if (decision.action !== 'continue') {
    track.status = decision.action === 'stop' ? 'pruned' : 'paused';
    track.decision = decision;
  }
}

function noteIncumbent(sweep: Sweep, trial: number, value: number): void {
  const best = sweep.incumbents.at(-1)?.value ?? NaN;
  if (isBetter(sweep.simulation.direction, value, best))
    sweep.incumbents.push({ at: sweep.now, trial, value });
}

function seenBySearcher(sweep: Sweep): { history: Observation[]; pending: PendingTrial[] } {
  const history: Observation[] = [];
  const pending: PendingTrial[] = [];
  for (const { number, parameters, status, curve, recorded } of sweep.tracks) {
    if (status === 'running' || status === 'paused') pending.push({ number, parameters, curve });
    else
      history.push({
        ...{ number, parameters, status, curve, seconds: trainedSeconds(recorded, curve.length, status) },
        values: [status === 'failed' ? null : valueOf(sweep, curve)],
      });
  }
  return { history, pending };
}

function trainedSeconds(recorded: RecordedTrial, measurements: number, status: Track['status']): number {
  return status === 'pruned' ? (recorded.curve[measurements - 1]?.seconds ?? 0) : runTime(recorded);
}

function valueOf(sweep: Sweep, curve: readonly (readonly [number, number])[]): number | null {
  return bestValue(
    sweep.simulation.direction,
    curve.map(([, value]) => value),
  );
}

function summary(sweep: Sweep): SimulatedSweep {
  const trials = sweep.tracks.map((track): SimulatedTrial => {
    const { number, parameters, attempts, curve, decision } = track;
    const status = track.status === 'finished' || track.status === 'failed' ? track.status : 'pruned';
    return {
      ...{ number, parameters, status, attempts, curve },
      value: status === 'failed' ? null : valueOf(sweep, curve),
      resource: curve.at(-1)?.[0] ?? 0,
      decision: status === 'pruned' ? decision : null,
    };
  });
  const attempts = trials.flatMap((trial) => trial.attempts);
  return {
    trials,
    seconds: attempts.reduce((end, { to }) => Math.max(end, to), 0),
    busySeconds: attempts.reduce((sum, { from, to }) => sum + to - from, 0),
    resource: trials.reduce((sum, { resource }) => sum + resource, 0),
    incumbents: sweep.incumbents,
  };
}
