/**
 * From trials to a fitted surrogate: targets, subset, hyperparameters, incumbent, running trials. `gaussian-process.ts` calls
 * it once per request and searches its acquisition function.
 */
import type { Json } from '@swath/contracts';

import { ascending, deviationOf, meanOf, quantileOfSorted } from '../numerics/statistics.js';
import type { Domain } from '../surrogate/domain.js';
import type { Hyperparameters, TrainingSet } from '../surrogate/fit.js';
import { fitHyperparameters, priorMode } from '../surrogate/fit.js';
import { Feasibility } from '../surrogate/feasibility.js';
import { GaussianProcess } from '../surrogate/gaussian-process.js';
import { chooseSubset } from '../surrogate/subset.js';
import type { TargetTransform } from '../surrogate/target.js';
import { fitTransform, transform } from '../surrogate/target.js';

/** Trials as the surrogate sees them; all arrays have one entry per trial with a value or a failure, by trial number. */
export interface ModelInput {
  readonly domain: Domain;
  readonly rows: readonly Float64Array[];
  readonly numbers: readonly number[];
  /** Value to minimise; `null` for a failure. */
  readonly losses: readonly (number | null)[];
  /** Variance of what is not known about each loss; default 0. */
  readonly variances?: readonly number[];
  /** Logarithm of what each trial takes with full training; `null` where unknown. Without it, cost plays no part. */
  readonly logCosts?: readonly (number | null)[];
  readonly running: readonly Float64Array[];
  /** How many more points will be believed in during the call. */
  readonly room: number;
  readonly seed: number;
  readonly model: Json | undefined;
}

/** A surrogate ready to be searched. */
export interface FittedModel {
  readonly process: GaussianProcess;
  readonly transform: TargetTransform;
  /** Target to improve on. */
  readonly incumbent: number;
  /** Rows of the best trials, best first. */
  readonly best: readonly Float64Array[];
  /** Trial numbers of the surrogate's points. */
  readonly numbers: readonly number[];
  /** Standardised target per ended trial; `null` for failures. */
  readonly targets: readonly (number | null)[];
  readonly theta: Hyperparameters;
  /** Running points that the process has room for. */
  readonly capacity: number;
  /** Model of the logarithm of the cost, standardised, and the deviation it was divided by. */
  readonly cost: { readonly process: GaussianProcess; readonly deviation: number } | null;
  /** Model of what fails. */
  readonly feasibility: Feasibility;
  /** To be passed with the next request. */
  readonly model: Json;
}

/** Percentile of the targets that a failed trial counts as. */
const FAILURE_PERCENTILE = 0.75;
/**
 * Variance of that, in targets of unit variance: one failure says little, which may strike anywhere, and many in one place say much.
 * Without it a third of failures at random costs three orders of magnitude of regret.
 */
const FAILURE_VARIANCE = 1;
/** Largest number of points for the hyperparameters, and for predictions. */
const MOST_FITTED = 96;
const MOST_PREDICTING = 160;

/**
 * Fits the surrogate.
 *
 * @param input at least one loss that is not `null`
 */
export function fitModel(input: ModelInput): FittedModel {
  const { rows, numbers, running, room } = input;
  const scale = fitTransform(Float64Array.from(input.losses.filter((loss) => loss !== null)));
  const targets = input.losses.map((loss) => (loss === null ? null : transform(scale, loss)));
  const sorted = ascending(targets.filter((target) => target !== null));
  const penalty = quantileOfSorted(sorted, FAILURE_PERCENTILE);
  const y = targets.map((target) => target ?? penalty);
  const variances = input.losses.map((loss, index) =>
    targetVariance(scale, loss, input.variances?.[index] ?? 0),
  );
  const { theta, model } = hyperparametersOf(input, y, variances);
  const chosen = predictingSubset(input, y, theta);
  const data = trainingSet(input, { y, variances }, chosen);
  const process = new GaussianProcess(data, theta, running.length + room);
  const feasibility = Feasibility.learn(
    process,
    chosen.map((index) => targets[index] !== null),
  );
  const means = process.fittedMeans();
  const ranked = chosen
    .map((index, position) => ({ index, mean: means[position] ?? 0 }))
    .filter(({ index }) => targets[index] !== null)
    .sort((a, b) => a.mean - b.mean);
  process.believe(running);
  return {
    process,
    transform: scale,
    incumbent: ranked[0]?.mean ?? 0,
    best: ranked.slice(0, 5).flatMap(({ index }) => rows[index] ?? []),
    numbers: chosen.map((index) => numbers[index] ?? 0),
    targets,
    theta,
    capacity: running.length + room,
    cost: fitCost(input),
    feasibility,
    model,
  };
}

const FEWEST_COSTS = 4;
const COST_ITERATIONS = 8;

function fitCost(input: ModelInput): FittedModel['cost'] {
  const costs = input.logCosts ?? [];
  const members = costs.flatMap((cost, index) =>
    cost === null ? [] : [{ index, number: input.numbers[index] ?? 0, priority: -index }],
  );
  if (members.length < FEWEST_COSTS) return null;
  const chosen = chooseSubset(members, MOST_FITTED / 2, 0.5, input.seed);
  const known = chosen.map((index) => costs[index] ?? 0);
  const mean = meanOf(known);
  const deviation = deviationOf(known);
  if (!(deviation > 1e-6)) return null;
  const y = costs.map((cost) => ((cost ?? mean) - mean) / deviation);
  const data = trainingSet(input, { y, variances: [] }, chosen);
  const { theta } = fitHyperparameters(data, [priorMode(data.dimensions)], COST_ITERATIONS);
  return { process: new GaussianProcess(data, theta), deviation };
}

function trainingSet(
  input: ModelInput,
  { y, variances }: { readonly y: readonly number[]; readonly variances: readonly number[] },
  chosen: readonly number[],
): TrainingSet {
  const { domain, rows } = input;
  const x = new Float64Array(chosen.length * domain.size);
  chosen.forEach((index, position) => {
    x.set(rows[index] ?? [], position * domain.size);
  });
  return {
    n: chosen.length,
    dimensions: domain.size,
    numeric: domain.numeric,
    x,
    y: Float64Array.from(chosen, (index) => y[index] ?? 0),
    variance: Float64Array.from(chosen, (index) => variances[index] ?? 0),
  };
}

/** Variance of a target from the variance of its loss, through the slope of the transform. */
function targetVariance(scale: TargetTransform, loss: number | null, variance: number): number {
  if (loss === null) return FAILURE_VARIANCE;
  if (variance === 0) return 0;
  const deviation = Math.sqrt(variance);
  return ((transform(scale, loss + deviation) - transform(scale, loss - deviation)) / 2) ** 2;
}

/** How many new trials there must be before the hyperparameters are fitted again. */
function refitAfter(n: number): number {
  return Math.max(1, Math.floor(n / 20));
}

function hyperparametersOf(
  input: ModelInput,
  y: readonly number[],
  variances: readonly number[],
): { theta: Hyperparameters; model: Json } {
  const n = y.length;
  const dimensions = input.domain.size;
  const cached = readCache(input.model, dimensions);
  if (cached !== null && n >= cached.fitted && n - cached.fitted < refitAfter(n)) {
    return { theta: cached.theta, model: writeCache(cached.theta, cached.fitted, cached.fits) };
  }
  const members = y.map((priority, index) => ({ index, number: input.numbers[index] ?? 0, priority }));
  const data = trainingSet(input, { y, variances }, chooseSubset(members, MOST_FITTED, 0.5, input.seed));
  const fits = (cached?.fits ?? 0) + 1;
  const starts = cached === null ? [priorMode(dimensions)] : [cached.theta];
  if (cached !== null && n <= MOST_FITTED && fits % 5 === 0) starts.push(priorMode(dimensions));
  const iterations = n <= 50 ? 25 : n <= 90 ? 12 : 5;
  const { theta } = fitHyperparameters(data, starts, iterations);
  return { theta, model: writeCache(theta, n, fits) };
}

/** The points near the best one, in the kernel's distance, and some of the others. */
function predictingSubset(
  input: ModelInput,
  y: readonly number[],
  theta: Hyperparameters,
): readonly number[] {
  const { rows, domain, numbers, losses, seed } = input;
  if (rows.length <= MOST_PREDICTING) return rows.map((_, index) => index);
  let centre = -1;
  y.forEach((target, index) => {
    if (losses[index] !== null && (centre < 0 || target < (y[centre] ?? 0))) centre = index;
  });
  const middle = rows[centre] ?? new Float64Array(domain.size);
  const weights = Float64Array.from({ length: domain.size }, (_, d) => Math.exp(-2 * (theta[d] ?? 0)));
  const members = rows.map((row, index) => ({
    index,
    number: numbers[index] ?? 0,
    priority: domain.squaredDistance(row, middle, weights),
  }));
  return chooseSubset(members, MOST_PREDICTING, 0.75, seed);
}

interface Cache {
  readonly theta: Hyperparameters;
  /** Trials when the hyperparameters were fitted. */
  readonly fitted: number;
  readonly fits: number;
}

function writeCache(theta: Hyperparameters, fitted: number, fits: number): Json {
  return { theta: [...theta], fitted, fits };
}

/** `null` for a cache of another space or form: it is ignored, never an error. */
function readCache(model: Json | undefined, dimensions: number): Cache | null {
  if (typeof model !== 'object' || model === null || !('theta' in model)) return null;
  const { theta, fitted, fits } = model;
  if (!Array.isArray(theta) || theta.length !== dimensions + 2) return null;
  if (typeof fitted !== 'number' || typeof fits !== 'number') return null;
  return theta.every((value) => Number.isFinite(value))
    ? { theta: Float64Array.from(theta), fitted, fits }
    : null;
}
