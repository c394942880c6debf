import type { AttemptOutcome } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { describeFailure, type HowItEnded } from './failure.js';

describe('describeFailure', () => {
  it.each<[AttemptOutcome, HowItEnded | null, string]>([
    ['failed', { code: 1, signal: null, cause: 'exit' }, 'exit code 1'],
    ['failed', { code: null, signal: 'SIGSEGV', cause: 'exit' }, 'killed by SIGSEGV'],
    ['failed', { code: null, signal: 'SIGKILL', cause: 'oom' }, 'killed by SIGKILL (oom)'],
    ['failed', { code: 1, signal: null, cause: 'exit', message: 'boom' }, 'exit code 1: boom'],
    [
      'failed',
      { code: null, signal: null, cause: 'spawn_failed', message: 'command not found on this node: train' },
      'command not found on this node: train',
    ],
    ['lost', null, 'its node was lost'],
  ])('says of %s %j: %s', (outcome, exit, text) => {
    expect(describeFailure(outcome, exit)).toBe(text);
  });
});
