/**
 * What a sweep will cost and how long it will take, before it runs: `swath sweep plan` and the submission page show it. The sweep is
 * simulated a few times with made-up curves, its own pruner and its own slots; where a rule's effect cannot be foreseen, the plan says
 * so and counts nothing as saved.
 */
import type { SweepSpec } from '@swath/contracts';
import type { PrunerRule } from '../fidelity/rule.js';
import { gridSize } from '../space/cells.js';
import { hazenQuantile, replicate } from './replicate.js';
import type { Replicate } from './replicate.js';

/** Trials in a rehearsal at most; longer sweeps are scaled up. */
const SIMULATED_TRIALS = 200;

/** The parts of a spec that decide its cost. */
export type PlannedSpec = Pick<
  SweepSpec,
  'method' | 'parameters' | 'early_terminate' | 'budget' | 'parallel' | 'resources'
>;

/** What is known of one trial; the more of it was measured, the better the plan. */
export interface PlanInput {
  readonly spec: PlannedSpec;
  /** Resource of a trial that nobody ends, in the spec's unit; default: the rule's `max_resource`, else 1 (a whole trial). */
  readonly fullResource?: number;
  /** Seconds per unit of resource: a typical value, and one that nine of ten sweeps stay below. */
  readonly secondsPerResource: { readonly p50: number; readonly p90: number };
  /** Seconds from placement to the first training step; charged; default 0. */
  readonly startSeconds?: number;
  /** Price of one slot per hour in whole currency units; absent: no cost is planned. */
  readonly pricePerHour?: number;
  /** Slots the sweep may use, at least `spec.resources.gpus`. */
  readonly slots: number;
}

/** Middle and pessimistic estimate. */
export interface Estimate {
  readonly p50: number;
  readonly p90: number;
}

/** Which limit is expected to end the sweep; `none` when it has none, so that nothing can be totalled. */
export type PlanLimit = 'trials' | 'cost' | 'gpu_hours' | 'wall_clock' | 'none';

/** What the plan rests on besides its input. */
export type PlanAssumption =
  /** No price was given. */
  | 'no_price'
  /** The resource of a whole trial was not given: a trial counts as one unit. */
  | 'resource_unknown'
  /** Patience and thresholds depend on the curves: nothing counts as saved. */
  | 'rule_not_foreseen'
  /** The median rule was simulated on typical curves; real ones may save more or less. */
  | 'curves_assumed'
  /** Retries of failed attempts are not counted. */
  | 'no_retries';

/** The plan of a sweep. Totals are null when no limit bounds the sweep. */
export interface SweepPlan {
  /** Trials expected to be started, or null. */
  readonly trials: number | null;
  readonly limitedBy: PlanLimit;
  /** Trials running at once. */
  readonly parallel: number;
  /** One trial on average, pruning included. `cost` is null without a price. */
  readonly perTrial: { readonly resource: number; readonly seconds: number; readonly cost: number | null };
  /** The whole sweep: wall-clock seconds, slot-hours and cost. */
  readonly seconds: Estimate | null;
  readonly gpuHours: Estimate | null;
  readonly cost: Estimate | null;
  /** Share of the full training that the pruner saves, in [0, 1). */
  readonly savedShare: number;
  /** Share of all trials that train past each resource at which some trial is judged. */
  readonly rungs: readonly { readonly resource: number; readonly passing: number }[];
  readonly assumptions: readonly PlanAssumption[];
}

/** Plans a sweep. The same input gives the same plan. */
export function planSweep(input: PlanInput): SweepPlan {
  const { spec, startSeconds = 0 } = input;
  const gpus = spec.resources.gpus;
  const fullResource = input.fullResource ?? maxResourceOf(spec.early_terminate) ?? 1;
  const parallel = Math.max(1, Math.min(spec.parallel ?? Infinity, Math.floor(input.slots / gpus)));
  const rates: Rates = {
    gpus,
    price: input.pricePerHour === undefined ? null : (input.pricePerHour * gpus) / 3600,
  };
  const rule = foreseen(spec.early_terminate);
  const rehearse = (trials: number) =>
    replicate({ rule, fullResource, parallel, startSeconds, trials, speed: input.secondsPerResource });

  const wanted = trialLimit(spec);
  const longest = Math.min(wanted ?? SIMULATED_TRIALS, SIMULATED_TRIALS);
  const first = rehearse(longest);
  const bound = bindingLimit(spec, wanted, { ...rates, runs: first });
  // A sweep that its money or time ends early prunes and queues otherwise than a long one: rehearse it at its own length.
  const short = bound.trials !== null && bound.trials > 0 && bound.trials < longest;
  const runs = short ? rehearse(bound.trials) : first;
  return {
    ...{ ...bound, parallel },
    perTrial: perTrialOf(runs, rates),
    ...totalsOf(runs, bound.trials, rates),
    savedShare: Math.max(0, 1 - middle(runs, 'resource') / fullResource),
    rungs: passingShares(runs),
    assumptions: assumptionsOf(input, fullResource),
  };
}

/** Slots of a trial, and what a second of a trial costs; null without a price. */
interface Rates {
  readonly gpus: number;
  readonly price: number | null;
}

type PerTrial = 'resource' | 'busySeconds' | 'wallSeconds';

function middle(runs: readonly Replicate[], field: PerTrial): number {
  return hazenQuantile(
    runs.map((run) => run[field]),
    0.5,
  );
}

function perTrialOf(runs: readonly Replicate[], { price }: Rates): SweepPlan['perTrial'] {
  const seconds = middle(runs, 'busySeconds');
  return { resource: middle(runs, 'resource'), seconds, cost: price === null ? null : seconds * price };
}

function totalsOf(
  runs: readonly Replicate[],
  trials: number | null,
  { gpus, price }: Rates,
): Pick<SweepPlan, 'seconds' | 'gpuHours' | 'cost'> {
  if (trials === null) return { seconds: null, gpuHours: null, cost: null };
  const total = (field: PerTrial, unit: number): Estimate => {
    const values = runs.map((run) => run[field] * unit * trials);
    return { p50: hazenQuantile(values, 0.5), p90: hazenQuantile(values, 0.9) };
  };
  return {
    seconds: total('wallSeconds', 1),
    gpuHours: total('busySeconds', gpus / 3600),
    cost: price === null ? null : total('busySeconds', price),
  };
}

/** Rules whose effect depends on curves nobody has seen are left out. */
function foreseen(rule: PrunerRule | undefined): PrunerRule | undefined {
  return rule?.type === 'patience' || rule?.type === 'threshold' ? undefined : rule;
}

function maxResourceOf(rule: PrunerRule | undefined): number | undefined {
  switch (rule?.type) {
    case 'asha':
    case 'hyperband':
      return rule.max_resource;
    case 'wandb_hyperband':
      return rule.max_iter;
    default:
      return undefined;
  }
}

/** The smaller of the grid's size and `max_trials`; null when neither bounds the sweep. */
function trialLimit(spec: PlannedSpec): number | null {
  const cells = spec.method === 'grid' ? gridSize(spec.parameters) : null;
  const limit = Math.min(cells === null ? Infinity : Number(cells), spec.budget.max_trials ?? Infinity);
  return limit === Infinity ? null : limit;
}

/** The first limit to be reached by trials that cost and take what the rehearsals did. */
function bindingLimit(
  spec: PlannedSpec,
  wanted: number | null,
  { gpus, price, runs }: Rates & { readonly runs: readonly Replicate[] },
): { readonly trials: number | null; readonly limitedBy: PlanLimit } {
  const busy = middle(runs, 'busySeconds');
  const { max_cost, max_gpu_hours, max_wall_clock } = spec.budget;
  const limits: readonly { limitedBy: PlanLimit; trials: number }[] = [
    { limitedBy: 'trials', trials: wanted ?? Infinity },
    { limitedBy: 'cost', trials: affordable(max_cost, price === null ? 0 : busy * price) },
    { limitedBy: 'gpu_hours', trials: affordable(max_gpu_hours, (busy * gpus) / 3600) },
    { limitedBy: 'wall_clock', trials: affordable(max_wall_clock, middle(runs, 'wallSeconds')) },
  ];
  const tightest = limits.reduce((a, b) => (b.trials < a.trials ? b : a));
  return tightest.trials === Infinity ? { trials: null, limitedBy: 'none' } : tightest;
}

/** Whole trials that fit a limit; unlimited when there is no limit or a trial uses nothing of it. */
function affordable(limit: string | number | undefined, perTrial: number): number {
  return limit === undefined || perTrial === 0 ? Infinity : Math.floor(Number(limit) / perTrial + 1e-9);
}

/** Mean over the rehearsals of the share that passes each rung. */
function passingShares(runs: readonly Replicate[]): SweepPlan['rungs'] {
  return (runs[0]?.passing ?? []).map(({ resource }, index) => ({
    resource,
    passing: runs.reduce((sum, { passing }) => sum + (passing[index]?.share ?? 0), 0) / runs.length,
  }));
}

function assumptionsOf(input: PlanInput, fullResource: number): readonly PlanAssumption[] {
  const rule = input.spec.early_terminate;
  const assumed: PlanAssumption[] = ['no_retries'];
  if (input.pricePerHour === undefined) assumed.push('no_price');
  if (input.fullResource === undefined && fullResource !== maxResourceOf(rule))
    assumed.push('resource_unknown');
  if (rule !== undefined && foreseen(rule) === undefined) assumed.push('rule_not_foreseen');
  if (rule?.type === 'median') assumed.push('curves_assumed');
  return assumed;
}
