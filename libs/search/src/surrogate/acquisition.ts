/**
 * The acquisition function: the logarithm of the expected improvement, so that it has a gradient where the improvement itself
 * underflows. `acquisition-search.ts` maximises it.
 *
 * @source Ament et al., "Unexpected Improvements to Expected Improvement", arXiv 2310.20708, equation 9. Symbols: f* incumbent,
 *   z = (f* - mu) / sigma, h(z) = phi(z) + z Phi(z).
 */
import { erfcx, logNormalDensity, logNormalDistribution, normalDistribution } from '../numerics/normal.js';
import type { Feasibility } from './feasibility.js';
import type { GaussianProcess } from './gaussian-process.js';

const SQRT_HALF_PI = Math.sqrt(Math.PI / 2);
const LOG_SQRT_2PI = 0.5 * Math.log(2 * Math.PI);

/** log(phi(z) + z Phi(z)), accurate for every z. */
export function logImprovementFactor(z: number): number {
  if (z > -1) return Math.log(Math.exp(logNormalDensity(z)) + z * normalDistribution(z));
  if (z < -1e6) return -0.5 * z * z - LOG_SQRT_2PI - 2 * Math.log(-z);
  // 1 - |z| sqrt(pi/2) erfcx(|z|/sqrt 2) cancels like 1/z^2; beyond 1e3 its series is exact to the last bits.
  const rest = z < -1e3 ? 1 / (z * z) : 1 + z * SQRT_HALF_PI * erfcx(-z / Math.SQRT2);
  return logNormalDensity(z) + Math.log(rest);
}

/**
 * Probability of not failing below which a point is held back. Not higher: the best point often lies where training begins to
 * diverge, and half of the trials beside it fail.
 */
const RISKY = 0.25;

/** What a trial is expected to take, as a model of log seconds or log cost. */
export interface CostModel {
  readonly process: GaussianProcess;
  /** Exponent on the predicted cost, in [0, 1]. */
  readonly weight: number;
}

/** What an acquisition weighs beside the improvement. */
export interface AcquisitionWeights {
  readonly cost?: CostModel | null;
  /** Of the same process. */
  readonly feasibility?: Feasibility | null;
}

/** Log expected improvement per unit of cost, less where trials fail, at points of one domain. */
export class Acquisition {
  private readonly costGradient: Float64Array;
  private readonly cost: CostModel | null;
  private readonly feasibility: Feasibility | null;

  /** @param incumbent target to improve on */
  constructor(
    readonly process: GaussianProcess,
    readonly incumbent: number,
    { cost = null, feasibility = null }: AcquisitionWeights = {},
  ) {
    this.cost = cost;
    this.feasibility = feasibility;
    this.costGradient = new Float64Array(process.dimensions);
  }

  /** Value at a point. */
  at(row: Float64Array): number {
    const mean = this.process.mean(row);
    return this.combine(mean, Math.sqrt(this.process.varianceAtLast())) - this.burdenAt(row);
  }

  /** An upper bound on the value at a point, at a fraction of its cost. */
  boundAt(row: Float64Array): number {
    const mean = this.process.mean(row);
    return this.combine(mean, Math.sqrt(this.process.varianceBoundAtLast())) - this.burdenAt(row);
  }

  /** The value at a point if it can be above `floor`, else -Infinity: most comparisons end at the cheap bound. */
  above(row: Float64Array, floor: number): number {
    const mean = this.process.mean(row);
    const burden = this.burdenAt(row);
    if (!(this.combine(mean, Math.sqrt(this.process.varianceBoundAtLast())) - burden > floor))
      return -Infinity;
    return this.combine(mean, Math.sqrt(this.process.varianceAtLast())) - burden;
  }

  /** What is taken off: the predicted log cost, and how far the point is from being worth its risk. */
  private burdenAt(row: Float64Array): number {
    const cost = this.cost === null ? 0 : this.cost.weight * this.cost.process.mean(row);
    const chance = this.feasibility?.atLast() ?? 1;
    return chance < RISKY ? cost - Math.log(chance / RISKY) : cost;
  }

  private combine(mean: number, deviation: number): number {
    return logImprovementFactor((this.incumbent - mean) / deviation) + Math.log(deviation);
  }

  /** Value at a point and its gradient with respect to the numeric coordinates. */
  withGradient(row: Float64Array, gradient: Float64Array): number {
    const mean = this.process.mean(row);
    const deviation = Math.sqrt(this.process.varianceAtLast());
    const value = this.combine(mean, deviation);
    const z = (this.incumbent - mean) / deviation;
    const byMean = -Math.exp(logNormalDistribution(z) - value);
    const byDeviation = Math.exp(logNormalDensity(z) - value);
    this.process.gradientAtLast(byMean, byDeviation / (2 * deviation), gradient);
    const chance = this.feasibility?.atLast() ?? 1;
    if (chance < RISKY) this.feasibility?.addGradientAtLast(1 / chance, gradient);
    const burden = this.burdenAt(row);
    if (this.cost !== null) {
      this.cost.process.gradientAtLast(1, 0, this.costGradient);
      for (let d = 0; d < gradient.length; d++) gradient[d] -= this.cost.weight * this.costGradient[d];
    }
    return value - burden;
  }
}
