// A person at the controls of a busy sweep: pause, resume, resize, limits up and down, points and failed trials added, trials stopped,
// at random moments. The counts stay exact; stopping and cancelling end what they should and nothing else.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Seeded } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultSeed } from '../support/nemesis.js';
import { Product, root, until } from '../support/product.js';
import { judge } from '../support/verdict.js';

const spec = {
  method: 'random',
  metric: { name: 'loss', goal: 'minimize' },
  parameters: {
    x: { distribution: 'uniform', min: 0, max: 1 },
    seconds: { distribution: 'uniform', min: 0.2, max: 2 },
    fails: { values: ['no', 'never', 'yes'] },
  },
  command: ['sh', join(root, 'test/support/short-training.sh'), '${args}'],
};

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [8] });
});
afterAll(async () => {
  await product.stop();
});

interface SweepNow {
  readonly state: string;
  readonly max_trials: number;
  readonly created: number;
  readonly failed: number;
}

async function now(id: string): Promise<SweepNow> {
  const [row] = await product.db.query<SweepNow>(
    `SELECT state, max_trials, next_trial - 1 AS created,
       (SELECT count(*)::int FROM trial WHERE sweep_id = sweep.id AND state = 'failed') AS failed FROM sweep WHERE id = $1`,
    [id],
  );
  return row;
}

/** One request; a refusal because the sweep has moved on is an answer, a failure of the server is not. */
async function control(id: string, action: string, body?: object): Promise<number> {
  const { status, body: answer } = await product.request('POST', `/api/v1/sweeps/${id}:${action}`, body);
  if (status >= 300)
    expect([status, answer]).toEqual([
      409,
      expect.objectContaining({ code: expect.stringMatching(/^(sweep|trial)\//) }),
    ]);
  return status;
}

async function randomAction(id: string, random: Seeded): Promise<string> {
  const { max_trials, created } = await now(id);
  const action = random.pick([
    'pause',
    'resume',
    'resume',
    'resize',
    'raise',
    'lower',
    'enqueue',
    'requeueFailed',
    'stop trial',
  ]);
  switch (action) {
    case 'resize':
      return `resize ${await control(id, 'resize', { parallel: random.integer(1, 12) })}`;
    case 'raise':
      return `raise ${await control(id, 'extend', { maxTrials: max_trials + random.integer(1, 10) })}`;
    case 'lower':
      // Keeps room for more, so that the sweep goes on; the limit itself may be refused when it is below what exists by now.
      return `lower ${await control(id, 'extend', { maxTrials: Math.max(created + 8, max_trials - random.integer(1, 10)) })}`;
    case 'enqueue':
      return `enqueue ${await control(id, 'enqueue', { parameters: { x: random.uniform(), seconds: 0.5, fails: 'no' } })}`;
    case 'stop trial': {
      const rows = await product.db.query<{ id: string }>(
        `SELECT id FROM trial WHERE sweep_id = $1 AND state = 'running' LIMIT 1`,
        [id],
      );
      if (rows[0] === undefined) return 'no running trial';
      return `stop trial ${(await product.request('POST', `/api/v1/trials/${rows[0].id}:stop`)).status}`;
    }
    default:
      return `${action} ${await control(id, action)}`;
  }
}

describe('control under load', () => {
  it('keeps counts exact through random actions', async () => {
    const seed = faultSeed();
    const random = new Seeded(seed);
    const id = await product.submit({ ...spec, budget: { max_trials: 50 } });
    const done: string[] = [];
    for (let step = 0; step < 30; step += 1) {
      // Moments are part of the seeded plan.
      await delay(random.integer(50, 600));
      done.push(await randomAction(id, random));
    }
    process.stdout.write(`control, seed ${seed}: ${done.join(', ')}\n`);
    await control(id, 'resume');
    await until('every failed trial to be asked for again', async () => {
      const sweep = await now(id);
      if (sweep.state !== 'running') return true;
      if (sweep.failed > 0) await control(id, 'requeueFailed');
      return sweep.created === sweep.max_trials && sweep.failed === 0 ? true : undefined;
    });
    const report = await product.finished(id);
    const { max_trials, created } = await now(id);
    expect(report).toMatchObject({ state: 'finished', reason: 'max_trials', trials: { total: max_trials } });
    expect(created).toBe(max_trials);
    expect(await judge(product, [id])).toEqual([]);
  });

  it.each([
    ['stop', 'stopped'],
    ['cancel', 'cancelled'],
  ] as const)(
    '%s ends sweeps at any moment of their life, also when it is repeated',
    async (action, state) => {
      const random = new Seeded(faultSeed() + 1);
      const ids = await Promise.all(
        [0, 1, 2].map(() => product.submit({ ...spec, budget: { max_trials: 200 } })),
      );
      await Promise.all(
        ids.map(async (id, index) => {
          await delay(random.integer(0, 700) + 700 * index);
          await control(id, action);
          await control(id, action);
        }),
      );
      for (const id of ids) {
        const report = await product.finished(id);
        expect(report).toMatchObject({ state, reason: 'user' });
        const open = await product.db.query(`SELECT id FROM trial WHERE sweep_id = $1 AND ended_at IS NULL`, [
          id,
        ]);
        expect(open).toEqual([]);
      }
      expect(await judge(product, ids)).toEqual([]);
    },
  );
});

describe('a sweep whose command crashes at once', () => {
  it('costs as many attempts as it allows, ends as failed, and holds up no other sweep', async () => {
    const crashing = { ...spec, command: ['sh', '-c', 'exit 1'] };
    const bad = await product.submit({
      ...crashing,
      budget: { max_trials: 500, max_consecutive_initial_failures: 12 },
    });
    const good = await product.submit({ ...spec, budget: { max_trials: 8 } });
    expect(await product.finished(bad)).toMatchObject({
      state: 'failed',
      reason: 'failures',
      attempts: { total: 12 },
    });
    expect(await product.finished(good)).toMatchObject({ state: 'finished', trials: { total: 8 } });
    expect(await judge(product, [bad, good])).toEqual([]);
  });
});
