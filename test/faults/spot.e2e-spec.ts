// A training on nodes that are taken away again and again: each time it goes on elsewhere from its last durable checkpoint, and ends with
// the very values of a training that nobody disturbed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Seeded } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultSeed } from '../support/nemesis.js';
import { leavesNothing } from '../support/processes.js';
import { Product, root, until, type Part } from '../support/product.js';
import { judge } from '../support/verdict.js';

/** In the test run; `npm run soak` does twenty. */
const TAKEN = process.env['SWATH_SOAK_MINUTES'] === undefined ? 3 : 20;
const EPOCHS = 40 * TAKEN;

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [1, 1] });
});
afterAll(async () => {
  await product.stop();
});

const spec = (): string =>
  readFileSync(join(root, 'examples/digits/random.yaml'), 'utf8')
    .replace('max_trials: 30', 'max_trials: 1')
    .replace('epochs: { value: 27 }', `epochs: { value: ${EPOCHS} }`)
    .replace(
      'hidden_units: { min: 8, max: 64 }',
      'hidden_units: { value: 64 }\n  hidden_layers: { value: 2 }',
    )
    .replace('batch_size: { values: [8, 16, 32, 64, 128] }', 'batch_size: { value: 8 }')
    .concat(`retries: { preemption: ${TAKEN} }\n`);

interface Progress {
  readonly run: string;
  readonly state: string;
  readonly epoch: number;
  /** Node that runs it now. */
  readonly node: string | null;
  readonly attempt: number;
}

async function progress(sweepId: string): Promise<Progress | undefined> {
  const [row] = await product.db.query<Progress>(
    `SELECT t.run_id AS run, t.state, t.resource AS epoch, t.attempt_count AS attempt,
       (SELECT n.name FROM lease l JOIN node n ON n.id = l.node_id WHERE l.trial_id = t.id AND l.state = 'live') AS node
     FROM trial t WHERE t.sweep_id = $1`,
    [sweepId],
  );
  return row;
}

/** Validation losses by epoch; an epoch that was trained again must have given the same. */
async function losses(run: string): Promise<{ byEpoch: Map<number, number>; rows: number }> {
  const { body } = await product.request('GET', `/api/v1/runs/${run}/metrics?keys=val_loss&limit=50000`);
  const byEpoch = new Map<number, number>();
  const { rows } = body as { rows: { step: number; values: { val_loss: number } }[] };
  for (const { step, values } of rows) {
    expect(byEpoch.get(step) ?? values.val_loss).toBe(values.val_loss);
    byEpoch.set(step, values.val_loss);
  }
  return { byEpoch, rows: rows.length };
}

/** The agent of `node-1` is `agent1`. */
function agentOf(node: string | null): Part {
  return `agent${Number(node?.replace('node-', ''))}`;
}

describe('a training on nodes that are taken away', () => {
  it('ends with the values of an undisturbed one', async () => {
    const random = new Seeded(faultSeed());
    const calm = await product.submit(spec());
    expect((await product.finished(calm)).trials.byState.finished).toBe(1);
    const disturbed = await product.submit(spec());
    let epoch = 0;
    for (let taken = 1; taken <= TAKEN; taken += 1) {
      epoch += random.integer(1, 8);
      const at = await until(`attempt ${taken} to reach epoch ${epoch}`, async () => {
        const now = await progress(disturbed);
        if (now !== undefined && now.state === 'finished') throw new Error('the training ended too early');
        return now?.node !== null && now?.attempt === taken && now.epoch >= epoch ? now : undefined;
      });
      epoch = at.epoch;
      const agent = agentOf(at.node);
      await product.endPart(agent);
      await product.startPart(agent);
    }
    const report = await product.finished(disturbed);
    expect(report.trials.byState.finished).toBe(1);
    const now = await progress(disturbed);
    expect(now?.attempt).toBe(TAKEN + 1);
    const expected = await losses((await progress(calm))?.run ?? '');
    const found = await losses(now?.run ?? '');
    expect(found.byEpoch).toEqual(expected.byEpoch);
    expect(found.byEpoch.size).toBe(EPOCHS);
    // It went on where it was: only epochs since the last checkpoint are trained again.
    expect(found.rows - EPOCHS).toBeLessThan(EPOCHS / 4);
    expect(await judge(product, [calm, disturbed])).toEqual([]);
    await leavesNothing(disturbed);
  });
});
