/**
 * A pruner with its memory, for callers that have no database: the simulator and the ask-tell program. The state is plain JSON
 * and each step returns a new one; every decision is made by the same `decide` as in the API.
 */
import type { Direction } from '../objective/compare.js';
import { bestValue } from '../objective/compare.js';
import { promotable } from './asha.js';
import type { Promotion, RungRecord } from './asha.js';
import { bracketOf } from './brackets.js';
import { undecided } from './decision.js';
import type { PrunerDecision } from './decision.js';
import { advance } from './progress.js';
import type { Measured, Progress } from './progress.js';
import { decide } from './pruner.js';
import { judgesAt, minDeltaOf, rungValue } from './rule.js';
import type { PrunerRule } from './rule.js';
import { rungReached } from './rungs.js';

/** What is remembered of one trial. */
export interface TrackedTrial {
  readonly bracket: number;
  readonly progress: Progress;
  /** The answer to its last measurement. */
  readonly decision: PrunerDecision;
}

/** Everything a pruner remembers of one sweep; plain JSON. */
export interface PrunerState {
  readonly rule: PrunerRule;
  readonly direction: Direction;
  /** By trial number; null where nothing was measured yet. */
  readonly trials: readonly (TrackedTrial | null)[];
  /** Records by `bracket/rung`, in order of arrival. */
  readonly cohorts: Readonly<Record<string, readonly RungRecord[]>>;
  /** Best value of the sweep so far. */
  readonly best: number | null;
}

/** One measurement of a numbered trial. */
export interface TrialMeasured extends Measured {
  /** Number of the trial in its sweep, from 0 and dense: memory grows with the largest one. */
  readonly trial: number;
}

/** A new state and what it answers. */
export interface PrunerStep {
  readonly state: PrunerState;
  readonly decision: PrunerDecision;
}

/** The state of a pruner that has seen nothing. */
export function createPruner(rule: PrunerRule, direction: Direction): PrunerState {
  return { rule, direction, trials: [], cohorts: {}, best: null };
}

/**
 * Takes in one measurement. A repeated or late one, and any of a trial that was told to stop, gets the trial's last answer again
 * and changes nothing; a value that is not finite is not a measurement and is ignored.
 */
export function reportMeasurement(state: PrunerState, measured: TrialMeasured): PrunerStep {
  const { trial, resource, value } = measured;
  const { rule, direction } = state;
  const known = state.trials[trial] ?? null;
  const bracket = known?.bracket ?? bracketOf(rule, trial);
  if (!Number.isFinite(value)) return { state, decision: undecided(bracket, resource, value) };
  const progress = advance(known?.progress ?? null, measured, direction, minDeltaOf(rule));
  if (known !== null && (progress === known.progress || known.decision.action === 'stop'))
    return { state, decision: known.decision };

  const best = bestValue(direction, [state.best ?? value, value]);
  const entry = enterRung(state, { trial, bracket, progress, value });
  const decision = decide({
    rule,
    direction,
    bracket,
    rung: entry.rung,
    resource,
    value,
    progress,
    recorded: entry.recorded,
    cohort: entry.cohort.map((record) => record.value),
    incumbent: progress.best === best,
  });
  const trials = placed(state.trials, trial, { bracket, progress, decision }, null);
  const cohort = entry.cohort.map((record) =>
    record.trial === trial ? { ...record, paused: decision.action === 'pause' } : record,
  );
  const cohorts =
    entry.rung === null ? state.cohorts : { ...state.cohorts, [`${bracket}/${entry.rung}`]: cohort };
  return { state: { ...state, trials, cohorts, best }, decision };
}

/** Where a measurement is judged: the rung, or null when nothing is to be judged, and the records there with the trial's own. */
interface RungEntry {
  readonly rung: number | null;
  readonly recorded: number;
  readonly cohort: readonly RungRecord[];
}

function enterRung(
  state: PrunerState,
  entry: { trial: number; bracket: number; progress: Progress; value: number },
): RungEntry {
  const { trial, bracket, progress, value } = entry;
  const rung = rungReached(state.rule, bracket, progress.resource);
  if (rung === null) return { rung, recorded: value, cohort: [] };
  const cohort = state.cohorts[`${bracket}/${rung}`] ?? [];
  const earlier = cohort.find((record) => record.trial === trial);
  if (earlier !== undefined)
    return {
      rung: judgesAt(state.rule) === 'rung' ? null : rung,
      recorded: earlier.value,
      cohort,
    };
  const recorded = rungValue(state.rule, progress, value);
  return { rung, recorded, cohort: [...cohort, { trial, bracket, rung, value: recorded, paused: false }] };
}

/** Paused trials that continue now, at most `limit`, and the state in which they do. Empty for rules that never pause. */
export function promoteTrials(
  state: PrunerState,
  limit: number,
): { readonly state: PrunerState; readonly promotions: readonly Promotion[] } {
  const { rule, direction } = state;
  if (rule.type !== 'asha' || rule.mode !== 'promote') return { state, promotions: [] };
  const promotions = promotable({ rule, direction, records: Object.values(state.cohorts).flat() }).slice(
    0,
    limit,
  );
  const next = promotions.reduce(
    (current, { trial, bracket, rung }) => released(current, trial, bracket, rung),
    state,
  );
  return { state: next, promotions };
}

/** The state after a paused trial was ended by someone else, so that it is never promoted. */
export function endPaused(state: PrunerState, trial: number): PrunerState {
  const paused = Object.values(state.cohorts)
    .flat()
    .find((record) => record.trial === trial && record.paused);
  return paused === undefined ? state : released(state, trial, paused.bracket, paused.rung);
}

function released(state: PrunerState, trial: number, bracket: number, rung: number): PrunerState {
  const records = (state.cohorts[`${bracket}/${rung}`] ?? []).map((record) =>
    record.trial === trial ? { ...record, paused: false } : record,
  );
  const tracked = state.trials[trial] ?? null;
  // A resumed attempt may send the paused measurement again: the answer to it is no longer `pause`.
  const trials =
    tracked === null
      ? state.trials
      : placed(state.trials, trial, { ...tracked, decision: promoted(tracked.decision) }, null);
  return { ...state, trials, cohorts: { ...state.cohorts, [`${bracket}/${rung}`]: records } };
}

function promoted(decision: PrunerDecision): PrunerDecision {
  return { ...decision, action: 'continue', reason: 'above_cut' };
}

/** A copy with `item` at `index`, filled up with `gap` before it. */
function placed<T>(items: readonly T[], index: number, item: T, gap: T): readonly T[] {
  const copy = [...items];
  while (copy.length < index) copy.push(gap);
  copy[index] = item;
  return copy;
}
