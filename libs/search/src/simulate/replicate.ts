/**
 * Rehearsals of a planned sweep: the same spec simulated several times with made-up curves, at speeds spread as the input says. `plan.ts`
 * reads its estimates off them.
 */
import { bracketCount } from '../fidelity/brackets.js';
import type { PrunerRule } from '../fidelity/rule.js';
import { rungsOf } from '../fidelity/rungs.js';
import { inverseNormal } from '../numerics/normal.js';
import { Stream } from '../random/stream.js';
import { simulate } from './simulator.js';
import { syntheticTrial } from './synthetic-curves.js';

/** Rehearsals of one plan. */
const REPLICATES = 25;
/** Rungs of the median rule at most; it may have one at every step. */
const MEDIAN_RUNGS = 60;
/** Spread of the speed from trial to trial, as the standard deviation of its logarithm. */
const TRIAL_SPREAD = 0.1;

/** What to rehearse. */
export interface Rehearsal {
  readonly rule: PrunerRule | undefined;
  readonly fullResource: number;
  readonly parallel: number;
  readonly startSeconds: number;
  /** Trials per rehearsal, at least 1. */
  readonly trials: number;
  /** Seconds per unit of resource: the middle, and what nine of ten sweeps stay below. */
  readonly speed: { readonly p50: number; readonly p90: number };
}

/** One rehearsal, per trial. */
export interface Replicate {
  readonly trials: number;
  readonly resource: number;
  /** Slot-seconds per trial, start-up included. */
  readonly busySeconds: number;
  /** Wall-clock seconds of the sweep divided by its trials. */
  readonly wallSeconds: number;
  /** Share of the trials that train past each judged resource. */
  readonly passing: readonly { readonly resource: number; readonly share: number }[];
}

/** The rehearsals, from the fastest to the slowest. */
export function replicate(rehearsal: Rehearsal): readonly Replicate[] {
  const { fullResource, trials, speed } = rehearsal;
  const rule = coarse(rehearsal.rule, fullResource);
  const spread = Math.max(0, Math.log(speed.p90 / speed.p50)) / inverseNormal(0.9);
  const measuredAt = rule === undefined ? [] : judgedResources(rule, fullResource);
  return Array.from({ length: REPLICATES }, (_, k): Replicate => {
    // The middle of one of equal shares of the distribution: with so few sweeps, draws would leave the p90 to chance.
    const pace = speed.p50 * Math.exp(spread * inverseNormal((k + 0.5) / REPLICATES));
    const sweep = simulate({
      direction: 'minimize',
      ...(rule === undefined ? {} : { rule }),
      slots: rehearsal.parallel,
      maxTrials: trials,
      startSeconds: rehearsal.startSeconds,
      suggest: () => ({}),
      evaluate: (_parameters, number) => {
        const stream = new Stream(k, number, 'simulation');
        const secondsPerResource = pace * Math.exp(TRIAL_SPREAD * stream.normal());
        return syntheticTrial({ fullResource, measuredAt, secondsPerResource }, stream);
      },
    });
    return {
      trials,
      resource: sweep.resource / trials,
      busySeconds: sweep.busySeconds / trials,
      wallSeconds: sweep.seconds / trials,
      passing: measuredAt.map((resource) => ({
        resource,
        share: sweep.trials.filter((trial) => trial.resource > resource).length / trials,
      })),
    };
  });
}

/** The rule, or for the median rule with a rung at every step the same at few enough of them. */
function coarse(rule: PrunerRule | undefined, fullResource: number): PrunerRule | undefined {
  if (rule?.type !== 'median') return rule;
  const steps = Math.ceil(fullResource / rule.interval / MEDIAN_RUNGS);
  return { ...rule, interval: rule.interval * Math.max(1, steps) };
}

/** Resources below the full one at which a trial of some bracket is judged, ascending. */
function judgedResources(rule: PrunerRule, fullResource: number): readonly number[] {
  const all = new Set(
    Array.from({ length: bracketCount(rule) }, (_, bracket) => rungsOf(rule, bracket, fullResource)).flat(),
  );
  return [...all].filter((resource) => resource < fullResource).sort((a, b) => a - b);
}

/**
 * Quantile with the k-th of n values at (k - 0.5)/n, linear between and flat outside: exact for values taken at the middle of equal shares.
 *
 * @source Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996, type 5 (Hazen).
 */
export function hazenQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const position = Math.min(sorted.length - 1, Math.max(0, q * sorted.length - 0.5));
  const below = sorted[Math.floor(position)] ?? NaN;
  const above = sorted[Math.ceil(position)] ?? NaN;
  return below + (above - below) * (position - Math.floor(position));
}
