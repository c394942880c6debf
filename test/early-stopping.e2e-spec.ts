import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SweepReport } from '@swath/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leavesNothing } from './support/processes.js';
import { Product, root } from './support/product.js';

const SEEDS = [1, 2, 3, 4, 5];
const TRIALS = 16;

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [4] });
});
afterAll(async () => {
  await product.stop();
});

/** A spec of the digits example with a seed of its own and fewer trials; as text, because `0.0` and `0` differ in W&B's language. */
function digits(file: string, seed: number): string {
  return readFileSync(join(root, 'examples/digits', file), 'utf8')
    .replace(/^seed: 1 .*$/m, `seed: ${seed}`)
    .replace(/^budget: .*$/m, `budget: { max_trials: ${TRIALS} }`);
}

async function epochs(sweepId: string): Promise<number> {
  const [row] = await product.db.query<{ rows: number }>(
    `SELECT sum(row_count)::int AS rows FROM run JOIN trial ON trial.run_id = run.id WHERE sweep_id = $1`,
    [sweepId],
  );
  return row?.rows ?? 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

describe('ASHA on the digits example over five seeds', () => {
  it('finds values within one deviation of the unpruned sweep for at most 60 % of its epochs', async () => {
    const full: SweepReport[] = [];
    const pruned: SweepReport[] = [];
    let fullEpochs = 0;
    let prunedEpochs = 0;
    for (const seed of SEEDS) {
      const ids = [
        await product.submit(digits('random.yaml', seed)),
        await product.submit(digits('asha.yaml', seed)),
      ];
      const [unpruned = '', asha = ''] = ids;
      full.push(await product.finished(unpruned));
      pruned.push(await product.finished(asha));
      fullEpochs += await epochs(unpruned);
      prunedEpochs += await epochs(asha);
      for (const id of ids) await leavesNothing(id);
    }
    const best = (reports: readonly SweepReport[]): number[] =>
      reports.map((report) => report.best?.value ?? NaN);
    const loss = mean(best(pruned)) - mean(best(full));
    process.stdout.write(
      `ASHA: ${prunedEpochs} of ${fullEpochs} epochs, best ${best(pruned).join(' ')} against ${best(full).join(' ')}\n`,
    );
    expect(full.every((report) => report.trials.byState.finished === TRIALS)).toBe(true);
    expect(loss).toBeLessThanOrEqual(deviation(best(full)));
    expect(prunedEpochs).toBeLessThanOrEqual(0.6 * fullEpochs);
    const stops = pruned.flatMap((report) => report.pruned);
    expect(stops.length).toBe(pruned.reduce((sum, report) => sum + (report.trials.byState.pruned ?? 0), 0));
    expect(stops.length).toBeGreaterThan(SEEDS.length);
    for (const { decision, text } of stops) {
      expect(decision).toMatchObject({ action: 'stop', rule: 'asha' });
      expect(decision.rung).toBeTypeOf('number');
      expect(decision.cutoff).toBeLessThan(decision.value);
      expect(decision.rank).toBeGreaterThan(1);
      expect(decision.n).toBeGreaterThanOrEqual(decision.rank ?? Infinity);
      expect(text).toContain('rung');
    }
  });
});
