/**
 * Fits the hyperparameters of the Gaussian process: maximum a posteriori under priors that scale with the number of axes.
 * `gaussian-process.ts` turns the result into predictions.
 *
 * Kernel: s^2 Matern-5/2 of r^2 = sum_d w_d (x_d - x'_d)^2, w_d = exp(-2 log l_d); categories count 0 or 1.
 *
 * @source Rasmussen and Williams, Gaussian Processes for Machine Learning, section 5.4.1 (likelihood and gradient); Hvarfner et
 *   al., "Vanilla Bayesian Optimization Performs Great in High Dimensions", arXiv 2402.02229 (length-scale prior grows with the
 *   square root of the dimension). Differs: Matern-5/2 and a mode near half the range for few axes.
 */
import { decay } from '../numerics/exponential.js';
import type { LowerMatrix } from '../numerics/linear-algebra.js';
import {
  cholesky,
  gramOfUpper,
  invertTransposed,
  lowerMatrix,
  multiplyUpper,
  multiplyUpperTransposed,
} from '../numerics/linear-algebra.js';
import type { Differentiable } from '../numerics/lbfgs.js';
import { minimize } from '../numerics/lbfgs.js';

/** Points and targets to fit. */
export interface TrainingSet {
  /** Number of points. */
  readonly n: number;
  /** Number of axes. */
  readonly dimensions: number;
  /** Numeric axes come first; the rest are categories. */
  readonly numeric: number;
  /** Coordinates, row by row. */
  readonly x: Float64Array;
  /** Targets, about zero mean and unit variance. */
  readonly y: Float64Array;
  /** Known variance of each target, on top of the noise that is fitted. */
  readonly variance: Float64Array;
}

/** Logarithms: of each length-scale, of the signal variance, of the noise variance; in this order. */
export type Hyperparameters = Float64Array;

const SQRT_5 = Math.sqrt(5);
const LOG_NOISE_FLOOR = Math.log(1e-6);
const LOG_NOISE_MEAN = Math.log(1e-3);
const LOG_NOISE_DEVIATION = 1.8;
const LOWEST_LENGTH = -4;
const HIGHEST_LENGTH = 5;

/** Mean of the prior on log length-scales. */
function logLengthMean(dimensions: number): number {
  return Math.log(0.45) + 0.5 * Math.log(Math.max(1, dimensions / 3));
}

/** The mode of the prior: where every fit starts that has nothing better. */
export function priorMode(dimensions: number): Hyperparameters {
  const theta = new Float64Array(dimensions + 2).fill(logLengthMean(dimensions));
  theta[dimensions] = 0;
  theta[dimensions + 1] = LOG_NOISE_MEAN;
  return theta;
}

/** The objective of the fit: negative log posterior of the hyperparameters, with gradient. */
export function negativeLogPosterior(data: TrainingSet): Differentiable {
  const posterior = new Posterior(data);
  return (theta, gradient) => posterior.evaluate(theta, gradient);
}

/** The most probable hyperparameters reached from the best of `starts`, in at most `iterations` steps each. */
export function fitHyperparameters(
  data: TrainingSet,
  starts: readonly Hyperparameters[],
  iterations: number,
): { readonly theta: Hyperparameters; readonly value: number } {
  const objective = negativeLogPosterior(data);
  const size = data.dimensions + 2;
  const lower = new Float64Array(size).fill(LOWEST_LENGTH);
  const upper = new Float64Array(size).fill(HIGHEST_LENGTH);
  lower[size - 2] = -5;
  upper[size - 2] = 5;
  lower[size - 1] = LOG_NOISE_FLOOR;
  upper[size - 1] = 1;
  let best: { theta: Hyperparameters; value: number } | null = null;
  for (const start of starts) {
    const found = minimize(objective, start, {
      lower,
      upper,
      iterations,
      tolerance: 1e-2,
      gain: 1e-5,
    });
    if (best === null || found.value < best.value) best = { theta: found.x, value: found.value };
  }
  return best ?? { theta: priorMode(data.dimensions), value: Infinity };
}

/** Negative log posterior of the hyperparameters with its gradient; owns the work space. */
class Posterior {
  private readonly squares: Float64Array;
  private readonly slopes: Float64Array;
  private readonly factor: LowerMatrix;
  /** The transposed inverse of `factor`. */
  private readonly inverse: LowerMatrix;
  private readonly precision: LowerMatrix;
  private readonly half: Float64Array;
  private readonly alpha: Float64Array;
  private readonly weights: Float64Array;

  constructor(private readonly data: TrainingSet) {
    const { n, dimensions } = data;
    this.squares = squaredDifferences(data);
    this.slopes = new Float64Array((n * (n - 1)) / 2);
    this.factor = lowerMatrix(n);
    this.inverse = lowerMatrix(n);
    this.precision = lowerMatrix(n);
    this.half = new Float64Array(n);
    this.alpha = new Float64Array(n);
    this.weights = new Float64Array(dimensions);
  }

  evaluate(theta: Hyperparameters, gradient: Float64Array): number {
    const { n, dimensions, y, variance } = this.data;
    const signal = Math.exp(theta[dimensions]);
    const noiseVariance = Math.exp(theta[dimensions + 1]);
    for (let d = 0; d < dimensions; d++) this.weights[d] = Math.exp(-2 * theta[d]);
    this.fillKernel(signal, noiseVariance);
    if (!cholesky(this.factor, n)) return Infinity;
    invertTransposed(this.factor, n, this.inverse);
    multiplyUpperTransposed(this.inverse, n, y, this.half);
    multiplyUpper(this.inverse, n, this.half, this.alpha);
    gramOfUpper(this.inverse, n, this.precision);
    let fit = 0;
    let logDeterminant = 0;
    let noiseTrace = 0;
    let knownTrace = 0;
    for (let i = 0; i < n; i++) {
      fit += y[i] * this.alpha[i];
      logDeterminant += Math.log(this.factor.values[i * n + i]);
      const pull = this.precision.values[i * n + i] - this.alpha[i] * this.alpha[i];
      noiseTrace += pull;
      knownTrace += variance[i] * pull;
    }
    noiseTrace *= noiseVariance;
    this.lengthGradient(gradient);
    gradient[dimensions] = 0.5 * (n - fit - noiseTrace - knownTrace);
    gradient[dimensions + 1] = 0.5 * noiseTrace;
    return 0.5 * fit + logDeterminant + addPrior(theta, gradient, dimensions);
  }

  private fillKernel(signal: number, noiseVariance: number): void {
    const { n, dimensions, variance } = this.data;
    const { squares, slopes, weights } = this;
    const { values } = this.factor;
    let pair = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++, pair++) {
        const start = pair * dimensions;
        let squared = 0;
        for (let d = 0; d < dimensions; d++) squared += weights[d] * squares[start + d];
        const r = SQRT_5 * Math.sqrt(squared);
        const fall = signal * decay(r);
        values[i * n + j] = (1 + r + (r * r) / 3) * fall;
        slopes[pair] = (5 / 3) * (1 + r) * fall;
      }
      values[i * n + i] = signal + noiseVariance + variance[i] + 1e-10 * signal;
    }
  }

  private lengthGradient(gradient: Float64Array): void {
    const { n, dimensions } = this.data;
    const { squares, slopes, alpha } = this;
    const precision = this.precision.values;
    gradient.fill(0, 0, dimensions);
    let pair = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++, pair++) {
        const pull = (precision[i * n + j] - alpha[i] * alpha[j]) * slopes[pair];
        const start = pair * dimensions;
        for (let d = 0; d < dimensions; d++) gradient[d] += pull * squares[start + d];
      }
    }
    for (let d = 0; d < dimensions; d++) gradient[d] *= this.weights[d];
  }
}

/** Squared difference per pair of points and axis; categories differ by 0 or 1. */
function squaredDifferences({ n, dimensions, numeric, x }: TrainingSet): Float64Array {
  const squares = new Float64Array(((n * (n - 1)) / 2) * dimensions);
  let out = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      for (let d = 0; d < dimensions; d++) {
        const difference = x[i * dimensions + d] - x[j * dimensions + d];
        squares[out++] = d < numeric ? difference * difference : difference === 0 ? 0 : 1;
      }
    }
  }
  return squares;
}

/** Adds the negative log prior's gradient and returns its value. */
function addPrior(theta: Hyperparameters, gradient: Float64Array, dimensions: number): number {
  const mean = logLengthMean(dimensions);
  let value = 0;
  for (let d = 0; d < dimensions; d++) {
    const z = theta[d] - mean;
    value += 0.5 * z * z;
    gradient[d] += z;
  }
  const signal = theta[dimensions];
  value += 0.5 * signal * signal;
  gradient[dimensions] += signal;
  const noise = (theta[dimensions + 1] - LOG_NOISE_MEAN) / LOG_NOISE_DEVIATION;
  value += 0.5 * noise * noise;
  gradient[dimensions + 1] += noise / LOG_NOISE_DEVIATION;
  return value;
}
