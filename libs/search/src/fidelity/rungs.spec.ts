import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bracketCount, bracketOf, bracketSizes } from './brackets.js';
import type { PrunerRule } from './rule.js';
import { rungReached, rungResource, rungsOf } from './rungs.js';
import { anyRule } from '../../test/rules.js';

const asha = (over: Partial<Extract<PrunerRule, { type: 'asha' }>> = {}): PrunerRule => ({
  type: 'asha',
  min_resource: 1,
  reduction_factor: 3,
  brackets: 1,
  mode: 'stop',
  ...over,
});
const hyperband = (min: number, max: number, eta: number): PrunerRule => ({
  type: 'hyperband',
  min_resource: min,
  max_resource: max,
  reduction_factor: eta,
});

describe('rungs', () => {
  it.each<[string, PrunerRule, number, readonly number[]]>([
    ['ASHA below its largest resource', asha({ max_resource: 27 }), 0, [1, 3, 9]],
    ['ASHA bracket 1 one factor later', asha({ max_resource: 81, brackets: 2 }), 1, [3, 9, 27]],
    [
      'a fractional factor',
      asha({ min_resource: 2, reduction_factor: 2.5, max_resource: 32 }),
      0,
      [2, 5, 12.5, 31.25],
    ],
    [
      'resource in tenths',
      asha({ min_resource: 0.1, reduction_factor: 3, max_resource: 1 }),
      0,
      [0.1, 0.3, 0.9],
    ],
    ['Hyperband, last bracket: none', hyperband(1, 27, 3), 3, []],
    [
      'W&B by min_iter',
      { type: 'wandb_hyperband', min_iter: 3, eta: 3, strict: true },
      0,
      [3, 9, 27, 81, 243],
    ],
    [
      'W&B by max_iter and s',
      { type: 'wandb_hyperband', max_iter: 27, s: 2, eta: 3, strict: true },
      0,
      [3, 9],
    ],
    [
      'W&B stops below one iteration',
      { type: 'wandb_hyperband', max_iter: 5, s: 9, eta: 2, strict: true },
      0,
      [1, 2],
    ],
    [
      'the median rule at each interval',
      { type: 'median', grace_resource: 10, min_trials: 5, interval: 5 },
      0,
      [10, 15, 20, 25],
    ],
    [
      'the median rule without grace',
      { type: 'median', grace_resource: 0, min_trials: 5, interval: 0.1 },
      0,
      [0.1, 0.2, 0.3],
    ],
    ['the threshold at its resource', { type: 'threshold', value: 1, at_resource: 7 }, 0, [7]],
    ['none for patience', { type: 'patience', patience: 3, min_delta: 0, grace_resource: 0 }, 0, []],
  ])('are those of %s', (_, rule, bracket, expected) => {
    expect(rungsOf(rule, bracket, expected.at(-1) ?? 1000)).toEqual(expected);
  });

  it('ascend strictly and each is reached exactly at its resource', () => {
    fc.assert(
      fc.property(anyRule, fc.nat(12), (rule, trial) => {
        const bracket = bracketOf(rule, trial);
        const rungs = rungsOf(rule, bracket);
        rungs.forEach((resource, k) => {
          expect(resource).toBeGreaterThan(rungs[k - 1] ?? 0);
          expect(rungReached(rule, bracket, resource)).toBe(k);
          expect(rungResource(rule, bracket, k)).toBe(resource);
        });
      }),
    );
  });

  it('are reached in order as the resource grows', () => {
    const resource = fc.double({ min: 0.01, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(anyRule, resource, resource, (rule, a, b) => {
        const lower = rungReached(rule, 0, Math.min(a, b)) ?? -1;
        const upper = rungReached(rule, 0, Math.max(a, b)) ?? -1;
        expect(lower).toBeLessThanOrEqual(upper);
      }),
    );
  });

  it('never end past a hundred without a largest resource', () => {
    expect(rungsOf(asha({ reduction_factor: 1.01 }))).toHaveLength(100);
  });
});

describe('brackets', () => {
  it('have the sizes of Hyperband, Algorithm 1, for R = 81 and eta = 3', () => {
    expect(bracketSizes(hyperband(1, 81, 3))).toEqual([81, 34, 15, 8, 5]);
  });

  it('get exactly their sizes over each period of trials', () => {
    const rule = hyperband(1, 81, 3);
    const period = 81 + 34 + 15 + 8 + 5;
    const counts = [0, 0, 0, 0, 0];
    for (let trial = period; trial < 2 * period; trial++) {
      const bracket = bracketOf(rule, trial);
      counts[bracket] = (counts[bracket] ?? 0) + 1;
    }
    expect(counts).toEqual([81, 34, 15, 8, 5]);
  });

  it('are all in use within the first few trials of a short sweep', () => {
    const rule = asha({ brackets: 2, reduction_factor: 3 });
    const seen = new Set([0, 1, 2, 3, 4].map((trial) => bracketOf(rule, trial)));
    expect(seen).toEqual(new Set([0, 1]));
  });

  it('are at least one and at most ten', () => {
    fc.assert(
      fc.property(anyRule, fc.nat(100_000), (rule, trial) => {
        const count = bracketCount(rule);
        expect(count).toBeGreaterThanOrEqual(1);
        expect(count).toBeLessThanOrEqual(10);
        expect(bracketOf(rule, trial)).toBeGreaterThanOrEqual(0);
        expect(bracketOf(rule, trial)).toBeLessThan(count);
      }),
    );
  });
});
