// Two API replicas behind a load balancer and two orchestrators, as in production: each is enough, and any may die.
import { join } from 'node:path';
import { planFaults } from '@swath/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFaults, faultSeed } from '../support/nemesis.js';
import { Product, root } from '../support/product.js';
import { judge } from '../support/verdict.js';

const spec = {
  method: 'random',
  metric: { name: 'loss', goal: 'minimize' },
  parameters: {
    x: { distribution: 'uniform', min: 0, max: 1 },
    seconds: { distribution: 'uniform', min: 1, max: 5 },
  },
  command: ['sh', join(root, 'test/support/short-training.sh'), '${args}'],
};

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [4, 4], apis: 2, orchestrators: 2 });
});
afterAll(async () => {
  await product.stop();
});

describe('two API replicas and two orchestrators', () => {
  it('wake polls at one replica for work that came in at the other', async () => {
    for (const part of ['agent1', 'agent2'] as const) await product.endPart(part);
    const second = product.urlOf('api2');
    const agent = async (path: string, body: object): Promise<unknown> => {
      const reply = await fetch(`${second}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${product.agentKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        // Less than the poll's own length: without a wake-up there is no answer in time.
        signal: AbortSignal.timeout(18_000),
      });
      return reply.json();
    };
    const slot = { index: 0, kind: 'simulated', uuid: 'S', model: 'S', memoryMiB: 1, healthy: true };
    const node = {
      name: 'waits',
      pool: 'local',
      incarnation: 'i',
      slots: [slot],
      protocols: [1],
      agentVersion: 'test',
      isolation: 'session',
    };
    const { nodeId, generation } = (await agent('/agent/v1/nodes', node)) as {
      nodeId: string;
      generation: number;
    };
    const poll = agent(`/agent/v1/nodes/${nodeId}/leases:poll`, {
      offerId: 'o',
      generation,
      free: [0],
      waitMs: 20_000,
    });
    const id = await product.submit({ ...spec, command: ['true'], budget: { max_trials: 1 } });
    const { leases } = (await poll) as { leases: { sweepId: string; leaseId: string; attempt: number }[] };
    expect(leases).toMatchObject([{ sweepId: id }]);
    const exit = { code: 0, signal: null, cause: 'exit', reaped: true, durationMs: 1 };
    await agent(`/agent/v1/leases/${leases[0].leaseId}:complete`, { attempt: 1, exit });
    await product.finished(id);
    for (const part of ['agent1', 'agent2'] as const) await product.startPart(part);
  });

  it('lose nothing when any of the four is killed, each twice', async () => {
    const seed = faultSeed();
    const id = await product.submit({ ...spec, budget: { max_trials: 60 } });
    const targets = ['api', 'api2', 'orchestrator', 'orchestrator2'];
    await applyFaults(
      product,
      seed,
      planFaults({ seed, targets, kills: 2, gapMs: [200, 1_500], downMs: [0, 1_000] }),
    );
    const report = await product.finished(id);
    expect(report).toMatchObject({
      trials: { total: 60, byState: { finished: 60 } },
      attempts: { retries: 0 },
    });
    expect(await judge(product, [id])).toEqual([]);
  });
});
