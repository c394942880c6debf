// ASHA by promotion with real training: a trial pauses at a rung and leaves its slot; the best go on as a new attempt from where they
// stopped. Its curve is that of the same parameters trained in one go.
import { decodeMetrics } from '@swath/persistence';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leavesNothing } from './support/processes.js';
import { Product } from './support/product.js';

const TRIALS = 8;
/** Far more than pass before a trial that is told to pause has stopped. */
const EPOCHS = 81;

const spec = {
  program: 'train.mjs',
  command: ['node', '${program}', '${args}'],
  working_dir: 'examples/digits',
  method: 'random',
  seed: 1,
  metric: { name: 'val_loss', goal: 'minimize', resource: 'epoch' },
  parameters: {
    learning_rate: { distribution: 'log_uniform_values', min: 0.0001, max: 0.1 },
    hidden_units: { distribution: 'int_uniform', min: 8, max: 32 },
    epochs: { value: EPOCHS },
  },
  budget: { max_trials: TRIALS },
  parallel: 2,
};
const promotion = {
  type: 'asha',
  mode: 'promote',
  min_resource: 3,
  max_resource: EPOCHS,
  reduction_factor: 3,
} as const;

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [2] });
});
afterAll(async () => {
  await product.stop();
});

interface Logged {
  readonly trial: number;
  readonly attempt: number;
  readonly cause: string;
  readonly step: number;
  readonly loss: unknown;
}

/** Everything a sweep's trials logged, in order. */
async function logged(sweepId: string): Promise<Logged[]> {
  const chunks = await product.db.query<{ trial: number; attempt: number; cause: string; body: Buffer }>(
    `SELECT t.number AS trial, c.attempt, a.cause, c.body FROM trial t JOIN metric_chunk c ON c.run_id = t.run_id
       JOIN attempt a ON a.trial_id = t.id AND a.number = c.attempt
     WHERE t.sweep_id = $1 ORDER BY t.number, c.attempt, c.stream, c.seq`,
    [sweepId],
  );
  return chunks.flatMap(({ body, ...chunk }) =>
    decodeMetrics(body).map((row) => ({
      ...chunk,
      step: row.step ?? NaN,
      loss: row.values['val_loss'],
    })),
  );
}

describe('a sweep whose trials are promoted', () => {
  it('trains the best on from where they paused, as if they had never stopped', async () => {
    const id = await product.submit({ ...spec, early_terminate: promotion });
    const report = await product.finished(id);
    await leavesNothing(id);
    const rows = await logged(id);
    expect(rows.every(({ cause }) => cause === 'first' || cause === 'promotion')).toBe(true);
    const again = rows.filter(({ cause }) => cause === 'promotion');
    expect(again.length).toBeGreaterThan(0);
    for (const { trial, attempt, step } of again) {
      const before = rows.filter((row) => row.trial === trial && row.attempt < attempt);
      // An epoch whose checkpoint was not yet written when the trial was told to pause is trained again.
      expect(step).toBeGreaterThanOrEqual(Math.max(...before.map((row) => row.step)));
    }
    const promotions = new Set(again.map(({ trial, attempt }) => `${trial} ${attempt}`)).size;
    expect(report).toMatchObject({ state: 'finished', reason: 'max_trials', trials: { total: TRIALS } });
    expect(report.attempts).toEqual({ total: TRIALS + promotions, retries: 0 });

    const number = again.at(-1)?.trial ?? NaN;
    const curve = rows.filter(({ trial }) => trial === number);
    const inOneGo = await trainedInOneGo(id, number);
    for (const { step, loss } of curve) expect([step, loss]).toEqual([step, inOneGo.get(step)]);
  });
});

/** The curve of a trial's parameters, trained without a pause. */
async function trainedInOneGo(sweepId: string, number: number): Promise<Map<number, unknown>> {
  const [trial] = await product.db.query<{ parameters: Record<string, unknown> }>(
    'SELECT parameters FROM trial WHERE sweep_id = $1 AND number = $2',
    [sweepId, number],
  );
  const parameters = Object.fromEntries(
    Object.entries(trial?.parameters ?? {}).map(([name, value]) => [name, { value }]),
  );
  const id = await product.submit({ ...spec, parameters, budget: { max_trials: 1 } });
  await product.finished(id);
  return new Map((await logged(id)).map(({ step, loss }) => [step, loss]));
}
