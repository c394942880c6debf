import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Axis } from './domain.js';
import { Domain } from './domain.js';
import { trustRegion, trustRegionSide } from './trust-region.js';

const continuous: Axis = {
  category: false,
  size: Infinity,
  at: (index) => index,
  nearest: () => 0,
  draw: (u) => u,
  conditions: [],
};

describe('the trust region', () => {
  it('doubles after three successes in a row, halves after as many failures as there are dimensions, at least four', () => {
    expect(trustRegionSide([], 2)).toBe(0.8);
    expect(trustRegionSide([3, 2, 1], 2)).toBe(1.6);
    expect(trustRegionSide([3, 2, 1, -1, -2, -3], 2)).toBe(1.6);
    expect(trustRegionSide([1, 2, 2, null, 2], 2)).toBe(0.4);
    expect(trustRegionSide([1, 2, 2, 2, 2], 6)).toBe(0.8);
    expect(trustRegionSide([1, 2, 2, 2, 2, 2, 2], 6)).toBe(0.4);
  });

  it('starts again when it has shrunk away, and stays within its bounds', () => {
    const stale = (n: number) => [1, ...Array<number>(n).fill(2)];
    expect(trustRegionSide(stale(24), 4)).toBeCloseTo(0.8 / 64, 12);
    expect(trustRegionSide(stale(28), 4)).toBe(0.8);
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: -3, max: 3, noNaN: true }))), (targets) => {
        const side = trustRegionSide(targets, 3);
        expect(side).toBeGreaterThanOrEqual(0.5 ** 7);
        expect(side).toBeLessThanOrEqual(1.6);
      }),
    );
  });

  it('is a box inside the space, longer where the objective changes slowly', () => {
    const domain = new Domain([continuous, continuous, continuous], [0, 1, 2]);
    const theta = Float64Array.of(-1, 0, 1, 0, -6);
    const region = trustRegion(domain, Float64Array.of(0.5, 0.05, 0.5), theta, 0.2);
    const widths = [0, 1, 2].map((d) => region.upper[d] - region.lower[d]);
    expect(region.lower[1]).toBe(0);
    expect(widths[0]).toBeCloseTo(0.2 * Math.exp(-1), 12);
    expect(widths[1]).toBeCloseTo(0.15, 12);
    expect(widths[2]).toBeCloseTo(0.2 * Math.E, 12);
  });
});
