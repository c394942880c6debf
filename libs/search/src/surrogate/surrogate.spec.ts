import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Stream } from '../random/stream.js';
import { Acquisition } from './acquisition.js';
import { searchAcquisition, wholeRegion } from './acquisition-search.js';
import { branchesOf, branchOf, chooseBranch } from './branches.js';
import type { Axis } from './domain.js';
import { Domain, enumerateDomain } from './domain.js';
import type { TrainingSet } from './fit.js';
import { fitHyperparameters, negativeLogPosterior, priorMode } from './fit.js';
import { Feasibility } from './feasibility.js';
import { GaussianProcess } from './gaussian-process.js';
import { ParzenMixture } from './parzen.js';
import { chooseSubset } from './subset.js';
import { fitTransform, invert, transform } from './target.js';

const continuous: Axis = {
  category: false,
  size: Infinity,
  at: (index) => index,
  nearest: () => 0,
  draw: (u) => u,
  conditions: [],
};

function category(levels: number, conditions: Axis['conditions'] = []): Axis {
  return {
    category: true,
    size: levels,
    at: (index) => index,
    nearest: (x) => Math.min(levels - 1, Math.max(0, Math.round(x))),
    draw: (u) => Math.floor(u * levels),
    conditions,
  };
}

/** Two numeric axes and a category of three levels. */
const domain = new Domain([continuous, continuous, category(3)], [0, 1, 2]);

function sample(n: number, seed: number): TrainingSet {
  const stream = new Stream(seed, 0, 'random');
  const x = new Float64Array(n * 3);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b, c] = [stream.uniform(), stream.uniform(), stream.integer(3)];
    x.set([a, b, c], i * 3);
    y[i] = Math.sin(5 * a) + b * b + 0.5 * c - 1 + 0.05 * stream.normal();
  }
  return { n, dimensions: 3, numeric: 2, x, y, variance: new Float64Array(n) };
}

describe('fit', () => {
  it('has the gradient of its objective, 1e-4', () => {
    const data = { ...sample(12, 1), variance: new Float64Array(12).fill(0.01) };
    const f = negativeLogPosterior(data);
    const theta = Float64Array.of(-0.3, 0.2, 0.5, 0.1, -4);
    const gradient = new Float64Array(5);
    f(theta, gradient);
    const unused = new Float64Array(5);
    for (let d = 0; d < 5; d++) {
      const shifted = (by: number) => theta.map((value, i) => (i === d ? value + by : value));
      const slope = (f(shifted(1e-5), unused) - f(shifted(-1e-5), unused)) / 2e-5;
      expect(gradient[d]).toBeCloseTo(slope, 4);
    }
  });

  it('finds that an axis without effect has a long length-scale', () => {
    const data = sample(40, 2);
    for (let i = 0; i < 40; i++) data.y[i] = Math.sin(6 * data.x[i * 3]);
    const { theta } = fitHyperparameters(data, [priorMode(3)], 50);
    expect(theta[1] - theta[0]).toBeGreaterThan(1);
  });
});

describe('the Gaussian process', () => {
  const data = sample(30, 3);
  const { theta } = fitHyperparameters(data, [priorMode(3)], 30);

  it('has the gradients of its mean and variance, 1e-5', () => {
    const process = new GaussianProcess(data, theta);
    const row = Float64Array.of(0.4, 0.7, 1);
    const at = (d: number, by: number) => row.map((value, i) => (i === d ? value + by : value));
    const meanGradient = new Float64Array(3);
    const varianceGradient = new Float64Array(3);
    process.mean(row);
    process.varianceAtLast();
    process.gradientAtLast(1, 0, meanGradient);
    process.gradientAtLast(0, 1, varianceGradient);
    const varianceOf = (point: Float64Array) => {
      process.mean(point);
      return process.varianceAtLast();
    };
    for (const d of [0, 1]) {
      expect(meanGradient[d]).toBeCloseTo((process.mean(at(d, 1e-5)) - process.mean(at(d, -1e-5))) / 2e-5, 5);
      expect(varianceGradient[d]).toBeCloseTo((varianceOf(at(d, 1e-5)) - varianceOf(at(d, -1e-5))) / 2e-5, 5);
    }
  });

  it('bounds its variance from above and knows its own points', () => {
    const process = new GaussianProcess(data, theta);
    const means = process.fittedMeans();
    for (let i = 0; i < data.n; i++) {
      const row = data.x.slice(i * 3, i * 3 + 3);
      expect(process.mean(row)).toBeCloseTo(means[i], 8);
      expect(process.varianceBoundAtLast()).toBeGreaterThanOrEqual(process.varianceAtLast() - 1e-12);
      expect(process.nearest(row, data.n)).toBe(i);
    }
  });

  it('believes running points as if it were conditioned on their means: no mean moves, no variance grows', () => {
    const process = new GaussianProcess(data, theta, 3);
    const believed = [
      Float64Array.of(0.1, 0.9, 0),
      Float64Array.of(0.8, 0.2, 2),
      Float64Array.of(0.81, 0.21, 2),
    ];
    const probe = Float64Array.of(0.75, 0.25, 2);
    const mean = process.mean(probe);
    const variance = process.varianceAtLast();
    process.believe(believed);
    expect(process.mean(probe)).toBeCloseTo(mean, 8);
    expect(process.varianceAtLast()).toBeLessThan(variance);
    expect(() => {
      process.believe(believed);
    }).toThrow(RangeError);
  });
});

describe('the acquisition function', () => {
  const data = sample(25, 4);
  const { theta } = fitHyperparameters(data, [priorMode(3)], 30);
  const process = new GaussianProcess(data, theta);
  const cost = { process: new GaussianProcess({ ...data, y: data.y.map((y) => -y) }, theta), weight: 0.5 };

  /** Trials fail in the corner of the probe. */
  const feasibility = Feasibility.learn(
    process,
    Array.from({ length: data.n }, (_, i) => data.x[i * 3] + data.x[i * 3 + 1] < 1.1),
  );

  it('has its gradient, with and without cost and failures, and bounds that hold', () => {
    for (const weights of [{}, { cost }, { feasibility }, { cost, feasibility }]) {
      const acquisition = new Acquisition(process, -0.8, weights);
      const row = Float64Array.of(0.9, 0.8, 0);
      const gradient = new Float64Array(3);
      expect(acquisition.withGradient(row, gradient)).toBeCloseTo(acquisition.at(row), 10);
      expect(acquisition.boundAt(row)).toBeGreaterThanOrEqual(acquisition.at(row) - 1e-9);
      for (const d of [0, 1]) {
        const at = (by: number) => acquisition.at(row.map((value, i) => (i === d ? value + by : value)));
        expect(gradient[d]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 4);
      }
    }
  });

  it('is found to be at least as large as anywhere on a fine lattice', () => {
    const acquisition = new Acquisition(process, -0.8);
    const found = searchAcquisition({
      domain,
      acquisition,
      region: wholeRegion(domain),
      best: [],
      tried: { values: new Float64Array(0), count: 0 },
      stream: new Stream(1, 0, 'candidates'),
      seed: 1,
      spread: 256,
      climbs: 4,
      allowed: () => true,
    });
    let most = -Infinity;
    for (let a = 0; a <= 40; a++)
      for (let b = 0; b <= 40; b++)
        for (let c = 0; c < 3; c++) most = Math.max(most, acquisition.at(Float64Array.of(a / 40, b / 40, c)));
    expect(found?.value).toBeGreaterThanOrEqual(most - 1e-3);
  });
});

describe('the target transform', () => {
  it('is monotone and inverts', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 40 });
    fc.assert(
      fc.property(values, (sample) => {
        const t = fitTransform(Float64Array.from(sample));
        const sorted = [...sample].sort((a, b) => a - b);
        const targets = sorted.map((value) => transform(t, value));
        targets.slice(1).forEach((target, i) => {
          expect(target).toBeGreaterThanOrEqual(targets[i] - 1e-9);
        });
        const spread = sorted[sorted.length - 1] - sorted[0];
        sorted.forEach((value, i) => {
          if (Math.abs((value - t.median) / t.scale) < 50) {
            expect(Math.abs(invert(t, targets[i]) - value)).toBeLessThanOrEqual(1e-6 * (spread + 1));
          }
        });
      }),
      { numRuns: 60, examples: [[[0, 8.881784197001252e-16, 0, 0, 5e-324]], [[1e6, 1e-300, 0, 0, 0]]] },
    );
  });
});

describe('branches', () => {
  const conditional = new Domain(
    [
      { ...continuous, conditions: [{ axis: 2, coordinates: [0] }] },
      continuous,
      category(2),
      category(3, [{ axis: 2, coordinates: [1] }]),
    ],
    [2, 0, 1, 3],
  );

  it('are the combinations of what conditions name', () => {
    const branches = branchesOf(conditional);
    expect(branches?.templates).toHaveLength(2);
    expect(branches && branchOf(branches, Float64Array.of(0.5, 0.1, 1, 2))).toBe(1);
    expect(branchesOf(domain)).toBeNull();
  });

  it('are visited when new, then chosen by their best value', () => {
    const branches = branchesOf(conditional);
    if (branches === null) throw new Error('expected branches');
    expect(chooseBranch(branches, [{ branch: 0, target: 1 }])).toBe(1);
    const many = Array.from({ length: 60 }, (_, i) => ({ branch: i % 2, target: i % 2 ? -3 : 3 }));
    expect(chooseBranch(branches, many)).toBe(1);
  });

  it('list every point of a finite part', () => {
    const finite = new Domain([category(2), category(3, [{ axis: 0, coordinates: [1] }])], [0, 1]);
    expect(enumerateDomain(finite, 10)?.map((row) => [...row])).toEqual([
      [0, -1],
      [1, 0],
      [1, 1],
      [1, 2],
    ]);
    expect(enumerateDomain(finite, 3)).toBeNull();
  });
});

describe('the Parzen mixture', () => {
  it('has a density that integrates to 1', () => {
    const rows = [Float64Array.of(0.1, 0.9, 0), Float64Array.of(0.3, 0.5, 2)];
    const mixture = new ParzenMixture(domain, rows);
    const steps = 60;
    let sum = 0;
    for (let a = 0; a < steps; a++)
      for (let b = 0; b < steps; b++)
        for (let c = 0; c < 3; c++)
          sum += Math.exp(mixture.logDensity(Float64Array.of((a + 0.5) / steps, (b + 0.5) / steps, c)));
    expect(sum / (steps * steps)).toBeCloseTo(1, 2);
  });

  it('draws near its points', () => {
    const rows = Array.from({ length: 20 }, () => Float64Array.of(0.2, 0.8, 1));
    const mixture = new ParzenMixture(domain, rows);
    const stream = new Stream(3, 0, 'tpe');
    const draws = Array.from({ length: 400 }, () => mixture.draw(stream));
    expect(draws.filter((row) => row[2] === 1).length).toBeGreaterThan(280);
    expect(draws.filter((row) => Math.abs(row[0] - 0.2) < 0.3).length).toBeGreaterThan(280);
  });
});

describe('chooseSubset', () => {
  it('keeps the best, is stable when trials are added, and does not depend on their order', () => {
    const members = Array.from({ length: 200 }, (_, index) => ({
      index,
      number: index,
      priority: (index * 37) % 200,
    }));
    const chosen = chooseSubset(members, 40, 0.5, 9);
    expect(chosen).toHaveLength(40);
    for (const { index, priority } of members) if (priority < 20) expect(chosen).toContain(index);
    expect(chooseSubset([...members].reverse(), 40, 0.5, 9)).toEqual(chosen);
    const more = [...members, { index: 200, number: 200, priority: 500 }];
    expect(
      chooseSubset(more, 40, 0.5, 9).filter((index) => !chosen.includes(index)).length,
    ).toBeLessThanOrEqual(1);
  });
});
