import { createControlClient } from '@swath/temporal';
import { describe, expect, it } from 'vitest';
import { deliver, planDirect, planDone } from './deliver.js';

const changed = (sweepId: string) => ({ topic: 'sweep.changed', sweepId }) as const;

describe('planDirect', () => {
  it('sends one signal for several changes of a sweep, and settles all their rows with it', () => {
    const deliveries = planDirect([
      { rowId: 1n, message: changed('sw_a') },
      { rowId: 2n, message: changed('sw_b') },
      { rowId: 3n, message: changed('sw_a') },
    ]);
    expect(deliveries.map((delivery) => delivery.rowIds)).toEqual([[1n, 3n], [2n]]);
  });

  it('sends every other message by itself', () => {
    const deliveries = planDirect([
      { rowId: 1n, message: { topic: 'sweep.start', sweepId: 'sw_a' } },
      { rowId: 2n, message: { topic: 'trial.start', trialId: 'tr_a-1' } },
      { rowId: 3n, message: { topic: 'trial.attemptEnded', trialId: 'tr_a-1', attempt: 1 } },
    ]);
    expect(deliveries.map((delivery) => delivery.rowIds)).toEqual([[1n], [2n], [3n]]);
  });
});

describe('planDone', () => {
  it('settles the rows of all trials of the batch together', () => {
    const trials = [1n, 2n].map((rowId) => ({ rowId, sweepId: 'sw_a', trialId: `tr_a-${rowId}` }));
    expect(planDone({ sweepId: 'sw_a', trials }).rowIds).toEqual([1n, 2n]);
  });
});

describe('deliver', () => {
  it('keeps delivering when one delivery fails, and says which rows to return', async () => {
    const control = createControlClient({ address: '127.0.0.1:1' });
    const failure = new Error('no route');
    const result = await deliver(control, [
      { rowIds: [1n, 2n], send: () => Promise.reject(failure) },
      { rowIds: [3n], send: () => Promise.resolve() },
    ]);
    expect(result).toEqual({ settled: [3n], returned: [1n, 2n], errors: [failure] });
    await control.connection.close();
  });
});
