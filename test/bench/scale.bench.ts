// `npm run bench:scale`: what the system itself costs, with trials that do nothing. Trials a second and processor time a trial on 32
// slots; history events a trial; how fast a free slot gets its next attempt when 100 and when 10,000 wait; 500 agents that wait for work.
//
//   npm run bench:scale -- [--trials 1000] [--queued 10000] [--agents 500]
import { parseArgs } from 'node:util';
import type { LeasePollReply, NodeRegistered } from '@swath/contracts';
import { firstIds, launchTrials, submitSweep } from '@swath/lifecycle';
import { suggest } from '@swath/search';
import { createControlClient } from '@swath/temporal';
import { aSpec } from '@swath/testing';
import { FakeAgent } from '../support/fake-agent.js';
import { useOf, useOfTree } from '../support/process-use.js';
import { Product, until } from '../support/product.js';

const { values } = parseArgs({
  options: {
    trials: { type: 'string', default: '1000' },
    queued: { type: 'string', default: '10000' },
    agents: { type: 'string', default: '500' },
  },
});
const trials = Number(values.trials);
const queued = Number(values.queued);
const waiting = Number(values.agents);

/** A trial that does nothing. */
const noOp = {
  method: 'random',
  metric: { name: 'loss', goal: 'minimize' },
  parameters: { x: { distribution: 'uniform', min: 0, max: 1 } },
  command: ['true'],
};

const product = await Product.start({ agents: [], ownServices: true });
try {
  await benchThroughput();
  await benchWaiting();
  await benchDispatch();
} finally {
  await product.stop();
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

interface Cost {
  readonly api: number;
  readonly orchestrator: number;
  readonly postgres: number;
  readonly temporal: number;
}

/** Processor time of every process so far, milliseconds. */
function costNow(): Cost {
  return {
    api: useOf(product.pid('api')).cpuMs,
    orchestrator: useOf(product.pid('orchestrator')).cpuMs,
    postgres: useOfTree(product.servicePid('postgres')).cpuMs,
    temporal: useOfTree(product.servicePid('temporal')).cpuMs,
  };
}

function quantiles(samples: readonly number[]): { p50: number; p95: number } {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

/** Trials that do nothing, on 4 nodes of 8 slots, from submission to report. */
async function benchThroughput(): Promise<void> {
  const { url, agentKey } = product;
  const agents = await Promise.all(
    [0, 1, 2, 3].map((index) => FakeAgent.start({ url, agentKey, name: `busy-${index}`, slots: 8 })),
  );
  // Code is compiled and connections are open before anything is counted.
  await product.finished(await product.submit({ ...noOp, budget: { max_trials: 100 } }));
  const before = costNow();
  const began = performance.now();
  const id = await product.submit({ ...noOp, budget: { max_trials: trials } });
  await product.finished(id, 600_000);
  const seconds = (performance.now() - began) / 1000;
  const after = costNow();
  const each = (part: keyof Cost): number => (after[part] - before[part]) / trials;
  const sum = each('api') + each('orchestrator') + each('postgres') + each('temporal');
  say(`no-op trials     ${(trials / seconds).toFixed(1)} a second on 32 slots (${trials} trials)`);
  say(
    `processor time   ${sum.toFixed(1)} ms a trial: api ${each('api').toFixed(1)}, orchestrator ${each('orchestrator').toFixed(1)}, ` +
      `postgres ${each('postgres').toFixed(1)}, temporal ${each('temporal').toFixed(1)}`,
  );
  await tellEvents(id);
  await Promise.all(agents.map((agent) => agent.stop()));
}

async function tellEvents(sweepId: string): Promise<void> {
  const control = createControlClient(product.temporal);
  try {
    const count = async (query: string): Promise<{ events: number; runs: number }> => {
      let [events, runs] = [0, 0];
      for await (const execution of control.client.workflow.list({ query })) {
        events += execution.historyLength;
        runs += 1;
      }
      return { events, runs };
    };
    const sweep = await count(`WorkflowId = 'sweep/${sweepId}'`);
    const perTrial = await count(`WorkflowType = 'trialWorkflow' AND SweepId = '${sweepId}'`);
    say(
      `history events   ${(sweep.events / trials).toFixed(2)} a trial in the sweep's workflow, ` +
        `${(perTrial.events / Math.max(1, perTrial.runs)).toFixed(1)} in the trial's own`,
    );
  } finally {
    await control.connection.close();
  }
}

async function agentCall<Reply>(path: string, body: object): Promise<Reply> {
  const reply = await fetch(`${product.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${product.agentKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${await reply.text()}`);
  return (await reply.json()) as Reply;
}

/** Many agents whose polls wait: what that costs, and how long work takes to reach one, and all of them. */
async function benchWaiting(): Promise<void> {
  const { url, agentKey } = product;
  const leased: number[] = [];
  const onLease = (): void => void leased.push(performance.now());
  const agents: FakeAgent[] = [];
  for (let from = 0; from < waiting; from += 25) {
    const names = Array.from({ length: Math.min(25, waiting - from) }, (_, index) => `idle-${from + index}`);
    agents.push(
      ...(await Promise.all(
        names.map((name) => FakeAgent.start({ url, agentKey, name, slots: 1, onLease })),
      )),
    );
  }
  const api = product.pid('api');
  const before = useOf(api);
  const began = performance.now();
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  const share = (useOf(api).cpuMs - before.cpuMs) / (performance.now() - began);
  say(
    `${waiting} idle agents  ${(share * 100).toFixed(1)} % of a core in the API, ${before.residentMiB.toFixed(0)} MiB`,
  );
  const submit = async (count: number): Promise<number[]> => {
    leased.length = 0;
    const at = performance.now();
    await product.submit({ ...noOp, parallel: count, budget: { max_trials: count } });
    await until(`${count} leases`, () => Promise.resolve(leased.length >= count ? true : undefined));
    return leased.map((time) => time - at);
  };
  const single = quantiles(await times(5, async () => Math.max(...(await submit(1)))));
  say(`one trial        ${single.p50.toFixed(0)} ms from submission to its lease, median of 5`);
  const all = await submit(waiting);
  say(`${waiting} trials at once  ${(Math.max(...all) / 1000).toFixed(1)} s until each agent has one`);
  await Promise.all(agents.map((agent) => agent.stop()));
}

async function times(count: number, measure: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) samples.push(await measure());
  return samples;
}

/** The long poll of a node with one free slot, while few and while many attempts wait. */
async function benchDispatch(): Promise<void> {
  await product.endPart('orchestrator');
  await queueAttempts(100);
  const few = await dispatch(100);
  await queueAttempts(queued);
  const many = await dispatch(100);
  const text = ({ p50, p95 }: { p50: number; p95: number }): string =>
    `${p50.toFixed(1)} / ${p95.toFixed(1)} ms`;
  say(`dispatch         ${text(few)} (p50 / p95) with 100 attempts queued, ${text(many)} with ${queued}`);
}

/** Attempts of sweeps that nothing else works on: the orchestrator is down. */
async function queueAttempts(count: number): Promise<void> {
  for (let left = count; left > 0; left -= 1_000) {
    const spec = aSpec({ budget: { max_trials: Math.min(left, 1_000), on_exhaust: 'stop_new' } });
    const owner = { projectId: firstIds.project, principalId: 'us_first' };
    const { sweepId } = await submitSweep(product.db, { ...owner, spec });
    for (let number = 1; number <= Math.min(left, 1_000) / 100; number += 1)
      await launchTrials(product.db, { sweepId, requestNumber: number, count: 100 }, (request) =>
        Promise.resolve(suggest(request)),
      );
  }
}

async function dispatch(count: number): Promise<{ p50: number; p95: number }> {
  const slot = { index: 0, kind: 'simulated', uuid: 'S', model: 'S', memoryMiB: 1, healthy: true };
  const node = await agentCall<NodeRegistered>('/agent/v1/nodes', {
    ...{ name: 'measures', pool: 'local', incarnation: `i${count}`, slots: [slot], protocols: [1] },
    ...{ agentVersion: 'bench', isolation: 'session' },
  });
  const samples: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const began = performance.now();
    const { leases } = await agentCall<LeasePollReply>(`/agent/v1/nodes/${node.nodeId}/leases:poll`, {
      ...{ offerId: crypto.randomUUID(), generation: node.generation, free: [0], waitMs: 20_000 },
    });
    samples.push(performance.now() - began);
    const lease = leases[0];
    if (lease === undefined) throw new Error('the queue is empty');
    const exit = { code: 0, signal: null, cause: 'exit', reaped: true, durationMs: 1 };
    await agentCall(`/agent/v1/leases/${lease.leaseId}:complete`, { attempt: lease.attempt, exit });
  }
  return quantiles(samples);
}
