/**
 * The resolved form of what a user submits: every default filled in, every distribution inferred. Immutable once stored.
 * `parse-sweep-spec.ts` makes it from YAML or JSON; keys are spelled as users write them, so a stored spec can be shown,
 * cloned and submitted again as it is.
 */
import type { Json, SearchSpace, TrialParameters } from './search-space.js';

/** How parameter values are proposed. `bayes` chooses between models by itself and says which. */
export const searchMethods = ['grid', 'random', 'bayes', 'sobol', 'halton', 'tpe', 'gp', 'nsga2'] as const;

/** One of `searchMethods`. */
export type SearchMethod = (typeof searchMethods)[number];

/** What is optimised. */
export interface Objective {
  /** Metric name as logged by the training run. */
  readonly name: string;
  /** Default `minimize`. */
  readonly goal: 'minimize' | 'maximize';
  /** The sweep starts no more trials once one reaches it; those that run go on to their end. */
  readonly target?: number;
  /** Which logged value counts for a trial: its best (default, as W&B) or its last. */
  readonly value: 'best' | 'last';
  /** Metric that measures training effort; default: the count of finite values of the objective. */
  readonly resource?: string;
  /** What a failed trial counts as in bayes. Default: Swath's own treatment (75th percentile). */
  readonly impute?: 'latest' | 'best' | 'worst';
  /** What a running trial counts as in bayes; default: pending, not observed. */
  readonly impute_while_running?: 'latest' | 'best' | 'worst' | 'false';
}

/** Rule that ends trials early. Names and defaults follow the papers; W&B's own rule is `hyperband` with W&B's fields. */
export type EarlyTerminate =
  | {
      readonly type: 'asha';
      readonly min_resource: number;
      readonly max_resource?: number;
      readonly reduction_factor: number;
      readonly brackets: number;
      /** `stop` ends a trial below the cut; `promote` pauses it until it is among the best (needs checkpoints). */
      readonly mode: 'stop' | 'promote';
    }
  | {
      readonly type: 'hyperband';
      readonly min_resource: number;
      readonly max_resource: number;
      readonly reduction_factor: number;
    }
  | {
      readonly type: 'wandb_hyperband';
      readonly min_iter?: number;
      readonly max_iter?: number;
      readonly s?: number;
      readonly eta: number;
      readonly strict: boolean;
    }
  | {
      readonly type: 'median';
      readonly grace_resource: number;
      readonly min_trials: number;
      readonly interval: number;
    }
  | {
      readonly type: 'patience';
      readonly patience: number;
      readonly min_delta: number;
      readonly grace_resource: number;
    }
  | { readonly type: 'threshold'; readonly value: number; readonly at_resource: number };

/** Limits of one sweep. All optional; a sweep with none gets the project's default bound. */
export interface SweepBudget {
  /** Trials ever created, at least 1. W&B's `run_cap` means the same; the smaller wins. */
  readonly max_trials?: number;
  /** Money, a decimal string with at most 6 fraction digits, in `currency`. */
  readonly max_cost?: string;
  /** ISO 4217; default: the currency of the pool's price. */
  readonly currency?: string;
  /** GPU hours over all attempts, a decimal string. */
  readonly max_gpu_hours?: string;
  /** Seconds since submission, not counting pauses. */
  readonly max_wall_clock?: number;
  /** Money per trial across its attempts, a decimal string. */
  readonly max_cost_per_trial?: string;
  /** Seconds per trial across its attempts. */
  readonly max_trial_duration?: number;
  /** Attempts in a row, from the sweep's first, that may fail before any has logged a metric or finished; absent or 0: any number. */
  readonly max_consecutive_initial_failures?: number;
  /** When a money or GPU-time limit is reached: start nothing new and let running trials use what is left (default), or end them. */
  readonly on_exhaust: 'stop_new' | 'kill';
}

/** What one trial needs. */
export interface SweepResources {
  /** Pool name; default `local`. */
  readonly pool: string;
  /** Whole slots per trial, at least 1; default 1. */
  readonly gpus: number;
  /** CPU cores per trial, informational for CPU pools. */
  readonly cpu?: number;
}

/** How often an attempt may be repeated, by the reason of its end. */
export interface SweepRetries {
  /** Agent lost or node at fault; default 3. */
  readonly infrastructure: number;
  /** Node taken away; default 10. */
  readonly preemption: number;
  /** The user's command failed; default 0. */
  readonly user: number;
}

/** The document a user submits, resolved. */
export interface SweepSpec {
  readonly name?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly method: SearchMethod;
  /** One for usual sweeps, several for Pareto searches, empty when the method needs none. */
  readonly objectives: readonly Objective[];
  readonly parameters: SearchSpace;
  /** Expressions over parameters that every trial satisfies, for example `lr_min < lr_max`. */
  readonly constraints: readonly string[];
  /** Points evaluated first, in order. */
  readonly points: readonly TrialParameters[];
  readonly early_terminate?: EarlyTerminate;
  readonly program?: string;
  /** Command template with W&B's macros; one element an argument. */
  readonly command: readonly string[];
  readonly env: { readonly [name: string]: string };
  /** Folder the command runs in on the node; default: the attempt's own folder. */
  readonly working_dir?: string;
  /** Signal that makes the command write a checkpoint, for example `SIGUSR1`; sent only when declared. */
  readonly checkpoint_signal?: string;
  readonly budget: SweepBudget;
  /** Trials at once, at most; default: as many as the pool has slots. */
  readonly parallel?: number;
  readonly resources: SweepResources;
  /** Seed of the search; default 0 is replaced by a number derived from the sweep's id. */
  readonly seed?: number;
  readonly retries: SweepRetries;
  /** Placement priority, -100 to 100, higher first; default 0. */
  readonly priority: number;
  /** W&B keys that are accepted and kept but change nothing here. */
  readonly ignored: { readonly [key: string]: Json };
}
