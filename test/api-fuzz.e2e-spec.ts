import { join } from 'node:path';
import { firstIds } from '@swath/lifecycle';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Product, root } from './support/product.js';
import { fuzz } from './support/schemathesis.js';

let product: Product;
let ids: Readonly<Record<string, string>>;

beforeAll(async () => {
  product = await Product.start({ agents: [2] });
  const sweepId = await product.submit({
    name: 'fuzzed',
    method: 'random',
    seed: 1,
    metric: { name: 'loss', goal: 'minimize' },
    parameters: { x: { min: 0, max: 9 } },
    command: [process.execPath, join(root, 'test/support/sum-of-arguments.mjs'), '${args}'],
    budget: { max_trials: 3, max_cost: '5' },
  });
  await product.finished(sweepId);
  const budget = await product.request('POST', '/api/v1/budgets', {
    ...{ scope: { kind: 'project', id: firstIds.project }, unit: 'money:USD', limit: '50', reason: 'fuzzed' },
  });
  const trialId = `tr_${sweepId.slice(3)}-1`;
  ids = {
    ...{ sweepId, trialId, runId: trialId.slice(3), nodeId: 'nd_local_node-1', poolId: firstIds.pool },
    budgetId: (budget.body as { id: string }).id,
  };
});
afterAll(() => product.stop());

describe('the API under requests made from its own OpenAPI document', () => {
  it('answers as documented, also at the edges of every parameter', async () => {
    const { code, output } = await fuzz(product, ids, 3);
    expect(code, `${output.slice(-8_000)}\n${product.log('api')}`).toBe(0);
  });
});
