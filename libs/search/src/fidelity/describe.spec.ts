import { describe, expect, it } from 'vitest';
import type { PrunerDecision } from './decision.js';
import { describeDecision } from './describe.js';

const stopped: PrunerDecision = {
  ...{ action: 'stop', rule: 'asha', reason: 'below_cut', bracket: 0, rung: 1, resource: 9 },
  ...{ value: 0.5234567, cutoff: 0.41, rank: 7, n: 9 },
};

describe('the sentence of a decision', () => {
  it.each<[Partial<PrunerDecision>, string]>([
    [{}, 'stopped by asha at rung 1 (resource 9): 0.5235 is worse than 0.41, rank 7 of 9'],
    [
      { bracket: 2 },
      'stopped by asha at rung 1 of bracket 2 (resource 9): 0.5235 is worse than 0.41, rank 7 of 9',
    ],
    [
      { action: 'continue', reason: 'cohort_too_small', cutoff: null },
      'goes on at rung 1 (resource 9): too few trials to compare 0.5235 with',
    ],
    [
      { action: 'pause', reason: 'awaiting_promotion', cutoff: null, rank: 1, n: 1 },
      'paused by asha at rung 1 (resource 9): 0.5235 is not yet among the best, rank 1 of 1',
    ],
    [
      { rule: 'patience', reason: 'no_improvement', rung: null, rank: null },
      'stopped by patience at resource 9: nothing better than 0.41 for too long',
    ],
    [
      { action: 'continue', reason: 'incumbent' },
      'goes on at rung 1 (resource 9): 0.5235 is worse than 0.41, but the trial holds the best value so far',
    ],
  ])('with %o', (change, sentence) => {
    expect(describeDecision({ ...stopped, ...change })).toBe(sentence);
  });
});
