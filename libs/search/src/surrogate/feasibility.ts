/**
 * The probability that a point does not fail, from the trials that did and did not: a Gaussian process on the labels 1 and 0 with
 * the length-scales of the objective's. `acquisition.ts` holds back where it is low.
 *
 * @source Rasmussen and Williams, Gaussian Processes for Machine Learning, section 6.5 (least-squares classification). Symbols: r
 *   the share of trials that did not fail (rule of succession), s the part of the labels' variance that depends on the place.
 *   Differs: s by marginal likelihood on a grid, 0 included, so that failures which strike anywhere say nothing about a place.
 */
import { cholesky, lowerMatrix, product } from '../numerics/linear-algebra.js';
import type { GaussianProcess } from './gaussian-process.js';

const SHARES = [0.25, 0.5, 0.75, 0.95];
/** No point is certain to fail or to work. */
const LEAST = 0.01;

/** The model of failures beside one Gaussian process. */
export class Feasibility {
  private constructor(
    private readonly process: GaussianProcess,
    private readonly rate: number,
    /** Weight of the covariance with each point of the process. */
    private readonly weights: Float64Array,
  ) {}

  /**
   * @param process of the objective, before running points are added
   * @param ok whether each of its points did not fail
   */
  static learn(process: GaussianProcess, ok: readonly boolean[]): Feasibility {
    const n = ok.length;
    const rate = (ok.filter(Boolean).length + 1) / (n + 2);
    const weights = new Float64Array(process.capacity);
    if (!ok.every(Boolean)) {
      const labels = Float64Array.from(ok, (good) => (good ? 1 : 0) - rate);
      weights.set(labelWeights(process, labels, rate * (1 - rate)));
    }
    return new Feasibility(process, rate, weights);
  }

  /** Whether the probability depends on the place. */
  get varies(): boolean {
    return this.weights.some((weight) => weight !== 0);
  }

  /** Probability in (0, 1) at the point that the process was last asked about. */
  atLast(): number {
    const value = this.rate + this.process.projectLast(this.weights);
    return Math.min(1 - LEAST, Math.max(LEAST, value));
  }

  /** Adds `factor` times the gradient of the probability at that point; nothing where it is at its least or most. */
  addGradientAtLast(factor: number, gradient: Float64Array): void {
    const value = this.rate + this.process.projectLast(this.weights);
    if (value > LEAST && value < 1 - LEAST) this.process.addProjectedGradient(this.weights, factor, gradient);
  }
}

/** Weights of the most likely share; 0 for labels that are as likely without any dependence on the place. */
function labelWeights(process: GaussianProcess, labels: Float64Array, variance: number): Float64Array {
  const n = labels.length;
  const kernel = process.covarianceMatrix();
  const signal = process.signalVariance;
  let best = new Float64Array(n);
  let bestValue = -0.5 * (product(labels, 0, labels, 0, n) / variance + n * Math.log(variance));
  for (const share of SHARES) {
    const scale = (share * variance) / signal;
    const factor = lowerMatrix(n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) factor.values[i * n + j] = scale * kernel.values[i * kernel.stride + j];
      factor.values[i * n + i] = variance;
    }
    if (!cholesky(factor, n)) continue;
    const solved = solve(factor.values, n, labels);
    let logDeterminant = 0;
    for (let i = 0; i < n; i++) logDeterminant += Math.log(factor.values[i * n + i]);
    const value = -0.5 * product(labels, 0, solved, 0, n) - logDeterminant;
    if (value <= bestValue) continue;
    bestValue = value;
    best = solved.map((weight) => weight * scale);
  }
  return best;
}

/** (L L')^-1 v for a Cholesky factor. */
function solve(factor: Float64Array, n: number, v: Float64Array): Float64Array<ArrayBuffer> {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) out[i] = (v[i] - product(factor, i * n, out, 0, i)) / factor[i * n + i];
  for (let i = n - 1; i >= 0; i--) {
    out[i] /= factor[i * n + i];
    for (let j = 0; j < i; j++) out[j] -= factor[i * n + j] * out[i];
  }
  return out;
}
