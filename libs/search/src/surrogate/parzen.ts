/**
 * The Parzen estimator: a mixture with one product kernel per trial, over a conditional domain. `tpe.ts` draws from the mixture
 * of the good trials and compares the densities of good and bad.
 *
 * @source Bergstra et al., "Algorithms for Hyper-Parameter Optimization", NeurIPS 2011, section 4; Watanabe, arXiv 2304.11127;
 *   bandwidth, weights and the clip as in Optuna 5, `parzen_estimator.py`. Differs: where a trial lacks an axis, its kernel there
 *   is the prior, so one mixture covers all branches of a conditional space instead of one mixture per group.
 */
import { logNormalDensity, logNormalMass, truncatedNormalQuantile } from '../numerics/normal.js';
import type { Stream } from '../random/stream.js';
import type { Domain } from './domain.js';
import { INACTIVE_COORDINATE, INACTIVE_LEVEL } from './domain.js';

const BANDWIDTH = 0.2;
const PRIOR_WEIGHT = 1;
/** The latest trials that all weigh the same. */
const FULL_WEIGHTS = 25;

/** Mixture over the trials of one side, and the prior as its last component. */
export class ParzenMixture {
  private readonly weights: Float64Array;
  private readonly cumulative: Float64Array;
  private readonly active: readonly Uint8Array[];
  private readonly sigma: number;
  private readonly count: number;

  /** @param rows points of the trials, oldest first */
  constructor(
    private readonly domain: Domain,
    private readonly rows: readonly Float64Array[],
  ) {
    this.count = rows.length + 1;
    this.weights = normalised(componentWeights(rows.length));
    let sum = 0;
    this.cumulative = this.weights.map((weight) => (sum += weight));
    this.active = rows.map((row) =>
      Uint8Array.from(domain.axes, (_, d) => (domain.isActive(d, row) ? 1 : 0)),
    );
    const narrowest = 1 / Math.min(100, this.count + 1);
    const scott = BANDWIDTH * Math.pow(Math.max(1, rows.length), -1 / (domain.size + 4));
    this.sigma = Math.min(1, Math.max(narrowest, scott));
  }

  /** Draws a point. */
  draw(stream: Stream): Float64Array {
    const { domain } = this;
    const u = stream.uniform();
    const component = Math.max(
      0,
      this.cumulative.findIndex((bound) => u < bound),
    );
    const row = new Float64Array(domain.size);
    for (const d of domain.order) {
      const v = stream.uniform();
      if (domain.conditional && !domain.isActive(d, row)) {
        row[d] = domain.axes[d].category ? INACTIVE_LEVEL : INACTIVE_COORDINATE;
      } else row[d] = this.drawAxis(d, component, v, stream.uniform());
    }
    return row;
  }

  private drawAxis(d: number, component: number, u: number, v: number): number {
    const axis = this.domain.axes[d];
    const row = this.rows[component];
    if (row === undefined || !this.active[component][d]) return axis.draw(u);
    if (axis.category) return v < this.keepShare(axis.size) ? row[d] : axis.draw(u);
    const z = truncatedNormalQuantile(u, -row[d] / this.sigma, (1 - row[d]) / this.sigma);
    const x = Math.min(1, Math.max(0, row[d] + this.sigma * z));
    return axis.size === Infinity ? x : axis.at(axis.nearest(x));
  }

  /** Share of a category kernel that does not come from the uniform part. */
  private keepShare(levels: number): number {
    const uniform = (PRIOR_WEIGHT / this.count) * levels;
    return 1 / (1 + uniform);
  }

  /** Logarithm of the density at a point, over its active axes. */
  logDensity(row: Float64Array): number {
    const { domain, count } = this;
    const terms = new Float64Array(count);
    for (let k = 0; k < count; k++) terms[k] = Math.log(this.weights[k]);
    for (let d = 0; d < domain.size; d++) {
      if (domain.conditional && !domain.isActive(d, row)) continue;
      this.addAxis(d, row[d], terms);
    }
    const most = terms.reduce((a, b) => Math.max(a, b), -Infinity);
    return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
  }

  private addAxis(d: number, x: number, terms: Float64Array): void {
    const axis = this.domain.axes[d];
    const prior = axis.size === Infinity ? 0 : -Math.log(axis.size);
    const [low, high] = axis.size === Infinity || axis.category ? [x, x] : cellOf(axis, x);
    for (let k = 0; k < this.count; k++) {
      const row = this.rows[k];
      if (row === undefined || !this.active[k][d]) terms[k] += prior;
      else if (axis.category) {
        const keep = this.keepShare(axis.size);
        terms[k] += Math.log((row[d] === x ? keep : 0) + (1 - keep) / axis.size);
      } else terms[k] += this.logKernel(row[d], low, high);
    }
  }

  private logKernel(centre: number, low: number, high: number): number {
    const { sigma } = this;
    const whole = logNormalMass(-centre / sigma, (1 - centre) / sigma);
    if (low === high) return logNormalDensity((low - centre) / sigma) - Math.log(sigma) - whole;
    return logNormalMass((low - centre) / sigma, (high - centre) / sigma) - whole;
  }
}

/** The stretch of [0, 1] that is nearest to one value of a finite axis. */
function cellOf(axis: Domain['axes'][number], x: number): [number, number] {
  const index = axis.nearest(x);
  const low = index === 0 ? 0 : (axis.at(index - 1) + axis.at(index)) / 2;
  const high = index === axis.size - 1 ? 1 : (axis.at(index) + axis.at(index + 1)) / 2;
  return [low, high];
}

/** 1 for the latest trials and the prior, falling to 1/n for the oldest. */
function componentWeights(n: number): Float64Array {
  const ramp = Math.max(0, n - FULL_WEIGHTS);
  return Float64Array.from({ length: n + 1 }, (_, i) => {
    if (i === n) return PRIOR_WEIGHT;
    if (i >= ramp) return 1;
    return ramp === 1 ? 1 / n : 1 / n + (i / (ramp - 1)) * (1 - 1 / n);
  });
}

function normalised(weights: Float64Array): Float64Array {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}
