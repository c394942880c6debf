// One hundred trials on sixteen slots while every process of the system is killed with SIGKILL, at least twice each.
import { join } from 'node:path';
import { planFaults } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFaults, faultSeed } from '../support/nemesis.js';
import { Product, root } from '../support/product.js';
import { judge, processesOfAgents } from '../support/verdict.js';

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [8, 8], ownServices: true });
});
afterAll(async () => {
  await product.stop();
});

describe('100 trials on 16 slots', () => {
  it('are exactly 100, each once at a time, while everything is killed twice', async () => {
    const seed = faultSeed();
    const id = await product.submit({
      method: 'random',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: {
        x: { distribution: 'uniform', min: 0, max: 1 },
        seconds: { distribution: 'uniform', min: 3, max: 9 },
      },
      command: ['sh', join(root, 'test/support/short-training.sh'), '${args}'],
      budget: { max_trials: 100 },
    });
    const faults = planFaults({
      seed,
      targets: ['api', 'orchestrator', 'agent1', 'postgres', 'temporal'],
      kills: 2,
      gapMs: [500, 2_500],
      downMs: [0, 2_000],
    });
    await applyFaults(product, seed, faults);
    const report = await product.finished(id);
    expect(report).toMatchObject({
      state: 'finished',
      reason: 'max_trials',
      trials: { total: 100, byState: { finished: 100 } },
    });
    expect(await judge(product, [id])).toEqual([]);
    expect(processesOfAgents(product).length).toBeGreaterThanOrEqual(100);
  });
});
