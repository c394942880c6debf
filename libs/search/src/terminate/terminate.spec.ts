import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedImprovementBelow, improvementPerCostBelow, spendingAdvice } from './expected-improvement.js';
import { noImprovement, stagnation, targetReached } from './progress-terminators.js';
import { shouldTerminate } from './terminator.js';
import type { StopRule, SweepEvidence } from './terminator.js';
import { confidenceWidth, regretBound, regretBoundBelow } from './regret-bound.js';

describe('the target', () => {
  it.each([
    ['minimize' as const, 0.1, [0.5, 0.2], false, 0.2],
    ['minimize' as const, 0.2, [0.5, 0.2], true, 0.2],
    ['maximize' as const, 0.9, [0.95, 0.5], true, 0.95],
    ['maximize' as const, 0.9, [NaN], false, null],
  ])('%s to %d', (direction, target, values, stop, bound) => {
    expect(targetReached(direction, target, values)).toEqual({
      criterion: 'target',
      stop,
      bound,
      threshold: target,
    });
  });
});

describe('no improvement', () => {
  const ended = [5, 3, 3.5, null, 2.99].map((value, i) => ({ value, endedAt: 10 * (i + 1) }));

  it('counts trials and seconds since the last improvement', () => {
    expect(stagnation('minimize', ended, 60)).toEqual({ trials: 0, seconds: 10 });
    expect(stagnation('minimize', ended, 60, 0.1)).toEqual({ trials: 3, seconds: 40 });
    expect(stagnation('maximize', ended, 60)).toEqual({ trials: 4, seconds: 50 });
  });

  it('counts trials that all fail', () => {
    const failed = [
      { value: null, endedAt: 1 },
      { value: NaN, endedAt: 2 },
    ];
    expect(stagnation('minimize', failed, 3)).toEqual({ trials: 2, seconds: 3 });
  });

  it.each([
    [{ trials: 4 }, false, 3, 4],
    [{ trials: 3 }, true, 3, 3],
    [{ seconds: 40 }, true, 40, 40],
    [{ trials: 9, seconds: 30 }, true, 40, 30],
    [{}, false, null, 0],
  ])('stops at the limit %o: %s', (rule, stop, bound, threshold) => {
    expect(noImprovement(rule, { trials: 3, seconds: 40 })).toEqual({
      criterion: 'no_improvement',
      ...{ stop, bound, threshold },
    });
  });
});

describe('expected improvement', () => {
  it('must be small for several suggestions in a row', () => {
    const rule = { below: 0.01, patience: 2 };
    expect(expectedImprovementBelow(rule, [0.5, 0.001, 0.02])).toMatchObject({ stop: false, bound: 0.02 });
    expect(expectedImprovementBelow(rule, [0.5, 0.001, 0.002])).toMatchObject({ stop: true, bound: 0.002 });
    expect(expectedImprovementBelow(rule, [0.001])).toMatchObject({ stop: false, bound: null });
  });

  it('is divided by the cost of a trial in the money form', () => {
    const rule = { below: 0.001, patience: 1 };
    expect(improvementPerCostBelow(rule, [0.002], 4)).toMatchObject({ stop: true, bound: 0.0005 });
    expect(improvementPerCostBelow(rule, [0.002], 1)).toMatchObject({ stop: false, bound: 0.002 });
    expect(improvementPerCostBelow(rule, [0.002], 0)).toMatchObject({ stop: false, bound: null });
  });
});

describe('spending advice', () => {
  it('adds up what each trial is expected to improve by', () => {
    expect(spendingAdvice([0.1, 0.1, 0.1], 4, 40)).toEqual({
      ...{ trials: 10, cost: 40, expectedImprovement: expect.closeTo(1, 12) },
    });
  });

  it('expects a falling trend to go on falling', () => {
    const advice = spendingAdvice([0.8, 0.4, 0.2], 4, 12);
    expect(advice?.trials).toBe(3);
    expect(advice?.expectedImprovement).toBeCloseTo(0.1 + 0.05 + 0.025, 12);
  });

  it('expects nothing of nothing and says nothing without a model', () => {
    expect(spendingAdvice([0, 0], 1, 5)?.expectedImprovement).toBe(0);
    expect(spendingAdvice([], 1, 5)).toBeNull();
  });

  it('never promises less for more money', () => {
    const improvements = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), {
      minLength: 1,
      maxLength: 30,
    });
    const money = fc.double({ min: 0, max: 1000, noNaN: true });
    fc.assert(
      fc.property(improvements, money, money, (values, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)].map((m) => spendingAdvice(values, 3, m));
        expect(more?.expectedImprovement).toBeGreaterThanOrEqual(
          (less?.expectedImprovement ?? Infinity) * (1 - 1e-12),
        );
        expect(more?.cost).toBeLessThanOrEqual(Math.max(a, b) + 1e-6);
      }),
    );
  });
});

describe('the regret bound', () => {
  it.each([
    [6, 20, 0.1, 4.233403764720331],
    [20, 500, 0.1, 7.290093546345266],
    [1, 1, 0.1, 1.1201141581859164],
    [3, 40, 0.05, 4.787921509168287],
  ])('has the band of Optuna for d = %d, n = %d, delta = %d', (d, n, delta, beta) => {
    expect(confidenceWidth(d, n, delta)).toBeCloseTo(beta, 12);
  });

  it('is the optimistic best anywhere less the pessimistic best evaluated', () => {
    const evaluated = { means: [0.3, 0.2], deviations: [0.01, 0.1] };
    const candidates = { means: [0.25, 0.4], deviations: [0.2, 0.05] };
    const width = Math.sqrt(confidenceWidth(2, 2));
    const bound = regretBound({ direction: 'minimize', evaluated, candidates, dimensions: 2 });
    const pessimistic = Math.min(0.3 + 0.01 * width, 0.2 + 0.1 * width);
    expect(bound).toBeCloseTo(pessimistic - (0.25 - 0.2 * width), 12);
    const mirrored = regretBound({
      direction: 'maximize',
      evaluated: { ...evaluated, means: [-0.3, -0.2] },
      candidates: { ...candidates, means: [-0.25, -0.4] },
      dimensions: 2,
    });
    expect(mirrored).toBeCloseTo(bound, 12);
  });

  it('stops a sweep that is certain about its best point, and not before a trial has ended', () => {
    const sure = { means: [1], deviations: [1e-6] };
    const candidates = { means: [5, 6], deviations: [0.1, 0.1] };
    const bound = regretBound({ direction: 'minimize', evaluated: sure, candidates, dimensions: 2 });
    expect(regretBoundBelow(0.01, bound).stop).toBe(true);
    expect(regretBoundBelow(0.01, 0.02).stop).toBe(false);
    expect(regretBoundBelow(0.01, null)).toMatchObject({ stop: false, bound: null });
  });

  it('is never negative', () => {
    const points = fc.array(
      fc.tuple(fc.double({ min: -9, max: 9, noNaN: true }), fc.double({ min: 0, max: 3, noNaN: true })),
      {
        minLength: 1,
      },
    );
    fc.assert(
      fc.property(points, points, (a, b) => {
        const split = (pairs: [number, number][]) => ({
          means: pairs.map(([mean]) => mean),
          deviations: pairs.map(([, deviation]) => deviation),
        });
        const input = {
          direction: 'maximize' as const,
          evaluated: split(a),
          candidates: split(b),
          dimensions: 3,
        };
        expect(regretBound(input)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a stop rule', () => {
  const evidence: SweepEvidence = {
    direction: 'minimize',
    ended: [5, 3, null, 2.95].map((value, i) => ({ value, endedAt: 10 * (i + 1) })),
    ...{ now: 50, expectedImprovements: [0.2, 0.01, 0.01, 0.02], costPerTrial: 4, regretBound: 0.3 },
  };
  const nothing: SweepEvidence = {
    ...{
      direction: 'minimize',
      ended: [],
      now: 0,
      expectedImprovements: [],
      costPerTrial: null,
      regretBound: null,
    },
  };

  it.each<[StopRule, boolean, number]>([
    [{ type: 'target', value: 2.95 }, true, 2.95],
    [{ type: 'target', value: 2.9 }, false, 2.95],
    [{ type: 'no_improvement', trials: 2, min_delta: 0.1 }, true, 2],
    [{ type: 'no_improvement', trials: 2 }, false, 0],
    [{ type: 'no_improvement', seconds: 30, min_delta: 0.1 }, true, 30],
    [{ type: 'expected_improvement_below', value: 0.03 }, true, 0.02],
    [{ type: 'expected_improvement_below', value: 0.03, patience: 4 }, false, 0.2],
    [{ type: 'improvement_per_cost_below', value: 0.006 }, true, 0.005],
    [{ type: 'regret_below', value: 0.4 }, true, 0.3],
    [{ type: 'regret_below', value: 0.3 }, false, 0.3],
  ])('%o gives stop %s with bound %d', (rule, stop, bound) => {
    expect(shouldTerminate(rule, evidence)).toMatchObject({ stop, bound });
    expect(shouldTerminate(rule, nothing).stop).toBe(false);
  });
});
