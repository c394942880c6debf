import { describe, expect, it } from 'vitest';
import { AskTellSession } from '../ask-tell/protocol.js';
import { Stream } from '../random/stream.js';
import { suggest } from './registry.js';
import type { Observation, Suggestion } from './searcher.js';

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

describe('a Gaussian process among failures', () => {
  const request = {
    space: { x: { distribution: 'uniform', min: 0, max: 1 }, y: { distribution: 'uniform', min: 0, max: 1 } },
    objectives: [{ name: 'loss', direction: 'minimize' }],
    method: 'bayes',
    pending: [],
    count: 1,
  } as const;

  /** Ends of a sweep of 40 trials. */
  function sweep(
    seed: number,
    failed: (x: number, y: number, number: number) => boolean,
  ): (Observation & Suggestion)[] {
    const history: (Observation & Suggestion)[] = [];
    for (let nextNumber = 0; nextNumber < 40; nextNumber += 1) {
      const { suggestions } = suggest({ ...request, seed, history, nextNumber });
      const { x, y } = suggestions[0]?.parameters as { x: number; y: number };
      const status = failed(x, y, nextNumber) ? 'failed' : 'finished';
      const loss = (x - 0.55) ** 2 + (y - 0.3) ** 2;
      history.push({
        ...suggestions[0],
        number: nextNumber,
        status,
        values: [status === 'failed' ? null : loss],
      });
    }
    return history;
  }

  it('goes into a region that fails seldom, and says how likely a failure is', () => {
    for (const seed of [1, 2, 3]) {
      const trials = sweep(seed, (x) => x > 0.6);
      const late = trials.slice(20).filter(({ info }) => info.phase === 'model');
      expect(late.filter(({ status }) => status === 'failed').length).toBeLessThanOrEqual(late.length / 3);
      expect(Math.min(...trials.flatMap(({ values }) => values[0] ?? []))).toBeLessThan(1e-3);
      late.forEach(({ info }) => {
        expect(info.feasibility).toBeGreaterThan(0);
        expect(info.feasibility).toBeLessThan(1);
      });
    }
  });

  it('is not paralysed by failures that strike anywhere', () => {
    for (const seed of [1, 2, 3]) {
      const stream = new Stream(seed, 0, 'random');
      const trials = sweep(seed, () => stream.uniform() < 0.3);
      expect(Math.min(...trials.flatMap(({ values }) => values[0] ?? []))).toBeLessThan(1e-3);
    }
  });
});

describe('a Gaussian process with many trials', () => {
  it('stays near the best trial with every second suggestion', () => {
    const space = {
      x: { distribution: 'uniform', min: 0, max: 1 },
      y: { distribution: 'uniform', min: 0, max: 1 },
    } as const;
    const base = {
      space,
      objectives: [{ name: 'loss', direction: 'minimize' }],
      seed: 3,
      pending: [],
    } as const;
    const random = suggest({ ...base, method: 'random', history: [], nextNumber: 0, count: 260 });
    const lossOf = ({ x, y }: { x: number; y: number }) => (x - 0.4) ** 2 + (y - 0.7) ** 2;
    const history = random.suggestions.map(({ parameters }, number): Observation => ({
      number,
      parameters,
      status: 'finished',
      values: [lossOf(parameters as { x: number; y: number })],
    }));
    const next = suggest({ ...base, method: 'bayes', history, nextNumber: 260, count: 2 }).suggestions;
    expect(next[0]?.info.reason).toContain('near the best trial, in a box of');
    expect(next[1]?.info.reason).not.toContain('near the best trial');
    expect(lossOf(next[0]?.parameters as { x: number; y: number })).toBeLessThan(0.01);
  });
});
