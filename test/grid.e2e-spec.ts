import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Product, root } from './support/product.js';
import { leavesNothing } from './support/processes.js';

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [8] });
});
afterAll(async () => {
  await product.stop();
});

describe('a grid of 81 on 8 slots', () => {
  it('runs exactly 81 trials, each combination once, all finished', async () => {
    const values = [0, 1, 2];
    const id = await product.submit({
      method: 'grid',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { a: { values }, b: { values }, c: { values }, d: { values } },
      command: [process.execPath, join(root, 'test/support/sum-of-arguments.mjs'), '${args}'],
    });
    const report = await product.finished(id);
    expect(report).toMatchObject({
      state: 'finished',
      reason: 'exhausted',
      trials: { total: 81, byState: { finished: 81 } },
      best: { value: 0, parameters: { a: 0, b: 0, c: 0, d: 0 } },
      attempts: { total: 81, retries: 0 },
    });
    const rows = await product.db.query<{ points: number; leases: number }>(
      `SELECT count(DISTINCT parameters)::int AS points, (SELECT count(*)::int FROM lease WHERE sweep_id = $1) AS leases
       FROM trial WHERE sweep_id = $1`,
      [id],
    );
    expect(rows).toEqual([{ points: 81, leases: 81 }]);
    await leavesNothing(id);
  });
});
