/**
 * How long one offer of a slot takes as the queue grows from 100 to 10,000 attempts, in one sweep and spread over 100; beside it
 * the look at the queue that a pool's matcher takes per wake-up. On a PostgreSQL of its own with durability off.
 *
 *   node -C @swath/source --import ./apps/agent/test/typescript.mjs libs/testing/bench/dispatch.bench.ts [--looks 50]
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { completeLease, queueOutlook, firstIds } from '@swath/lifecycle';
import { ProcessRegistry, startPostgres } from '@swath/platform/local';
import { aSpec, cleanExit, TestFleet } from '@swath/testing';

const { values } = parseArgs({ options: { looks: { type: 'string', default: '50' } } });
const looks = Number(values.looks);

function quantile(sorted: readonly number[], q: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN).toFixed(1);
}

async function timed(times: number[], work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  times.push(performance.now() - began);
}

/** One offer, and the end of what it got. */
async function serve(fleet: TestFleet, offers: number[]): Promise<void> {
  let granted: Awaited<ReturnType<typeof fleet.poll>> = [];
  await timed(offers, async () => (granted = await fleet.poll()));
  for (const { leaseId, attempt } of granted) {
    await completeLease(fleet.db, { nodeId: fleet.nodeId, leaseId, body: { attempt, exit: cleanExit } });
  }
}

/**
 * Queues attempts up to `total` over `sweeps` sweeps and measures an offer of one slot, and a matcher's look at the queue: after
 * PostgreSQL has analysed it, or with the plans that were made while the queue was short.
 */
async function measure(total: number, sweeps: number, plans: 'fresh' | 'old'): Promise<void> {
  const fleet = await TestFleet.start(1);
  try {
    if (plans === 'old') {
      for (const table of ['attempt', 'trial', 'sweep', 'lease'])
        await fleet.db.query(`ALTER TABLE ${table} SET (autovacuum_enabled = off)`);
      const id = await fleet.submit(aSpec({ budget: { max_trials: 20, on_exhaust: 'stop_new' } }));
      await fleet.launch(id, 1, 20);
      await fleet.db.query('ANALYZE');
      for (let look = 0; look < 20; look += 1) await serve(fleet, []);
    }
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      const wanted = Math.ceil(total / sweeps);
      const id = await fleet.submit(aSpec({ budget: { max_trials: wanted, on_exhaust: 'stop_new' } }));
      for (let request = 1, left = wanted; left > 0; request += 1, left -= 200) {
        await fleet.launch(id, request, Math.min(left, 200));
      }
    }
    if (plans === 'fresh') await fleet.db.query('ANALYZE');
    const offers: number[] = [];
    const outlooks: number[] = [];
    for (let look = 0; look < looks; look += 1) {
      await timed(outlooks, () => queueOutlook(fleet.db, firstIds.pool));
      await serve(fleet, offers);
    }
    offers.sort((a, b) => a - b);
    outlooks.sort((a, b) => a - b);
    console.log(
      `${String(total).padStart(6)} queued in ${String(sweeps).padStart(3)} sweeps, ${plans} plans: offer p50 ${quantile(offers, 0.5)} ms,` +
        ` p95 ${quantile(offers, 0.95)} ms; outlook p50 ${quantile(outlooks, 0.5)} ms`,
    );
  } finally {
    await fleet.stop();
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'swath-bench-'));
chmodSync(dataDir, 0o755);
const log = (): void => undefined;
const registry = await ProcessRegistry.open(dataDir, log);
const postgres = await startPostgres({ dataDir, log, registry, env: process.env, volatile: true });
process.env['SWATH_TEST_POSTGRES_URL'] = postgres.url;
try {
  for (const [total, sweeps, plans] of [
    [100, 1, 'fresh'],
    [10_000, 1, 'fresh'],
    [10_000, 100, 'fresh'],
    [10_000, 1, 'old'],
    [10_000, 100, 'old'],
  ] as const)
    await measure(total, sweeps, plans);
} finally {
  await postgres.stop();
  await registry.close();
  rmSync(dataDir, { recursive: true, force: true });
}
