/**
 * Brings trials that were stopped at different rungs to one scale: what each would have reached with full training. From rung
 * to rung a robust line is fitted through the trials that were measured at both; a stopped or running trial's latest rung
 * value is carried up along these lines, and what the lines leave unexplained becomes its noise.
 *
 * A value within its rung alone would mislead: the trials of a high rung are the good ones, and the middle of them is not
 * average. Taking the last value as final misleads as well: slow starters look bad and fast ones good.
 *
 * @source Theil, 1950, and Sen, JASA 63, 1968 (median of pairwise slopes). Related: "last value" searchers of Syne Tune, which
 *   standardise per rung instead.
 */
import { ascending, quantileOfSorted } from '../numerics/statistics.js';
import type { Curve } from './searcher.js';

/** A value to minimise, and the variance of what is not known about it. */
export interface ProjectedLoss {
  readonly loss: number;
  readonly variance: number;
}

/** A trial as the projection sees it. */
export interface MeasuredTrial {
  /** Measurements to minimise, ascending resource. */
  readonly curve: Curve;
  /** Value with full training, if it got there. */
  readonly final: number | null;
}

/** Line from the values at one rung to those at the next, and the deviation around it. */
interface Step {
  readonly slope: number;
  readonly intercept: number;
  readonly deviation: number;
}

const FEWEST_PAIRS = 4;
/** Pairs used for one line; the latest ones. */
const MOST_PAIRS = 60;
const FLATTEST = 0.1;
const STEEPEST = 2;
/** Without pairs, a value says little about the next rung: its deviation is this share of the spread. */
const BLIND_SHARE = 0.5;
const MAD_TO_DEVIATION = 1.4826;

/**
 * Predicted loss with full training for each trial; `null` for a trial without a measurement at or above the first rung.
 *
 * @param rungs ascending, below the full resource
 */
export function projectLosses(
  trials: readonly MeasuredTrial[],
  rungs: readonly number[],
): readonly (ProjectedLoss | null)[] {
  const values = trials.map(({ curve, final }) => [...rungs.map((rung) => valueAt(curve, rung)), final]);
  const steps = rungs.map((_, level) => stepBetween(values, level));
  return values.map((levels) => {
    const highest = levels.findLastIndex((value) => value !== null);
    const value = levels[highest];
    return value === undefined || value === null
      ? null
      : carryUp({ loss: value, variance: 0 }, steps.slice(highest));
  });
}

function carryUp(start: ProjectedLoss, steps: readonly Step[]): ProjectedLoss {
  return steps.reduce(
    ({ loss, variance }, { slope, intercept, deviation }) => ({
      loss: slope * loss + intercept,
      variance: slope * slope * variance + deviation * deviation,
    }),
    start,
  );
}

/** The first value at or above a resource. */
function valueAt(curve: Curve, resource: number): number | null {
  return curve.find(([at, value]) => at >= resource && Number.isFinite(value))?.[1] ?? null;
}

function stepBetween(values: readonly (readonly (number | null)[])[], level: number): Step {
  const lower = values.map((levels) => levels[level] ?? null).filter((value) => value !== null);
  const pairs = values
    .map((levels) => ({ from: levels[level] ?? null, to: levels[level + 1] ?? null }))
    .filter((pair): pair is { from: number; to: number } => pair.from !== null && pair.to !== null)
    .slice(-MOST_PAIRS);
  if (pairs.length < FEWEST_PAIRS) {
    const shift = pairs.length === 0 ? 0 : medianOf(pairs.map(({ from, to }) => to - from));
    return { slope: 1, intercept: shift, deviation: BLIND_SHARE * spreadOf(lower) };
  }
  const slope = Math.min(STEEPEST, Math.max(FLATTEST, medianSlope(pairs)));
  const intercept = medianOf(pairs.map(({ from, to }) => to - slope * from));
  const misses = pairs.map(({ from, to }) => Math.abs(to - slope * from - intercept));
  return { slope, intercept, deviation: MAD_TO_DEVIATION * medianOf(misses) };
}

function medianSlope(pairs: readonly { from: number; to: number }[]): number {
  const slopes: number[] = [];
  pairs.forEach((a, index) => {
    for (const b of pairs.slice(index + 1))
      if (a.from !== b.from) slopes.push((b.to - a.to) / (b.from - a.from));
  });
  return slopes.length === 0 ? 1 : medianOf(slopes);
}

function medianOf(values: readonly number[]): number {
  return quantileOfSorted(ascending(values), 0.5);
}

/** Interquartile range in units of a normal deviation; 0 for fewer than two values. */
function spreadOf(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const sorted = ascending(values);
  return (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / 1.349;
}
