import { describe, expect, it } from 'vitest';
import { followerOf, surplusOf } from './choose-follower.js';

const lease = (leaseId: string, sweepId: string, successor = false) => ({ leaseId, sweepId, successor });

describe('followerOf', () => {
  it.each([
    ['nothing when nothing waits', [], 's1', undefined],
    ['the first to come', [lease('a', 's2'), lease('b', 's1')], 's1', 'a'],
    ['what waits for this very end before it', [lease('a', 's2'), lease('b', 's1', true)], 's1', 'b'],
    ['nothing that waits for the end of another sweep', [lease('a', 's2', true)], 's1', undefined],
    ['nothing bound to an end on a slot that nobody has', [lease('a', 's1', true)], undefined, undefined],
  ])('is %s', (_, waiting, sweepId, expected) => {
    expect(followerOf(waiting, sweepId)?.leaseId).toBe(expected);
  });
});

describe('surplusOf', () => {
  it.each([
    ['nothing while each has an end to wait for', [lease('a', 's1', true), lease('b', 's2')], ['s1'], []],
    [
      'what has no end left, the last to come',
      [lease('a', 's1', true), lease('b', 's1', true)],
      ['s1'],
      ['b'],
    ],
    ['all of them when their sweep runs nothing here', [lease('a', 's1', true)], ['s2'], ['a']],
    ['never what may start anywhere', [lease('a', 's1')], [], []],
  ])('is %s', (_, waiting, running, expected) => {
    expect(surplusOf(waiting, running).map(({ leaseId }) => leaseId)).toEqual(expected);
  });
});
