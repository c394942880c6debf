import { describe, expect, it } from 'vitest';
import { AskTellSession } from '../ask-tell/protocol.js';

interface Trial {
  readonly id: string;
  readonly params: { readonly x: number; readonly k: string };
}

/** The values of `x` of a sweep whose best points lie in two corners. */
function valuesOfX(seed: number): number[] {
  const session = new AskTellSession();
  const space = { x: { distribution: 'uniform', min: -5, max: 5 }, k: { values: ['p', 'q'] } };
  const metric = { name: 'loss', goal: 'minimize' };
  session.answer({ op: 'init', space, metric, method: 'bayes', seed, parallel: 1, budget: 14 });
  return Array.from({ length: 14 }, () => {
    const { trials } = session.answer({ op: 'ask', n: 1 }) as unknown as { trials: [Trial] };
    const { id, params } = trials[0];
    const value = params.k === 'p' ? -params.x : params.x + 0.1;
    session.answer({ op: 'tell', id, status: 'finished', value, seconds: 1 });
    return params.x;
  });
}

describe('a Gaussian process', () => {
  it('never tries a value of a continuous parameter twice, also in a corner', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const values = valuesOfX(seed);
      expect({ seed, different: new Set(values).size }).toEqual({ seed, different: 14 });
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(5);
    }
  });
});
