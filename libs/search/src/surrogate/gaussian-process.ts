/**
 * The Gaussian process as a predictor: mean and deviation of the target at a point, their gradients, and points added at their
 * own predicted mean while they are still running. `fit.ts` finds the hyperparameters, `acquisition.ts` asks for predictions.
 *
 * @source Rasmussen and Williams, algorithm 2.1. Differs: L^-1 is kept, so a prediction is one contiguous product and a new
 *   point appends one row.
 */
import { decay } from '../numerics/exponential.js';
import type { LowerMatrix } from '../numerics/linear-algebra.js';
import {
  cholesky,
  invertLower,
  lowerMatrix,
  multiplyLower,
  multiplyLowerTransposed,
  product,
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
  /** Points there is room for. */
  readonly capacity: number;
  /** Scaled coordinates, axis by axis. */
  private readonly points: Float64Array;
  private readonly targets: Float64Array;
  private readonly variance: Float64Array;
  /** Reciprocal of each observation's own variance, noise included. */
  private readonly precision: Float64Array;
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
    this.precision = this.variance.map((known) => 1 / (this.signal + this.noiseVariance + known));
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
    for (let i = 0; i < n; i++) this.keep(x.subarray(i * dimensions, (i + 1) * dimensions), i);
    const factor = this.covarianceMatrix();
    for (let i = 0; i < n; i++) factor.values[i * n + i] += this.noiseVariance + variance[i];
    if (!cholesky(factor, n)) throw new RangeError('the kernel matrix is not positive definite');
    invertLower(factor, n, this.inverse);
    this.solve();
  }

  /** Covariance of the noise-free target between all points, the lower triangle. */
  covarianceMatrix(): LowerMatrix {
    const { count: n, dimensions, capacity, signal } = this;
    const matrix = lowerMatrix(n);
    for (let i = 0; i < n; i++) {
      for (let d = 0; d < dimensions; d++) this.query[d] = this.points[d * capacity + i];
      this.covarianceWithQuery(i);
      matrix.values.set(this.covariance.subarray(0, i), i * n);
      matrix.values[i * n + i] = signal + JITTER * signal;
    }
    return matrix;
  }

  private solve(): void {
    multiplyLower(this.inverse, this.count, this.targets, this.half);
    multiplyLowerTransposed(this.inverse, this.count, this.half, this.alpha);
  }

  /** Makes a point the one that predictions are about. */
  private ask(row: Float64Array): void {
    const { dimensions, numeric, query, scales } = this;
    for (let d = 0; d < dimensions; d++) query[d] = d < numeric ? row[d] * scales[d] : row[d];
  }

  /** Stores a point as number `i`. */
  private keep(row: Float64Array, i: number): void {
    this.ask(row);
    for (let d = 0; d < this.dimensions; d++) this.points[d * this.capacity + i] = this.query[d];
  }

  /** Fills `covariance` and `slopes` between the query and the first `count` points. */
  private covarianceWithQuery(count: number): void {
    const { signal, covariance, slopes } = this;
    this.squaredDistances(count);
    for (let j = 0; j < count; j++) {
      const r = SQRT_5 * Math.sqrt(covariance[j]);
      const fall = signal * decay(r);
      covariance[j] = (1 + r + (r * r) / 3) * fall;
      slopes[j] = (5 / 3) * (1 + r) * fall;
    }
  }

  /** Writes the squared distances to the first `count` points into `covariance`, four axes at a time. */
  private squaredDistances(count: number): void {
    const { dimensions, numeric, capacity, points, query, weights, covariance: out } = this;
    out.fill(0, 0, count);
    let d = 0;
    for (; d + 3 < numeric; d += 4) {
      const c0 = d * capacity;
      const c1 = c0 + capacity;
      const c2 = c1 + capacity;
      const c3 = c2 + capacity;
      const q0 = query[d];
      const q1 = query[d + 1];
      const q2 = query[d + 2];
      const q3 = query[d + 3];
      for (let j = 0; j < count; j++) {
        const d0 = q0 - points[c0 + j];
        const d1 = q1 - points[c1 + j];
        const d2 = q2 - points[c2 + j];
        const d3 = q3 - points[c3 + j];
        out[j] += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3);
      }
    }
    for (; d < dimensions; d++) {
      const column = d * capacity;
      const at = query[d];
      if (d < numeric) for (let j = 0; j < count; j++) out[j] += (at - points[column + j]) ** 2;
      else for (let j = 0; j < count; j++) if (points[column + j] !== at) out[j] += weights[d];
    }
  }

  /** Predicted mean of the target at a point. */
  mean(row: Float64Array): number {
    this.ask(row);
    this.covarianceWithQuery(this.count);
    return product(this.alpha, 0, this.covariance, 0, this.count);
  }

  /**
   * An upper bound on the variance at the point that `mean` was last asked about: what the single most correlated training
   * point leaves. Costs nothing beside the mean.
   */
  varianceBoundAtLast(): number {
    const { covariance, precision } = this;
    let explained = 0;
    for (let j = 0; j < this.count; j++) {
      const share = covariance[j] * covariance[j] * precision[j];
      if (share > explained) explained = share;
    }
    return Math.max(VARIANCE_FLOOR * this.signal, this.signal - explained);
  }

  /** Predicted variance of the noise-free target at the point that `mean` was last asked about. */
  varianceAtLast(): number {
    multiplyLower(this.inverse, this.count, this.covariance, this.half);
    const explained = product(this.half, 0, this.half, 0, this.count);
    return Math.max(VARIANCE_FLOOR * this.signal, this.signal - explained);
  }

  /**
   * Gradient of `byMean` times the mean plus `byVariance` times the variance with respect to the numeric coordinates, at the
   * point of the last `varianceAtLast`. Categories get 0.
   */
  gradientAtLast(byMean: number, byVariance: number, gradient: Float64Array): void {
    const { count, slopes, alpha, solved } = this;
    if (byVariance !== 0) multiplyLowerTransposed(this.inverse, count, this.half, solved);
    else solved.fill(0, 0, count);
    for (let j = 0; j < count; j++) solved[j] = slopes[j] * (2 * byVariance * solved[j] - byMean * alpha[j]);
    gradient.fill(0);
    this.addPull(gradient);
  }

  /** Sum of `weights`, one per point, times the covariance with each, at the point that `mean` was last asked about. */
  projectLast(weights: Float64Array): number {
    return product(weights, 0, this.covariance, 0, this.count);
  }

  /** Adds `factor` times the gradient of `projectLast(weights)`. */
  addProjectedGradient(weights: Float64Array, factor: number, gradient: Float64Array): void {
    const { count, slopes, solved } = this;
    for (let j = 0; j < count; j++) solved[j] = -factor * slopes[j] * weights[j];
    this.addPull(gradient);
  }

  /** Adds the gradient with respect to the numeric coordinates of what pulls with `solved` towards each point. */
  private addPull(gradient: Float64Array): void {
    const { numeric, capacity, count, points, query, scales, solved } = this;
    let total = 0;
    for (let j = 0; j < count; j++) total += solved[j];
    for (let d = 0; d < numeric; d++) {
      const pulled = product(points, d * capacity, solved, 0, count);
      gradient[d] += (total * query[d] - pulled) * scales[d];
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
    this.keep(row, n);
    this.covarianceWithQuery(n);
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
    this.ask(row);
    this.covarianceWithQuery(among);
    let best = -1;
    for (let j = 0; j < among; j++) if (best < 0 || this.covariance[j] > this.covariance[best]) best = j;
    return best;
  }
}
