import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatMicros } from '@swath/contracts';
import { editPool, firstIds, verifyLedger } from '@swath/lifecycle';
import { ledgerDrift, overshoots } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leavesNothing } from './support/processes.js';
import { Product, root, until } from './support/product.js';

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [4] });
  // A tenth of a unit a second: the shortest lease and its tail need 5.60, a trial of half a second spends 0.05.
  await editPool(product.db, {
    orgId: firstIds.org,
    poolId: firstIds.pool,
    price: { currency: 'USD', microsPerHour: 360_000_000n, source: 'test' },
  });
});
afterAll(async () => {
  await product.stop();
});

describe('a sweep with max_cost', () => {
  it('stops at its cap without overdraft, and says so', async () => {
    const id = await product.submit({
      method: 'random',
      metric: { name: 'loss' },
      parameters: { a: { min: 0.5, max: 1.5 } },
      command: [process.execPath, join(root, 'test/support/sum-of-arguments.mjs'), '${args}'],
      budget: { max_trials: 1000, max_cost: '6.50' },
    });
    const report = await product.finished(id);
    expect(report).toMatchObject({ state: 'finished', reason: 'max_cost' });
    expect(report.reasonText).toContain('limit');
    expect(report.cost.budget).toMatchObject({
      cap: { amount: '6.500000', currency: 'USD' },
      held: { amount: '0.000000' },
      overdraft: { amount: '0.000000' },
    });
    expect(report.cost.budget?.spent).toEqual(report.cost.total);
    expect(Number(report.cost.total.amount)).toBeGreaterThan(0.5);
    expect(report.trials.byState.finished).toBeGreaterThan(3);
    expect(await overshoots(product.db)).toEqual([]);
    expect(await ledgerDrift(product.db)).toEqual([]);
    await leavesNothing(id);
  });

  it('that is set while real training runs ends it within the cap, with every account in agreement', async () => {
    const spec = readFileSync(join(root, 'examples/digits/random.yaml'), 'utf8');
    const id = await product.submit(spec.replace('max_trials: 30', 'max_trials: 500'));
    await until('three trials to be finished', async () => {
      const [row] = await product.db.query<{ finished: number }>(
        `SELECT count(*)::int AS finished FROM trial WHERE sweep_id = $1 AND state = 'finished'`,
        [id],
      );
      return (row?.finished ?? 0) >= 3 ? true : undefined;
    });
    // Four running trials hold about sixteen each.
    const answer = await product.request('POST', `/api/v1/sweeps/${id}:extend`, { maxCost: '12.00' });
    expect(answer.status).toBe(200);
    const report = await product.finished(id);
    expect(report).toMatchObject({ state: 'finished', reason: 'max_cost' });
    expect(report.cost.budget).toMatchObject({
      cap: { amount: '12.000000' },
      held: { amount: '0.000000' },
      overdraft: { amount: '0.000000' },
      spent: report.cost.total,
    });
    expect(Number(report.cost.total.amount)).toBeLessThanOrEqual(12);
    const [records] = await product.db.query<{ micros: bigint }>(
      'SELECT sum(cost_micros)::bigint AS micros FROM usage_record WHERE sweep_id = $1',
      [id],
    );
    expect(formatMicros(records?.micros ?? 0n)).toBe(report.cost.total.amount);
    expect((await verifyLedger(product.db, firstIds.org)).findings).toEqual([]);
    expect(await overshoots(product.db)).toEqual([]);
    await leavesNothing(id);
  });
});
