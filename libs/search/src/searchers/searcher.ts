/**
 * The interface of every searcher: plain JSON in, plain JSON out, no clock, no hidden state. `registry.ts` picks the
 * searcher for a request; the orchestrator stores each result with the number of the request, so a retry gets the same one.
 *
 * The same request gives the same result in every process. `history` and `pending` are sets: their order does not matter.
 */
import type { Json, SearchMethod, SearchSpace, TrialParameters } from '@swath/contracts';

import type { Direction } from '../objective/compare.js';

/** A metric to optimise. */
export interface Objective {
  readonly name: string;
  readonly direction: Direction;
}

/** Measurements of the first objective, [resource, value], ascending resource. */
export type Curve = readonly (readonly [number, number])[];

/** A trial that has ended. */
export interface Observation {
  /** Trial number, unique within history and pending. Prior runs from elsewhere take negative numbers. */
  readonly number: number;
  readonly parameters: TrialParameters;
  /** `failed`: the configuration is to blame (divergence, out of memory), not the machine; those are left out by the caller. */
  readonly status: 'finished' | 'failed' | 'pruned';
  /** One per objective, in their order and natural units; `null` where missing. For `pruned`: the last measured value. */
  readonly values: readonly (number | null)[];
  /** Needed when trials are pruned. */
  readonly curve?: Curve;
  /** How long it ran. */
  readonly seconds?: number;
  /** What it cost, in any one currency unit. */
  readonly cost?: number;
  /** From another sweep or given by the user: learnt from, not counted against this sweep's trials. */
  readonly prior?: boolean;
}

/** A trial that has been suggested and has not ended. */
export interface PendingTrial {
  readonly number: number;
  readonly parameters: TrialParameters;
  /** Measurements so far, as in `Observation.curve`. */
  readonly curve?: Curve;
}

/** What the acquisition divides by: nothing, the predicted duration or the predicted cost of the trial. */
export type CostWeighting = 'none' | 'seconds' | 'cost';

/** One call for suggestions. */
export interface SuggestRequest {
  readonly space: SearchSpace;
  /** Expressions over parameter paths that every suggestion satisfies, e.g. `batch_size * accumulation <= 512`. */
  readonly constraints?: readonly string[];
  /** At least one for the model-based searchers; several mean a Pareto front. */
  readonly objectives: readonly Objective[];
  /** `bayes` chooses a model-based searcher by the space and the history and says so in `info`; the others are what they say. */
  readonly method: SearchMethod;
  /** Integer in [0, 2^53). */
  readonly seed: number;
  readonly history: readonly Observation[];
  readonly pending: readonly PendingTrial[];
  /** Trial number of the first suggestion, counting from 0; keys the random streams. */
  readonly nextNumber: number;
  /** How many suggestions, at least 1. */
  readonly count: number;
  /** Trials in all, when known. */
  readonly budget?: number;
  /** Trials that will run at once; default 1. */
  readonly parallel?: number;
  /** The pruner's rungs when early stopping is on: the model then learns from measurements at rungs, not from last values. */
  readonly fidelity?: { readonly rungs: readonly number[]; readonly maxResource: number };
  /** Configurations to run first, in this order; inactive or missing parameters are completed. */
  readonly points?: readonly TrialParameters[];
  /** Default `none`. */
  readonly costWeighting?: CostWeighting;
  /**
   * What a failed trial counts as, with one objective: its latest value, or the best or worst of the sweep, as in W&B. Default:
   * the searcher's own treatment, a mild penalty.
   */
  readonly impute?: 'latest' | 'best' | 'worst';
  /** Grid only. Default `sequential`, W&B's order. */
  readonly gridOrder?: 'sequential' | 'random';
  /** `model` of the latest result. A cache: leaving it out costs time, never validity. */
  readonly model?: Json;
}

/** Why a point was suggested. Fields that the searcher has no opinion on are absent. */
export interface SuggestionInfo {
  /** The searcher that made it; for `bayes`, the one it chose. */
  readonly searcher: string;
  readonly phase: 'point' | 'initial' | 'model' | 'exploration' | 'exhaustive' | 'random';
  /** One sentence: what was chosen and why. */
  readonly reason: string;
  /** Predicted value of the first objective, natural units. */
  readonly mean?: number;
  /** Standard deviation of that prediction, natural units. */
  readonly deviation?: number;
  /** Expected improvement over the incumbent, natural units, >= 0. */
  readonly expectedImprovement?: number;
  /** Predicted probability that the trial does not fail, in [0, 1]. */
  readonly feasibility?: number;
  /** Best value so far as the model sees it, natural units. */
  readonly incumbent?: number;
  /** Number of the nearest earlier trial in the model's distance. */
  readonly nearest?: number;
  /** Relative length-scale per parameter path: small means the objective changes fast along it. */
  readonly lengthScales?: { readonly [path: string]: number };
}

/** A point to try. */
export interface Suggestion {
  readonly parameters: TrialParameters;
  readonly info: SuggestionInfo;
}

/** Answer to one request. */
export interface SuggestResult {
  /** At most `count`; fewer only when `exhausted`. */
  readonly suggestions: readonly Suggestion[];
  /** Nothing new is left to try. */
  readonly exhausted: boolean;
  /** Pass it with the next request. Plain JSON, below 4 KiB. */
  readonly model: Json;
}

/** A searcher. */
export interface Searcher {
  /** Proposes up to `count` new points, or says that there are none left. */
  suggest(request: SuggestRequest): SuggestResult;
}
