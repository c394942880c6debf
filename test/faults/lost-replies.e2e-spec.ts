// One hundred trials while one call in twenty loses its reply: between agents and API, API and PostgreSQL, orchestrator and Temporal;
// and some requests of agents arrive twice.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultSeed } from '../support/nemesis.js';
import { Product, root } from '../support/product.js';
import { judge } from '../support/verdict.js';

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [8, 8], faults: { seed: faultSeed(), rates: {} } });
});
afterAll(async () => {
  await product.stop();
});

describe('100 trials on 16 slots', () => {
  it('are exactly 100, each once at a time, when 5 % of the replies are lost', async () => {
    process.stdout.write(`lost replies, seed ${faultSeed()}\n`);
    const lines = ['gateway', 'database', 'temporal'] as const;
    const id = await product.submit({
      method: 'random',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: {
        x: { distribution: 'uniform', min: 0, max: 1 },
        seconds: { distribution: 'uniform', min: 0.5, max: 3 },
      },
      command: ['sh', join(root, 'test/support/short-training.sh'), '${args}'],
      budget: { max_trials: 100 },
    });
    for (const line of lines)
      product.proxy(line).setRates({ replyLost: 0.05, ...(line === 'gateway' ? { duplicate: 0.05 } : {}) });
    const report = await product.finished(id);
    for (const line of lines) product.proxy(line).setRates({});
    expect(report).toMatchObject({ state: 'finished', trials: { total: 100, byState: { finished: 100 } } });
    for (const line of lines) {
      const { calls, replyLost, duplicate } = product.proxy(line).counts;
      process.stdout.write(`${line}: ${calls} calls, ${replyLost} replies lost, ${duplicate} repeated\n`);
      // A run in which nothing was lost shows nothing.
      expect(replyLost).toBeGreaterThan(5);
    }
    expect(await judge(product, [id])).toEqual([]);
  });
});
