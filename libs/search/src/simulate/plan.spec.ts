import { describe, expect, it } from 'vitest';
import { planSweep } from './plan.js';
import type { PlanInput, PlannedSpec } from './plan.js';
import { hazenQuantile } from './replicate.js';

const spec: PlannedSpec = {
  method: 'random',
  parameters: { x: { distribution: 'uniform', min: 0, max: 1 } },
  budget: { max_trials: 60, on_exhaust: 'stop_new' },
  resources: { pool: 'gpu', gpus: 1 },
};
const exact = { p50: 100, p90: 100 };
const input: PlanInput = { spec, fullResource: 27, secondsPerResource: exact, pricePerHour: 3.6, slots: 4 };
const asha = {
  type: 'asha' as const,
  min_resource: 1,
  reduction_factor: 3,
  brackets: 1,
  mode: 'stop' as const,
};

describe('the plan of a sweep', () => {
  it('without a pruner is trials times training time times price', () => {
    const plan = planSweep(input);
    expect(plan).toMatchObject({ trials: 60, limitedBy: 'trials', parallel: 4, savedShare: 0, rungs: [] });
    expect(plan.assumptions).toEqual(['no_retries']);
    // 60 trials of 2,700 s at 0.001 a second; speeds vary by 10 % from trial to trial.
    expect(plan.cost?.p50).toBeGreaterThan(160);
    expect(plan.cost?.p50).toBeLessThan(167);
    expect(plan.seconds?.p50).toBeGreaterThan((60 * 2700) / 4);
    expect(plan.seconds?.p50).toBeLessThan((60 * 2700 * 1.1) / 4);
    expect(plan.gpuHours?.p50).toBeCloseTo((plan.cost?.p50 ?? NaN) / 3.6, 9);
  });

  it('spreads with what is known of the speed', () => {
    const wide = planSweep({ ...input, secondsPerResource: { p50: 100, p90: 200 } });
    const ratio = (wide.cost?.p90 ?? NaN) / (wide.cost?.p50 ?? NaN);
    expect(ratio).toBeGreaterThan(1.9);
    expect(ratio).toBeLessThan(2.1);
  });

  it('with ASHA saves what halving by three at 1, 3 and 9 of 27 saves', () => {
    const plan = planSweep({
      ...input,
      spec: { ...spec, early_terminate: asha, budget: { max_trials: 200, on_exhaust: 'stop_new' } },
    });
    expect(plan.rungs.map(({ resource }) => resource)).toEqual([1, 3, 9]);
    // Fewer than the first arrivals' allowance above 1/3, 1/9, 1/27: the limit of many trials.
    const passing = plan.rungs.map((rung) => rung.passing);
    [1 / 3, 1 / 9, 1 / 27].forEach((limit, k) => {
      expect(passing[k]).toBeGreaterThanOrEqual(limit);
      expect(passing[k]).toBeLessThan(limit + 0.08);
    });
    const resource = 1 + 2 * (passing[0] ?? NaN) + 6 * (passing[1] ?? NaN) + 18 * (passing[2] ?? NaN);
    expect(plan.perTrial.resource).toBeGreaterThan(resource - 0.2);
    expect(plan.perTrial.resource).toBeLessThan(resource + 0.2);
    expect(plan.savedShare).toBeCloseTo(1 - plan.perTrial.resource / 27, 9);
  });

  it('counts the cells of a grid', () => {
    const grid: PlannedSpec = {
      ...spec,
      method: 'grid',
      parameters: {
        a: { distribution: 'categorical', values: [1, 2, 3] },
        b: { distribution: 'int_uniform', min: 1, max: 4 },
      },
      budget: { on_exhaust: 'stop_new' },
    };
    expect(planSweep({ ...input, spec: grid })).toMatchObject({ trials: 12, limitedBy: 'trials' });
  });

  it.each([
    [{ max_cost: '27' }, 'cost', 9, 10],
    [{ max_gpu_hours: '7.5' }, 'gpu_hours', 9, 10],
    [{ max_wall_clock: 6 * 2700 }, 'wall_clock', 18, 24],
    [{ max_trials: 5, max_cost: '27' }, 'trials', 5, 5],
  ])('ends at the first limit of %o', (limits, limitedBy, low, high) => {
    const plan = planSweep({ ...input, spec: { ...spec, budget: { ...limits, on_exhaust: 'stop_new' } } });
    expect(plan.limitedBy).toBe(limitedBy);
    expect(plan.trials).toBeGreaterThanOrEqual(low);
    expect(plan.trials).toBeLessThanOrEqual(high);
  });

  it('rehearses a sweep that its money ends early at its own length', () => {
    const early_terminate = asha;
    const rich = planSweep({ ...input, spec: { ...spec, early_terminate } });
    const budget = { max_cost: '5', on_exhaust: 'stop_new' as const };
    const poor = planSweep({ ...input, spec: { ...spec, early_terminate, budget } });
    const same = { max_trials: poor.trials ?? NaN, on_exhaust: 'stop_new' as const };
    expect(poor.perTrial).toEqual(
      planSweep({ ...input, spec: { ...spec, early_terminate, budget: same } }).perTrial,
    );
    expect(poor.perTrial.resource).toBeGreaterThan(rich.perTrial.resource);
  });

  it('totals nothing without a limit', () => {
    const plan = planSweep({ ...input, spec: { ...spec, budget: { on_exhaust: 'stop_new' } } });
    expect(plan).toMatchObject({
      trials: null,
      limitedBy: 'none',
      cost: null,
      seconds: null,
      gpuHours: null,
    });
    expect(plan.perTrial.cost).toBeGreaterThan(2.6);
  });

  it('affords no trial when the money is less than one costs', () => {
    const plan = planSweep({
      ...input,
      spec: { ...spec, budget: { max_cost: '1', on_exhaust: 'stop_new' } },
    });
    expect(plan).toMatchObject({ trials: 0, limitedBy: 'cost', cost: { p50: 0, p90: 0 } });
  });

  it('takes several slots per trial, and no more at once than asked for', () => {
    const two = planSweep({ ...input, spec: { ...spec, resources: { pool: 'gpu', gpus: 2 } } });
    expect(two.parallel).toBe(2);
    expect(two.perTrial.cost).toBeCloseTo(2 * (planSweep(input).perTrial.cost ?? NaN), 1);
    expect(planSweep({ ...input, spec: { ...spec, parallel: 1 } }).parallel).toBe(1);
  });

  it('takes no longer with more slots', () => {
    const seconds = [1, 2, 4, 8].map((slots) => planSweep({ ...input, slots }).seconds?.p50 ?? NaN);
    expect([...seconds].sort((a, b) => b - a)).toEqual(seconds);
  });

  it('says what it assumes and counts nothing as saved by rules it cannot foresee', () => {
    const patience = { type: 'patience' as const, patience: 3, min_delta: 0, grace_resource: 5 };
    const { fullResource: _, pricePerHour: __, ...unknown } = input;
    const plan = planSweep({ ...unknown, spec: { ...spec, early_terminate: patience } });
    expect(plan.assumptions).toEqual(['no_retries', 'no_price', 'resource_unknown', 'rule_not_foreseen']);
    expect(plan).toMatchObject({ savedShare: 0, cost: null });
  });

  it('copes with a median rule that has a rung at every one of a million steps', () => {
    const median = { type: 'median' as const, grace_resource: 1000, min_trials: 5, interval: 1 };
    const plan = planSweep({ ...input, fullResource: 1e6, spec: { ...spec, early_terminate: median } });
    expect(plan.rungs.length).toBeLessThanOrEqual(61);
    expect(plan.savedShare).toBeGreaterThan(0.1);
    expect(plan.assumptions).toContain('curves_assumed');
  });

  it('is the same again', () => {
    const ashaInput = { ...input, spec: { ...spec, early_terminate: asha } };
    expect(planSweep(ashaInput)).toEqual(planSweep(ashaInput));
  });
});

describe('the Hazen quantile', () => {
  it('is exact at the middles of equal shares', () => {
    expect([0.1, 0.3, 0.5, 0.9, 0.99].map((q) => hazenQuantile([5, 3, 1, 4, 2], q))).toEqual([1, 2, 3, 5, 5]);
  });
});
