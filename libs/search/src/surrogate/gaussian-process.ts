/**
 * The Gaussian process as a predictor: mean and deviation of the target at a point, their gradients, and points added at their
 * own predicted mean while they are still running. `fit.ts` finds the hyperparameters, `acquisition.ts` asks for predictions.
 *
 * @source Rasmussen and Williams, algorithm 2.1. Differs: L^-1 is kept, so a prediction is one contiguous product and a new
 *   point appends one row.
 */
import type { LowerMatrix } from '../numerics/linear-algebra.js';
import {
  cholesky,
  invertLower,
  lowerMatrix,
  multiplyLower,
  multiplyLowerTransposed,
} from '../numerics/linear-algebra.js';
import type { Hyperparameters, TrainingSet } from './fit.js';

const SQRT_5 = Math.sqrt(5);
/** Smallest variance relative to the signal; below it a point counts as known. */
const VARIANCE_FLOOR = 1e-9;
/** Added to the diagonal relative to the signal, against rounding. */
const JITTER = 1e-10;

/** A fitted Gaussian process over at most `n + room` points. */
export class GaussianProcess {
  readonly dimensions: number;
  private readonly numeric: number;
  private readonly signal: number;
  private readonly noiseVariance: number;
  private readonly scales: Float64Array;
  private readonly weights: Float64Array;
  private readonly capacity: number;
  private readonly points: Float64Array;
  private readonly targets: Float64Array;
  private readonly variance: Float64Array;
  private readonly inverse: LowerMatrix;
  private readonly alpha: Float64Array;
  private readonly query: Float64Array;
  private readonly covariance: Float64Array;
  private readonly slopes: Float64Array;
  private readonly half: Float64Array;
  private readonly solved: Float64Array;
  private count: number;

  /**
   * @param theta as `fitHyperparameters` returns
   * @param room how many points `believe` may add
   * @throws RangeError when the kernel matrix is not positive definite
   */
  constructor(data: TrainingSet, theta: Hyperparameters, room = 0) {
    const { n, dimensions, numeric } = data;
    this.dimensions = dimensions;
    this.numeric = numeric;
    this.signal = Math.exp(theta[dimensions]);
    this.noiseVariance = Math.exp(theta[dimensions + 1]);
    this.scales = Float64Array.from({ length: dimensions }, (_, d) => Math.exp(-theta[d]));
    this.weights = this.scales.map((scale) => scale * scale);
    this.capacity = n + room;
    this.points = new Float64Array(this.capacity * dimensions);
    this.targets = new Float64Array(this.capacity);
    this.variance = new Float64Array(this.capacity);
    this.variance.set(data.variance);
    this.inverse = lowerMatrix(this.capacity);
    this.alpha = new Float64Array(this.capacity);
    this.query = new Float64Array(dimensions);
    this.covariance = new Float64Array(this.capacity);
    this.slopes = new Float64Array(this.capacity);
    this.half = new Float64Array(this.capacity);
    this.solved = new Float64Array(this.capacity);
    this.count = n;
    this.condition(data);
  }

  /** Number of points. */
  get size(): number {
    return this.count;
  }

  /** Prior variance of the target. */
  get signalVariance(): number {
    return this.signal;
  }

  private condition(data: TrainingSet): void {
    const { n, dimensions, x, y, variance } = data;
    this.targets.set(y.subarray(0, n));
    for (let i = 0; i < n; i++) this.scaleInto(x, i * dimensions, this.points, i * dimensions);
    const factor = lowerMatrix(n);
    for (let i = 0; i < n; i++) {
      this.covarianceWith(this.points, i * dimensions, i);
      factor.values.set(this.covariance.subarray(0, i), i * n);
      factor.values[i * n + i] = this.signal + this.noiseVariance + variance[i] + JITTER * this.signal;
    }
    if (!cholesky(factor, n)) throw new RangeError('the kernel matrix is not positive definite');
    invertLower(factor, n, this.inverse);
    this.solve();
  }

  private solve(): void {
    multiplyLower(this.inverse, this.count, this.targets, this.half);
    multiplyLowerTransposed(this.inverse, this.count, this.half, this.alpha);
  }

  private scaleInto(source: Float64Array, start: number, target: Float64Array, at: number): void {
    for (let d = 0; d < this.dimensions; d++) {
      target[at + d] = d < this.numeric ? source[start + d] * this.scales[d] : source[start + d];
    }
  }

  /** Fills `covariance` and `slopes` between a scaled point and the first `count` points. */
  private covarianceWith(scaled: Float64Array, start: number, count: number): void {
    const { dimensions, signal, covariance, slopes } = this;
    for (let j = 0; j < count; j++) {
      const r = SQRT_5 * Math.sqrt(this.squaredDistance(scaled, start, j * dimensions));
      const decay = signal * Math.exp(-r);
      covariance[j] = (1 + r + (r * r) / 3) * decay;
      slopes[j] = (5 / 3) * (1 + r) * decay;
    }
  }

  /** Between two scaled points; four sums at once, because one would wait for each addition in turn. */
  private squaredDistance(scaled: Float64Array, start: number, other: number): number {
    const { dimensions, numeric, points, weights } = this;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let d = 0;
    for (; d + 3 < numeric; d += 4) {
      const d0 = scaled[start + d] - points[other + d];
      const d1 = scaled[start + d + 1] - points[other + d + 1];
      const d2 = scaled[start + d + 2] - points[other + d + 2];
      const d3 = scaled[start + d + 3] - points[other + d + 3];
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
    }
    for (; d < numeric; d++) {
      const difference = scaled[start + d] - points[other + d];
      s0 += difference * difference;
    }
    for (; d < dimensions; d++) s1 += scaled[start + d] === points[other + d] ? 0 : weights[d];
    return s0 + s1 + (s2 + s3);
  }

  /** Predicted mean of the target at a point. */
  mean(row: Float64Array): number {
    this.scaleInto(row, 0, this.query, 0);
    this.covarianceWith(this.query, 0, this.count);
    let mean = 0;
    for (let j = 0; j < this.count; j++) mean += this.alpha[j] * this.covariance[j];
    return mean;
  }

  /**
   * An upper bound on the variance at the point that `mean` was last asked about: what the single most correlated training
   * point leaves. Costs nothing beside the mean.
   */
  varianceBoundAtLast(): number {
    const own = this.signal + this.noiseVariance;
    let explained = 0;
    for (let j = 0; j < this.count; j++) {
      explained = Math.max(explained, (this.covariance[j] * this.covariance[j]) / (own + this.variance[j]));
    }
    return Math.max(VARIANCE_FLOOR * this.signal, this.signal - explained);
  }

  /** Predicted variance of the noise-free target at the point that `mean` was last asked about. */
  varianceAtLast(): number {
    multiplyLower(this.inverse, this.count, this.covariance, this.half);
    let explained = 0;
    for (let j = 0; j < this.count; j++) explained += this.half[j] * this.half[j];
    return Math.max(VARIANCE_FLOOR * this.signal, this.signal - explained);
  }

  /**
   * Gradients of mean and variance with respect to the numeric coordinates, at the point of the last `varianceAtLast`.
   * Categories get 0.
   */
  gradientAtLast(meanGradient: Float64Array, varianceGradient: Float64Array): void {
    const { dimensions, numeric, count, points, query, scales, slopes, alpha, solved } = this;
    multiplyLowerTransposed(this.inverse, count, this.half, solved);
    meanGradient.fill(0);
    varianceGradient.fill(0);
    for (let j = 0; j < count; j++) {
      const slope = slopes[j];
      const meanWeight = -alpha[j] * slope;
      const varianceWeight = 2 * solved[j] * slope;
      const other = j * dimensions;
      for (let d = 0; d < numeric; d++) {
        const difference = query[d] - points[other + d];
        meanGradient[d] += meanWeight * difference;
        varianceGradient[d] += varianceWeight * difference;
      }
    }
    for (let d = 0; d < numeric; d++) {
      meanGradient[d] *= scales[d];
      varianceGradient[d] *= scales[d];
    }
  }

  /** Predicted mean at each point, in their order: K alpha = y - noise alpha. */
  fittedMeans(): Float64Array {
    return Float64Array.from({ length: this.count }, (_, i) => {
      return this.targets[i] - (this.noiseVariance + this.variance[i] + JITTER * this.signal) * this.alpha[i];
    });
  }

  /**
   * Adds running points as if they had ended at their predicted means ("kriging believer"). All means are taken before the
   * first point is added: a half-extended model predicts nonsense.
   */
  believe(rows: readonly Float64Array[]): void {
    const means = rows.map((row) => this.mean(row));
    rows.forEach((row, i) => {
      this.append(row, means[i]);
    });
    this.solve();
  }

  private append(row: Float64Array, target: number): void {
    const n = this.count;
    if (n >= this.capacity) throw new RangeError('no room for another point');
    const at = n * this.dimensions;
    this.scaleInto(row, 0, this.points, at);
    this.covarianceWith(this.points, at, n);
    multiplyLower(this.inverse, n, this.covariance, this.half);
    let explained = 0;
    for (let j = 0; j < n; j++) explained += this.half[j] * this.half[j];
    const own = this.signal + this.noiseVariance;
    const pivot = Math.sqrt(Math.max(1e-6 * own, own - explained));
    multiplyLowerTransposed(this.inverse, n, this.half, this.solved);
    const start = n * this.inverse.stride;
    for (let j = 0; j < n; j++) this.inverse.values[start + j] = -this.solved[j] / pivot;
    this.inverse.values[start + n] = 1 / pivot;
    this.targets[n] = target;
    this.count = n + 1;
  }

  /** Index of the training point nearest in the kernel's distance, among the first `among`; -1 when there is none. */
  nearest(row: Float64Array, among: number): number {
    this.scaleInto(row, 0, this.query, 0);
    this.covarianceWith(this.query, 0, among);
    let best = -1;
    for (let j = 0; j < among; j++) if (best < 0 || this.covariance[j] > this.covariance[best]) best = j;
    return best;
  }
}
