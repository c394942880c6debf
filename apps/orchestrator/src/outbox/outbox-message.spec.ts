import { describe, expect, it } from 'vitest';
import { parseRow } from './outbox-message.js';

describe('parseRow', () => {
  it.each([
    ['sweep.start', { sweepId: 'sw_a' }, { topic: 'sweep.start', sweepId: 'sw_a' }],
    ['sweep.changed', { sweepId: 'sw_a' }, { topic: 'sweep.changed', sweepId: 'sw_a' }],
    [
      'sweep.trialDone',
      { sweepId: 'sw_a', trialId: 'tr_a-1' },
      { topic: 'sweep.trialDone', sweepId: 'sw_a', trialId: 'tr_a-1' },
    ],
    ['trial.start', { trialId: 'tr_a-1', sweepId: 'sw_a' }, { topic: 'trial.start', trialId: 'tr_a-1' }],
    [
      'trial.attemptEnded',
      { trialId: 'tr_a-1', attempt: 2 },
      { topic: 'trial.attemptEnded', trialId: 'tr_a-1', attempt: 2 },
    ],
  ] as const)('reads %s', (topic, payload, message) => {
    expect(parseRow({ topic, payload })).toEqual(message);
  });

  it.each([
    ['sweep.start', {}, 'sweepId'],
    ['sweep.trialDone', { sweepId: 'sw_a' }, 'trialId'],
    ['trial.start', { trialId: 7 }, 'trialId'],
    ['trial.attemptEnded', { trialId: 'tr_a-1', attempt: '2' }, 'attempt'],
    ['trial.attemptEnded', { trialId: 'tr_a-1', attempt: 1.5 }, 'attempt'],
  ] as const)('refuses %s with %j and names %s', (topic, payload, field) => {
    expect(() => parseRow({ topic, payload })).toThrow(field);
  });
});
