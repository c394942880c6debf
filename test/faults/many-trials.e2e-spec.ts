// A long sweep through the whole system: its workflow continues as new several times, and the count stays exact. 500 trials here;
// `npm run soak -- many-trials --trials 5000` for more.
import { createControlClient, startSweep } from '@swath/temporal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeAgent } from '../support/fake-agent.js';
import { useOf, type ProcessUse } from '../support/process-use.js';
import { Product, until } from '../support/product.js';
import { judge } from '../support/verdict.js';

const trials = Number(process.env['SWATH_SOAK_TRIALS'] ?? 500);
/** Largest growth of a process's memory from the first fifth of the trials to the end, MiB. */
const MAX_GROWTH_MIB = 50;
const measured = ['api', 'orchestrator'] as const;

let product: Product;
let agents: FakeAgent[] = [];
beforeAll(async () => {
  product = await Product.start({ agents: [] });
});
afterAll(async () => {
  await Promise.all(agents.map((agent) => agent.stop()));
  await product.stop();
});

describe(`a sweep of ${trials} trials`, () => {
  it('continues as new at least three times and runs exactly that many', async () => {
    const { url, agentKey } = product;
    agents = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        FakeAgent.start({ url, agentKey, name: `fake-${index}`, slots: 8 }),
      ),
    );
    // The workflow is started here, with a low threshold, before an orchestrator could.
    await product.endPart('orchestrator');
    const id = await product.submit({
      method: 'random',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { x: { distribution: 'uniform', min: 0, max: 1 } },
      command: ['true'],
      budget: { max_trials: trials },
    });
    const control = createControlClient(product.temporal);
    try {
      await startSweep(control, id, { historyThreshold: Math.max(60, trials / 5) });
      const began = performance.now();
      await product.startPart('orchestrator');
      await finishedTrials(id, trials / 5);
      const early = uses();
      const report = await product.finished(id, 60_000 + trials * 500);
      tellUse(early, uses());
      const seconds = (performance.now() - began) / 1000;
      process.stdout.write(
        `${trials} trials in ${seconds.toFixed(1)} s: ${(trials / seconds).toFixed(1)} a second\n`,
      );
      expect(report).toMatchObject({
        state: 'finished',
        reason: 'max_trials',
        trials: { total: trials, byState: { finished: trials } },
        best: { value: 1 },
        attempts: { total: trials, retries: 0 },
      });
      const runs = await until('all runs of the workflow to be listed', async () => {
        let continued = 0;
        const query = `WorkflowId = 'sweep/${id}' AND ExecutionStatus = 'ContinuedAsNew'`;
        for await (const _ of control.client.workflow.list({ query })) continued += 1;
        return continued >= 3 ? continued : undefined;
      });
      process.stdout.write(`continued as new ${runs} times\n`);
      expect(await judge(product, [id])).toEqual([]);
    } finally {
      await control.connection.close();
    }
  });
});

async function finishedTrials(id: string, count: number): Promise<void> {
  await until(
    `${count} trials to end`,
    async () => {
      const rows = await product.db.query<{ ended: number }>(
        `SELECT count(*)::int AS ended FROM trial WHERE sweep_id = $1 AND state = 'finished'`,
        [id],
      );
      return rows[0].ended >= count ? true : undefined;
    },
    60_000 + trials * 500,
  );
}

function uses(): ProcessUse[] {
  return measured.map((part) => useOf(product.pid(part)));
}

/** Prints what the processes used, and holds their memory to its bound where there were enough trials to tell. */
function tellUse(early: readonly ProcessUse[], late: readonly ProcessUse[]): void {
  measured.forEach((part, index) => {
    const cpu = (late[index].cpuMs - early[index].cpuMs) / (trials * 0.8);
    const [before, after] = [early[index].residentMiB, late[index].residentMiB];
    process.stdout.write(
      `${part}: ${cpu.toFixed(1)} ms of processor a trial, ${before.toFixed(0)} MiB at a fifth, ${after.toFixed(0)} MiB at the end\n`,
    );
    if (trials >= 5000) expect(after - before).toBeLessThan(MAX_GROWTH_MIB);
  });
}
