// Parts of the system that are away for longer than anything waits for: the API, Temporal, PostgreSQL, the line between agent and API;
// processes that stand still; a line of 64 kbit/s. Leases are short here (12 s), so that "longer than a lease" fits into a test.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultSeed } from '../support/nemesis.js';
import { processesOf } from '../support/processes.js';
import { Product, root, until } from '../support/product.js';
import { judge, processesOfAgents } from '../support/verdict.js';

/** A lease, and from its end to the certain end of its processes. */
const QUANTUM_MS = 12_000;
const TAIL_MS = 3_000;

let product: Product;
beforeAll(async () => {
  product = await Product.start({
    agents: [4],
    ownServices: true,
    faults: { seed: faultSeed(), rates: {} },
  });
  await product.db.query('UPDATE pool SET quantum_ms = $1, grace_ms = 1000, kill_ms = 1000', [QUANTUM_MS]);
  // The agent learns the beat of its pool when it registers.
  await product.endPart('agent1');
  await product.startPart('agent1');
});
afterAll(async () => {
  await product.stop();
});

/** Submits trials that work for some seconds each and waits until four of them run. */
async function submitAndRun(seconds: number, trials = 4): Promise<string> {
  const id = await product.submit({
    method: 'random',
    metric: { name: 'loss', goal: 'minimize' },
    parameters: {
      x: { distribution: 'uniform', min: 0, max: 1 },
      seconds: { value: seconds },
    },
    command: ['sh', join(root, 'test/support/short-training.sh'), '${args}'],
    budget: { max_trials: trials },
  });
  await fourRun(id);
  return id;
}

/** Waits until four attempts run, by the server's word and by their node's. */
async function fourRun(id: string): Promise<void> {
  await until('four attempts to run', async () => {
    const rows = await product.db.query<{ id: string }>(
      `SELECT id FROM attempt WHERE sweep_id = $1 AND state = 'running'`,
      [id],
    );
    const started = new Set(processesOfAgents(product).map(({ attemptId }) => attemptId));
    return rows.filter((row) => started.has(row.id)).length === 4 ? true : undefined;
  });
}

async function isUndisturbed(id: string, trials = 4): Promise<void> {
  expect(await product.finished(id)).toMatchObject({
    state: 'finished',
    trials: { total: trials, byState: { finished: trials } },
    attempts: { total: trials, retries: 0 },
  });
  expect(await judge(product, [id])).toEqual([]);
}

describe('an outage', () => {
  it('of the API, shorter than a lease, costs no trial and no measurement', async () => {
    const id = await submitAndRun(6);
    await product.kill('api');
    // The trials end meanwhile; what they measured and how they ended waits on the node.
    await until('the processes to end', () =>
      Promise.resolve(processesOf(id).length === 0 ? true : undefined),
    );
    await product.revive('api');
    await isUndisturbed(id);
  });

  it('of Temporal, longer than a lease, costs no trial: renewals do not need it', async () => {
    const id = await submitAndRun(QUANTUM_MS / 1000 + 12, 6);
    product.proxy('temporal').cut('closed');
    await product.kill('temporal');
    await delay(QUANTUM_MS + TAIL_MS);
    expect(processesOf(id).length).toBeGreaterThanOrEqual(4);
    await product.revive('temporal');
    product.proxy('temporal').mend();
    await isUndisturbed(id, 6);
  });

  it('of PostgreSQL, ten times, loses nothing that was acknowledged and is told as 503', async () => {
    const id = await submitAndRun(15, 8);
    const statuses = new Set<number>();
    const acknowledged: string[] = [];
    let killing = true;
    const client = (async () => {
      while (killing) {
        const reply = await product.submitOnce({
          method: 'random',
          metric: { name: 'loss', goal: 'minimize' },
          parameters: { x: { distribution: 'uniform', min: 0, max: 1 } },
          command: ['true'],
          budget: { max_trials: 1 },
        });
        statuses.add(reply.status);
        if (reply.status === 201) acknowledged.push(reply.id);
        else expect(reply.retryAfter).toBe('1');
        await delay(100);
      }
    })();
    for (let kill = 0; kill < 10; kill += 1) {
      await product.kill('postgres');
      await product.revive('postgres');
      const before = acknowledged.length;
      await until('the API to take submissions again', () =>
        Promise.resolve(acknowledged.length > before ? true : undefined),
      );
    }
    killing = false;
    await client;
    expect([...statuses].filter((status) => status !== 201 && status !== 503)).toEqual([]);
    // Without both there was no outage to see, or nothing was acknowledged.
    expect(statuses).toEqual(new Set([201, 503]));
    const rows = await product.db.query<{ id: string }>('SELECT id FROM sweep WHERE id = ANY ($1)', [
      acknowledged,
    ]);
    expect(rows).toHaveLength(acknowledged.length);
    for (const sweep of acknowledged) await product.finished(sweep);
    // Ten times away in a row may well be longer than a lease: what counts is that nothing is lost or doubled.
    expect(await product.finished(id)).toMatchObject({ trials: { total: 8, byState: { finished: 8 } } });
    expect(await judge(product, [id])).toEqual([]);
  });

  it.each(['half-open', 'closed'] as const)(
    'of the line to the API (%s), shorter than a lease, costs nothing',
    async (kind) => {
      const id = await submitAndRun(8);
      product.proxy('gateway').cut(kind);
      await delay(5_000);
      product.proxy('gateway').mend();
      await isUndisturbed(id);
    },
  );

  it('of the line to the API, longer than a lease, ends each trial at its deadline, and each runs again once', async () => {
    const id = await submitAndRun(QUANTUM_MS / 1000 + 25);
    product.proxy('gateway').cut('closed');
    await until(
      'the guards to end what has no lease any more',
      () => Promise.resolve(processesOf(id).length === 0 ? true : undefined),
      QUANTUM_MS + TAIL_MS + 10_000,
    );
    await until('the leases to be given up', async () => {
      const rows = await product.db.query(`SELECT id FROM lease WHERE sweep_id = $1 AND state = 'live'`, [
        id,
      ]);
      return rows.length === 0 ? true : undefined;
    });
    product.proxy('gateway').mend();
    const report = await product.finished(id);
    expect(report).toMatchObject({
      trials: { total: 4, byState: { finished: 4 } },
      attempts: { total: 8, retries: 4 },
    });
    expect(await judge(product, [id])).toEqual([]);
  });
});

describe('a process that stands still', () => {
  it('costs nothing when it is the API, for less than a lease', async () => {
    const id = await submitAndRun(8);
    process.kill(product.pid('api'), 'SIGSTOP');
    await delay(6_000);
    process.kill(product.pid('api'), 'SIGCONT');
    await isUndisturbed(id);
  });

  it('never leads to two live attempts when it is the agent, for longer than a lease', async () => {
    const id = await submitAndRun(QUANTUM_MS / 1000 + 25);
    process.kill(product.pid('agent1'), 'SIGSTOP');
    await until(
      'the guards to end what has no lease any more',
      () => Promise.resolve(processesOf(id).length === 0 ? true : undefined),
      QUANTUM_MS + TAIL_MS + 10_000,
    );
    process.kill(product.pid('agent1'), 'SIGCONT');
    const report = await product.finished(id);
    expect(report).toMatchObject({ trials: { total: 4, byState: { finished: 4 } } });
    expect(await judge(product, [id])).toEqual([]);
  });
});

describe('a line of 64 kbit/s with two seconds of latency', () => {
  it('expires no lease while the output of the trials fills it', async () => {
    const gateway = product.proxy('gateway');
    const id = await product.submit({
      method: 'random',
      metric: { name: 'loss', goal: 'minimize' },
      parameters: { x: { distribution: 'uniform', min: 0, max: 1 } },
      command: ['sh', join(root, 'test/support/talkative-training.sh'), '${args}'],
      budget: { max_trials: 4 },
    });
    await fourRun(id);
    gateway.setBandwidth(8_000);
    gateway.setLatency(1_000);
    await until(
      'the trials to work for longer than a lease',
      () => Promise.resolve(processesOf(id).length === 0 ? true : undefined),
      60_000,
    );
    gateway.setLatency(0);
    gateway.setBandwidth(undefined);
    await isUndisturbed(id);
  });
});
