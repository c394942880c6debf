import { describe, expect, it } from 'vitest';
import { Stream } from '../random/stream.js';
import type { Observation, SuggestRequest } from '../searchers/searcher.js';
import { modelRegretBound } from './model-regret.js';

const space = {
  x: { distribution: 'uniform' as const, min: -1, max: 1 },
  y: { distribution: 'uniform' as const, min: -1, max: 1 },
};

/** Random trials of (x - 0.3)² + y², in [0, 3.7]. */
function trials(count: number, direction: 'minimize' | 'maximize' = 'minimize'): SuggestRequest {
  const stream = new Stream(5, 0, 'simulation');
  const history = Array.from({ length: count }, (_, number): Observation => {
    const [x, y] = [2 * stream.uniform() - 1, 2 * stream.uniform() - 1];
    const value = (x - 0.3) ** 2 + y ** 2;
    return {
      number,
      parameters: { x, y },
      status: 'finished',
      values: [direction === 'minimize' ? value : -value],
    };
  });
  const objectives = [{ name: 'loss', direction }];
  return { space, objectives, method: 'bayes', seed: 1, history, pending: [], nextNumber: count, count: 1 };
}

describe('the regret bound of the surrogate', () => {
  it('covers the true regret and shrinks as trials come in', () => {
    const bounds = [20, 40, 80].map((count) => {
      const request = trials(count);
      const best = Math.min(...request.history.map(({ values }) => values[0] ?? Infinity));
      const bound = modelRegretBound(request) ?? NaN;
      expect(bound).toBeGreaterThanOrEqual(best);
      return bound;
    });
    expect(bounds[0]).toBeLessThan(1);
    expect(bounds[2]).toBeLessThan(bounds[0] ?? NaN);
  });

  it('is the same when the mirrored objective is maximised, and in any order of the trials', () => {
    const bound = modelRegretBound(trials(30)) ?? NaN;
    expect(modelRegretBound(trials(30, 'maximize'))).toBeCloseTo(bound, 9);
    const request = trials(30);
    expect(modelRegretBound({ ...request, history: [...request.history].reverse() })).toBe(bound);
  });

  it('needs twenty finished trials and one objective', () => {
    expect(modelRegretBound(trials(19))).toBeNull();
    const several = trials(30);
    expect(
      modelRegretBound({ ...several, objectives: [...several.objectives, ...several.objectives] }),
    ).toBeNull();
  });
});
