/**
 * Terminators that look at results alone: the target is reached, or nothing has improved for long enough. They need no model, so
 * they work with every search method.
 *
 * @source No improvement: Optuna's `BestValueStagnationEvaluator`. Differs: an improvement must exceed `minDelta`, and the wait may
 *   also be given as a duration.
 */
import { bestValue, improvement, isBetter } from '../objective/compare.js';
import type { Direction } from '../objective/compare.js';
import type { TerminationVerdict } from './verdict.js';

/** Stops once a trial's value is at or better than the target. `bound` is the best value. */
export function targetReached(
  direction: Direction,
  target: number,
  values: readonly number[],
): TerminationVerdict {
  const bound = bestValue(direction, values);
  const stop = bound !== null && !isBetter(direction, target, bound);
  return { criterion: 'target', stop, bound, threshold: target };
}

/** How a trial ended. */
export interface EndedTrial {
  /** Its objective; null when it failed without one. */
  readonly value: number | null;
  /** Seconds since the sweep began, pauses excluded. */
  readonly endedAt: number;
}

/** When to give up waiting for an improvement. Without `trials` and `seconds` it never stops. */
export interface NoImprovementRule {
  /** Trials that may end in a row without an improvement, at least 1. */
  readonly trials?: number;
  /** Seconds that may pass without one. */
  readonly seconds?: number;
}

/** How long nothing has improved. */
export interface Stagnation {
  readonly trials: number;
  /** Seconds from the last improvement, or from the sweep's beginning, to `now`. */
  readonly seconds: number;
}

/**
 * Time since the last improvement. Failed trials count as trials without one, so a sweep whose trials all fail also ends.
 *
 * @param ended  in order of their end
 * @param now  seconds since the sweep began
 */
export function stagnation(
  direction: Direction,
  ended: readonly EndedTrial[],
  now: number,
  minDelta = 0,
): Stagnation {
  let best: number | null = null;
  let trials = 0;
  let since = 0;
  for (const { value, endedAt } of ended) {
    trials += 1;
    if (value === null || !Number.isFinite(value)) continue;
    if (best === null || improvement(direction, value, best) > minDelta) {
      best = value;
      trials = 0;
      since = endedAt;
    }
  }
  return { trials, seconds: Math.max(0, now - since) };
}

/**
 * Stops when either limit of the rule is reached. `bound` and `threshold` are those of the limit that stopped, else of the first
 * one given: trials or seconds.
 */
export function noImprovement(rule: NoImprovementRule, waited: Stagnation): TerminationVerdict {
  const limits = [
    { bound: waited.trials, threshold: rule.trials ?? Infinity },
    { bound: waited.seconds, threshold: rule.seconds ?? Infinity },
  ];
  const reached = limits.find(({ bound, threshold }) => bound >= threshold);
  const shown = reached ?? limits.find(({ threshold }) => threshold !== Infinity);
  return {
    criterion: 'no_improvement',
    stop: reached !== undefined,
    bound: shown?.bound ?? null,
    threshold: shown?.threshold ?? 0,
  };
}
