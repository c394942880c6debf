// Everything at once: sweeps come and go, every process dies or stands still now and then, replies are lost on every line, lines are
// cut. Five minutes here; `npm run soak -- mix --minutes 30` for longer.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { planFaults, Seeded, type PlannedFault } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFault, faultSeed } from '../support/nemesis.js';
import { Product, root } from '../support/product.js';
import { judge } from '../support/verdict.js';

const minutes = Number(process.env['SWATH_SOAK_MINUTES'] ?? 5);
const seed = faultSeed();
const lines = ['gateway', 'database', 'temporal'] as const;
const rates = { replyLost: 0.02, reset: 0.01 };

let product: Product;
beforeAll(async () => {
  product = await Product.start({
    agents: [4, 4],
    apis: 2,
    orchestrators: 2,
    ownServices: true,
    faults: { seed, rates: {} },
  });
});
afterAll(async () => {
  await product.stop();
});

function nextFaults(round: number): PlannedFault[] {
  const targets = [
    'api',
    'api2',
    'orchestrator',
    'orchestrator2',
    'agent1',
    'agent2',
    'postgres',
    'temporal',
  ];
  const kills = planFaults({
    seed: seed + round,
    targets,
    kills: 1,
    gapMs: [500, 4_000],
    downMs: [0, 3_000],
  });
  const pausable = targets.slice(0, 6);
  const pauses = planFaults({
    seed: seed - round,
    targets: pausable,
    kills: 0,
    pauses: 1,
    gapMs: [500, 4_000],
    downMs: [500, 5_000],
  });
  return new Seeded(seed + round).shuffle([...kills, ...pauses]);
}

describe(`${minutes} minutes of mixed faults`, () => {
  it('break no invariant', { timeout: (minutes + 20) * 60_000 }, async () => {
    process.stdout.write(`mixed faults, seed ${seed}\n`);
    const end = performance.now() + minutes * 60_000;
    const random = new Seeded(seed);
    const ids: string[] = [];
    for (const line of lines) product.proxy(line).setRates(rates);
    for (let round = 1; performance.now() < end; round += 1) {
      for (const fault of nextFaults(round)) {
        if (performance.now() > end) break;
        ids.push(await submit(random.integer(5, 25)));
        const line = random.pick(lines);
        if (random.chance(0.3)) {
          product.proxy(line).cut(random.pick(['half-open', 'closed'] as const));
          await delay(random.integer(500, 4_000));
          product.proxy(line).mend();
        }
        await applyFault(product, fault);
      }
    }
    for (const line of lines) product.proxy(line).setRates({});
    for (const id of ids) await product.finished(id, 600_000);
    const rows = await product.db.query<{ total: number; wanted: number }>(
      `SELECT count(t.id)::int AS total, max(s.max_trials) AS wanted FROM sweep s JOIN trial t ON t.sweep_id = s.id GROUP BY s.id`,
    );
    expect(rows.filter(({ total, wanted }) => total !== wanted)).toEqual([]);
    process.stdout.write(`${ids.length} sweeps, ${rows.reduce((sum, { total }) => sum + total, 0)} trials\n`);
    expect(await judge(product, ids, 300_000)).toEqual([]);
  });
});

async function submit(maxTrials: number): Promise<string> {
  return product.submit({
    method: 'random',
    metric: { name: 'loss', goal: 'minimize' },
    parameters: {
      x: { distribution: 'uniform', min: 0, max: 1 },
      seconds: { distribution: 'uniform', min: 0.2, max: 3 },
    },
    command: ['sh', join(root, 'test/support/short-training.sh'), '${args}'],
    budget: { max_trials: maxTrials },
  });
}
