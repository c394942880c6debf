import { describe, expect, it } from 'vitest';
import { bestFirst, bestValue, improvement, isBetter, rankOf } from './compare.js';

describe('comparison of objective values', () => {
  it('follows the direction', () => {
    expect(isBetter('minimize', 1, 2)).toBe(true);
    expect(isBetter('maximize', 1, 2)).toBe(false);
    expect(isBetter('minimize', 2, 2)).toBe(false);
    expect(improvement('minimize', 1, 3)).toBe(2);
    expect(improvement('maximize', 1, 3)).toBe(-2);
  });

  it('puts values that are not finite last in both directions', () => {
    expect(bestFirst('minimize', [NaN, 2, -Infinity, 1])).toEqual([1, 2, NaN, -Infinity]);
    expect(bestFirst('maximize', [Infinity, 2, NaN, 1])).toEqual([2, 1, Infinity, NaN]);
    expect(bestValue('minimize', [NaN, Infinity])).toBeNull();
    expect(bestValue('maximize', [3, NaN, 4])).toBe(4);
  });

  it('ranks from one and lets ties share the better rank', () => {
    expect([3, 1, 1, 2].map((value) => rankOf('minimize', value, [3, 1, 1, 2]))).toEqual([4, 1, 1, 3]);
  });
});
