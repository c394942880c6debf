import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logImprovementFactor } from '../surrogate/acquisition.js';
import { yeoJohnson } from '../surrogate/target.js';
import { betaDistribution, inverseBeta, logGamma } from './beta.js';
import { decay } from './exponential.js';
import { minimize } from './lbfgs.js';
import {
  cholesky,
  gramOfUpper,
  invertLower,
  invertTransposed,
  multiplyLower,
  multiplyLowerTransposed,
  multiplyUpper,
  multiplyUpperTransposed,
} from './linear-algebra.js';
import {
  erfc,
  erfcx,
  inverseNormal,
  logNormalDistribution,
  logNormalMass,
  normalDistribution,
  truncatedNormalQuantile,
} from './normal.js';
import { quantileOfSorted } from './statistics.js';

const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/numerics.json', import.meta.url), 'utf8'),
) as Record<string, number[][]> & { matrix: number[]; cholesky: number[]; inverse: number[] };

/** Relative error, absolute below 1e-300. */
function expectClose(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(Math.abs(expected), 1e-300));
}

describe('the exponential of the kernel', () => {
  it('agrees with the exact one to the last bits, inside its table and beyond', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 800, noNaN: true }), (r) => {
        expect(Math.abs(decay(r) - Math.exp(-r))).toBeLessThanOrEqual(1e-15 * Math.exp(-r));
      }),
    );
  });
});

describe('the normal distribution, against SciPy', () => {
  it.each([
    ['erfcx', erfcx, 1e-13],
    ['erfc', erfc, 1e-13],
    ['ndtr', normalDistribution, 1e-12],
    ['logNdtr', logNormalDistribution, 1e-12],
    ['ndtri', inverseNormal, 1e-13],
    ['logImprovement', logImprovementFactor, 1e-9],
  ] as const)('%s', (name, f, tolerance) => {
    for (const [x, expected] of fixture[name]) expectClose(f(x), expected, tolerance);
  });

  it('keeps precision in the mass of an interval in either tail, 1e-9', () => {
    for (const [low, high, expected] of fixture['logMass'])
      expectClose(logNormalMass(low, high), expected, 1e-9);
  });

  it('inverts the truncated distribution, 1e-9', () => {
    for (const [u, low, high, expected] of fixture['truncnormPpf']) {
      expectClose(truncatedNormalQuantile(u, low, high), expected, 1e-9);
    }
  });
});

describe('the beta distribution, against SciPy', () => {
  it('has the distribution function and its inverse, 1e-10', () => {
    for (const [x, a, b, expected] of fixture['betaCdf'])
      expectClose(betaDistribution(x, a, b), expected, 1e-10);
    for (const [u, a, b, expected] of fixture['betaPpf']) expectClose(inverseBeta(u, a, b), expected, 1e-10);
  });

  it('has the logarithm of the gamma function, 1e-13', () => {
    for (const [x, expected] of fixture['gammaln']) {
      expect(Math.abs(logGamma(x) - expected)).toBeLessThan(1e-13 * Math.max(1, Math.abs(expected)));
    }
  });
});

describe('linear algebra, against NumPy', () => {
  const n = 12;
  const stride = n + 3;
  const empty = () => ({ values: new Float64Array(stride * stride), stride });

  it('factors, inverts and multiplies inside a larger matrix, 1e-12', () => {
    const factor = empty();
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) factor.values[i * stride + j] = fixture.matrix[i * n + j];
    expect(cholesky(factor, n)).toBe(true);
    const inverse = empty();
    invertLower(factor, n, inverse);
    const precision = empty();
    const transposed = empty();
    invertTransposed(factor, n, transposed);
    gramOfUpper(transposed, n, precision);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        expect(factor.values[i * stride + j]).toBeCloseTo(fixture.cholesky[i * n + j], 11);
        expect(precision.values[i * stride + j]).toBeCloseTo(fixture.inverse[i * n + j], 12);
      }
    }
    const v = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    const half = new Float64Array(n);
    const solved = new Float64Array(n);
    multiplyLower(inverse, n, v, half);
    multiplyLowerTransposed(inverse, n, half, solved);
    const [upperHalf, upperSolved] = [new Float64Array(n), new Float64Array(n)];
    multiplyUpperTransposed(transposed, n, v, upperHalf);
    multiplyUpper(transposed, n, upperHalf, upperSolved);
    for (let i = 0; i < n; i++) expect(upperSolved[i]).toBeCloseTo(solved[i], 12);
    for (let i = 0; i < n; i++) {
      let product = 0;
      for (let j = 0; j < n; j++) product += fixture.matrix[i * n + j] * solved[j];
      expect(product).toBeCloseTo(v[i], 11);
    }
  });

  it('says when a matrix is not positive definite', () => {
    expect(cholesky({ values: Float64Array.of(1, 0, 2, 1), stride: 2 }, 2)).toBe(false);
  });
});

describe('minimize', () => {
  it('finds the minimum of a random convex quadratic inside a box', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (centre) => {
          const n = centre.length;
          const { x } = minimize(
            (at, gradient) => {
              let sum = 0;
              for (let i = 0; i < n; i++) {
                gradient[i] = 2 * (i + 1) * (at[i] - centre[i]);
                sum += (i + 1) * (at[i] - centre[i]) ** 2;
              }
              return sum;
            },
            new Float64Array(n),
            {
              lower: new Float64Array(n).fill(-1),
              upper: new Float64Array(n).fill(1),
              iterations: 100,
              gain: 0,
              tolerance: 1e-9,
            },
          );
          centre.forEach((c, i) => {
            expect(x[i]).toBeCloseTo(Math.min(1, Math.max(-1, c)), 5);
          });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('descends the Rosenbrock valley', () => {
    const { x } = minimize(
      (at, gradient) => {
        const [a, b] = at;
        gradient[0] = -2 * (1 - a) - 400 * a * (b - a * a);
        gradient[1] = 200 * (b - a * a);
        return (1 - a) ** 2 + 100 * (b - a * a) ** 2;
      },
      Float64Array.of(-1.2, 1),
      { lower: Float64Array.of(-2, -2), upper: Float64Array.of(2, 2), iterations: 200, gain: 0 },
    );
    expect(x[0]).toBeCloseTo(1, 3);
    expect(x[1]).toBeCloseTo(1, 3);
  });
});

describe('statistics and transforms, against SciPy', () => {
  it('has quantiles of type 7, 1e-12', () => {
    for (const [q, expected] of fixture['quantiles']) {
      expect(quantileOfSorted([1, 1.5, 3, 4, 9], q)).toBeCloseTo(expected, 12);
    }
  });

  it('has the Yeo-Johnson transform, 1e-10', () => {
    for (const [x, lambda, expected] of fixture['yeoJohnson']) {
      expect(yeoJohnson(x, lambda)).toBeCloseTo(expected, 10);
    }
  });
});
