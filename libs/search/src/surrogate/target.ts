/**
 * Transforms objective values into what the Gaussian process models: robustly scaled, the bad tail bent down, made normal by a
 * Yeo-Johnson power, standardised. Smaller is better throughout. `invert` brings predictions back to natural units.
 *
 * @source Cowen-Rivers et al. (HEBO), arXiv 2012.03826, section 4 (output warping); Yeo and Johnson, Biometrika 87, 2000.
 *   Differs: median and interquartile range before the power, so that one divergence does not flatten the rest; the power by
 *   profile likelihood on a grid, which has no starting point to depend on.
 */
import { ascending, deviationOf, meanOf, quantileOfSorted } from '../numerics/statistics.js';

/** A monotone map from objective values (smaller is better) to roughly standard normal targets. */
export interface TargetTransform {
  readonly median: number;
  readonly scale: number;
  /** Whether the bad tail is bent. */
  readonly capped: boolean;
  readonly lambda: number;
  readonly mean: number;
  readonly deviation: number;
}

/** Scaled values above it grow logarithmically. */
const TAIL = 5;
/** Values that choose the power; longer samples are thinned to fewer than twice as many. */
const SHAPE_SAMPLE = 200;
/** Smallest spread, as a share of the largest value, by which values are divided: below it their squares would overflow. */
const FINITE_SHARE = 1e-100;
const LAMBDAS = Array.from({ length: 17 }, (_, i) => -2 + 0.25 * i);

/**
 * Chooses the transform for a sample.
 *
 * @param values finite, at least one, smaller is better
 */
export function fitTransform(values: Float64Array): TargetTransform {
  const sorted = ascending(values);
  const median = quantileOfSorted(sorted, 0.5);
  const spread = (quantileOfSorted(sorted, 0.75) - quantileOfSorted(sorted, 0.25)) / 1.349;
  const largest = Math.max(Math.abs(sorted[0]), Math.abs(sorted[sorted.length - 1]));
  const noise = Math.max(1e-12 * Math.abs(median), FINITE_SHARE * largest);
  const scale = spread > noise ? spread : Math.max(deviationOf(values), 1e-12);
  const base = { median, scale, capped: true, lambda: 1, mean: 0, deviation: 1 };
  const scaled = Float64Array.from(sorted, (value) => cap((value - median) / scale));
  const lambda = bestLambda(scaled);
  const warped = scaled.map((value) => yeoJohnson(value, lambda));
  const deviation = deviationOf(warped);
  return { ...base, lambda, mean: meanOf(warped), deviation: deviation > 1e-9 ? deviation : 1 };
}

/** Target of an objective value. */
export function transform(t: TargetTransform, value: number): number {
  return (yeoJohnson(cap((value - t.median) / t.scale), t.lambda) - t.mean) / t.deviation;
}

/** Objective value of a target; beyond the range of the power, the nearest value inside it. */
export function invert(t: TargetTransform, target: number): number {
  return uncap(inverseYeoJohnson(target * t.deviation + t.mean, t.lambda)) * t.scale + t.median;
}

function cap(z: number): number {
  return z > TAIL ? TAIL + Math.log1p(z - TAIL) : z;
}

function uncap(z: number): number {
  return z > TAIL ? TAIL + Math.expm1(Math.min(z - TAIL, 700)) : z;
}

/** Yeo-Johnson power transform. */
export function yeoJohnson(z: number, lambda: number): number {
  if (z >= 0) return lambda === 0 ? Math.log1p(z) : (Math.pow(z + 1, lambda) - 1) / lambda;
  const mirrored = 2 - lambda;
  return mirrored === 0 ? -Math.log1p(-z) : -(Math.pow(1 - z, mirrored) - 1) / mirrored;
}

function inverseYeoJohnson(y: number, lambda: number): number {
  if (y >= 0) {
    if (lambda === 0) return Math.expm1(y);
    return Math.pow(Math.max(1e-12, y * lambda + 1), 1 / lambda) - 1;
  }
  const mirrored = 2 - lambda;
  if (mirrored === 0) return -Math.expm1(-y);
  return 1 - Math.pow(Math.max(1e-12, 1 - mirrored * y), 1 / mirrored);
}

/**
 * Profile log-likelihood of a normal sample after the transform, up to a constant.
 *
 * @param jacobian logarithm of the transform's derivative, summed over the sample, per unit of lambda - 1
 */
function likelihood(values: Float64Array, lambda: number, jacobian: number): number {
  const deviation = deviationOf(values.map((value) => yeoJohnson(value, lambda)));
  if (!(deviation > 0)) return -Infinity;
  return -values.length * Math.log(deviation) + (lambda - 1) * jacobian;
}

/** @param sorted ascending; of a long sample evenly spaced quantiles tell the shape as well */
function bestLambda(sorted: Float64Array): number {
  const step = Math.max(1, Math.floor(sorted.length / SHAPE_SAMPLE));
  const values = sorted.filter((_, index) => index % step === 0);
  let jacobian = 0;
  for (const value of values) jacobian += Math.sign(value) * Math.log1p(Math.abs(value));
  let best = 1;
  let bestValue = likelihood(values, 1, jacobian);
  for (const lambda of LAMBDAS) {
    const value = likelihood(values, lambda, jacobian);
    if (value > bestValue + 1e-9) {
      best = lambda;
      bestValue = value;
    }
  }
  return best;
}
