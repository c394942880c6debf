import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TrialParameters } from '@swath/contracts';
import type { PrunerRule } from '../fidelity/rule.js';
import { Stream } from '../random/stream.js';
import { planSweep } from './plan.js';
import { runTime } from './recorded.js';
import type { RecordedRow } from './recorded.js';
import { simulate } from './simulator.js';
import type { SimulatedSweep } from './simulator.js';
import { inOrder, tableLookup } from './table.js';

// 90 real trainings of 27 epochs; see make-digits-mlp.py.
const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/digits-mlp.json', import.meta.url), 'utf8'),
) as { rows: { parameters: TrialParameters; curve: [number, number][] }[] };
const rows = fixture.rows.map(({ parameters, curve }): RecordedRow => {
  const measurements = curve.map(([value, seconds], i) => ({ resource: i + 1, value, seconds }));
  return { parameters, trial: { curve: measurements } };
});

/** The recorded sweep with the trials in a random order. */
function recordedSweep(rule: PrunerRule | undefined, order: number): SimulatedSweep {
  const stream = new Stream(order, 0, 'simulation');
  const points = rows
    .map(({ parameters }) => ({ parameters, key: stream.uniform() }))
    .sort((a, b) => a.key - b.key)
    .map(({ parameters }) => parameters);
  return simulate({
    ...{ direction: 'minimize', slots: 4, suggest: inOrder(points), evaluate: tableLookup(rows) },
    ...(rule === undefined ? {} : { rule }),
  });
}

const orders = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const asha: PrunerRule = {
  ...{ type: 'asha', min_resource: 1, max_resource: 27, reduction_factor: 3, brackets: 1, mode: 'stop' },
};

describe('on recorded trainings', () => {
  it('ASHA finds the best of 90 configurations in every order, with less than a quarter of the training', () => {
    const best = recordedSweep(undefined, 0).incumbents.at(-1)?.value;
    const sweeps = orders.map((order) => recordedSweep(asha, order));
    expect(sweeps.map(({ incumbents }) => incumbents.at(-1)?.value)).toEqual(orders.map(() => best));
    expect(mean(sweeps.map(({ resource }) => resource))).toBeLessThan(0.25 * 27 * 90);
    const full = rows.reduce((sum, { trial }) => sum + runTime(trial), 0);
    expect(mean(sweeps.map(({ busySeconds }) => busySeconds))).toBeLessThan(0.25 * full);
  });

  it.each<[string, PrunerRule]>([
    ['asha', asha],
    ['asha with promotion', { ...asha, mode: 'promote' }],
    ['hyperband', { type: 'hyperband', min_resource: 1, max_resource: 27, reduction_factor: 3 }],
    ['W&B hyperband', { type: 'wandb_hyperband', max_iter: 27, s: 3, eta: 3, strict: true }],
    ['median', { type: 'median', grace_resource: 1, min_trials: 5, interval: 1 }],
  ])('the plan foresees the training that %s leaves within a quarter', (_, rule) => {
    const plan = planSweep({
      spec: {
        ...{ method: 'random', parameters: {}, early_terminate: rule },
        ...{ budget: { max_trials: 90, on_exhaust: 'stop_new' }, resources: { pool: 'gpu', gpus: 1 } },
      },
      ...{ fullResource: 27, secondsPerResource: { p50: 1, p90: 1 }, slots: 4 },
    });
    const used = mean(orders.map((order) => recordedSweep(rule, order).resource / 90));
    expect(plan.perTrial.resource / used).toBeGreaterThan(0.75);
    expect(plan.perTrial.resource / used).toBeLessThan(1.25);
  });
});
