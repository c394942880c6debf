import type { AttemptOutcome } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { nextStep, type PastAttempt } from './next-step.js';

const retries = { infrastructure: 2, preemption: 3, user: 1 };
const ended = (...outcomes: (AttemptOutcome | 'requeue')[]): PastAttempt[] => {
  const attempts: PastAttempt[] = [];
  let cause: PastAttempt['cause'] = 'first';
  for (const outcome of outcomes) {
    if (outcome === 'requeue') {
      cause = 'requeue';
      continue;
    }
    attempts.push({ number: attempts.length + 1, cause, state: 'ended', outcome });
    cause = 'retry';
  }
  return attempts;
};

describe('nextStep', () => {
  it.each([
    ['finished', 'finished'],
    ['pruned', 'pruned'],
    ['stopped', 'stopped'],
    ['cancelled', 'cancelled'],
    ['budget', 'cancelled'],
    ['timeout', 'failed'],
  ] as const)('closes a trial whose attempt was %s as %s', (outcome, state) => {
    expect(nextStep(ended(outcome), retries, true)).toEqual({ do: 'close', state });
  });

  it.each([
    [ended('lost'), { do: 'retry', cause: 'retry', delayMs: 1_000 }],
    [ended('lost', 'infrastructure'), { do: 'retry', cause: 'retry', delayMs: 2_000 }],
    [ended('lost', 'infrastructure', 'lost'), { do: 'close', state: 'failed' }],
    [ended('failed'), { do: 'retry', cause: 'retry', delayMs: 1_000 }],
    [ended('failed', 'failed'), { do: 'close', state: 'failed' }],
    [ended('preempted', 'preempted', 'preempted'), { do: 'retry', cause: 'preemption', delayMs: 0 }],
    [ended('preempted', 'preempted', 'preempted', 'preempted'), { do: 'close', state: 'failed' }],
  ] as const)('counts failures of each kind apart (%#)', (attempts, step) => {
    expect(nextStep(attempts, retries, true)).toEqual(step);
  });

  it('does not let a preemption or a lost node use up the retries of the user', () => {
    expect(nextStep(ended('preempted', 'lost', 'failed'), retries, true)).toMatchObject({ do: 'retry' });
  });

  it('starts counting again after a requeue', () => {
    const attempts = ended('failed', 'failed', 'requeue', 'failed');
    expect(nextStep(attempts, retries, true)).toMatchObject({ do: 'retry' });
  });

  it('starts nothing for a sweep that does not accept attempts', () => {
    expect(nextStep(ended('lost'), retries, false)).toEqual({ do: 'close', state: 'failed' });
    expect(nextStep(ended('preempted'), retries, false)).toEqual({ do: 'close', state: 'cancelled' });
    expect(nextStep(ended('paused'), retries, false)).toEqual({ do: 'close', state: 'cancelled' });
  });

  it('waits while an attempt is queued or running, and before there is one', () => {
    expect(nextStep([], retries, true)).toEqual({ do: 'wait' });
    const running: PastAttempt = { number: 2, cause: 'retry', state: 'running', outcome: null };
    expect(nextStep([...ended('lost'), running], retries, true)).toEqual({ do: 'wait' });
  });

  it('closes a trial whose attempt was withdrawn', () => {
    const withdrawn: PastAttempt = { number: 1, cause: 'first', state: 'withdrawn', outcome: null };
    expect(nextStep([withdrawn], retries, true)).toEqual({ do: 'close', state: 'cancelled' });
  });
});
