import type { SearchMethod, SearchSpace, TrialParameters } from '@swath/contracts';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { anyGridLeaf, anyLeaf, anySpace } from '../../test/spaces.js';
import { fromParameters } from '../space/assign.js';
import { gridSize } from '../space/cells.js';
import { isInside } from '../space/draw.js';
import { canonicalParameters } from '../space/equality.js';
import { flattenSpace } from '../space/flatten.js';
import { projectLosses } from './rung-targets.js';
import { prepare } from './problem.js';
import { createSearcher, suggest } from './registry.js';
import { targetsOf } from './targets.js';
import type { Observation, SuggestRequest } from './searcher.js';

// Property tests with models in them: seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const methods: readonly SearchMethod[] = ['random', 'sobol', 'halton', 'bayes', 'tpe', 'nsga2'];

function requestOf(
  space: SearchSpace,
  method: SearchMethod,
  rest: Partial<SuggestRequest> = {},
): SuggestRequest {
  return {
    space,
    objectives: [{ name: 'loss', direction: 'minimize' }],
    method,
    seed: 11,
    history: [],
    pending: [],
    nextNumber: 0,
    count: 1,
    ...rest,
  };
}

/** Some number that depends on the parameters; failures among them. */
function lossOf(parameters: TrialParameters): number | null {
  let sum = 0;
  for (const character of canonicalParameters(parameters)) sum = (sum * 31 + character.charCodeAt(0)) % 1009;
  return sum % 9 === 0 ? null : sum / 1009;
}

function observe(number: number, parameters: TrialParameters): Observation {
  const loss = lossOf(parameters);
  return { number, parameters, status: loss === null ? 'failed' : 'finished', values: [loss] };
}

/** To nine digits: the last bits of exp and log belong to the JavaScript engine. */
function rounded(parameters: TrialParameters): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'number' ? Number(value.toPrecision(9)) : value,
    ]),
  );
}

/** A history of `count` random trials without repeats. */
function historyOf(space: SearchSpace, count: number): Observation[] {
  const { suggestions } = suggest(requestOf(space, 'random', { seed: 5, count }));
  return suggestions.map(({ parameters }, number) => observe(number, parameters));
}

const mixed: SearchSpace = {
  lr: { distribution: 'log_uniform_values', min: 1e-5, max: 1 },
  layers: { distribution: 'int_uniform', min: 1, max: 6 },
  batch: { distribution: 'categorical', values: [16, 32, 64, 128] },
  optimizer: { distribution: 'categorical', values: ['sgd', 'adam', null] },
  momentum: { distribution: 'uniform', min: 0, max: 0.99, when: { optimizer: ['sgd'] } },
};

describe.each(methods)('the %s searcher', (method) => {
  it('suggests valid, new points for every generated space', () => {
    fc.assert(
      fc.property(anySpace(anyLeaf), fc.integer({ min: 0, max: 18 }), (space, told) => {
        const flat = flattenSpace(space);
        const history = historyOf(space, told);
        const { suggestions, exhausted } = suggest(
          requestOf(space, method, { history, nextNumber: history.length, count: 3 }),
        );
        expect(suggestions.length === 3 || exhausted).toBe(true);
        const keys = [...history, ...suggestions].map(({ parameters }) => canonicalParameters(parameters));
        expect(new Set(keys).size).toBe(keys.length);
        for (const { parameters } of suggestions)
          expect(isInside(flat, fromParameters(flat, parameters))).toBe(true);
      }),
      { numRuns: method === 'bayes' ? 25 : 40 },
    );
  });

  it('gives the same points whatever order results arrived in', () => {
    const history = historyOf(mixed, 30);
    const pending = historyOf(mixed, 33).slice(30);
    const ordered = suggest(requestOf(mixed, method, { history, pending, nextNumber: 33, count: 2 }));
    const shuffled = suggest(
      requestOf(mixed, method, {
        history: [...history.slice(13), ...history.slice(0, 13)].reverse(),
        pending: [...pending].reverse(),
        nextNumber: 33,
        count: 2,
      }),
    );
    expect(JSON.stringify(shuffled)).toBe(JSON.stringify(ordered));
  });

  it('visits every point of a finite space once, then says that it is exhausted', () => {
    fc.assert(
      fc.property(
        anySpace(anyGridLeaf, 3).filter((space) => (gridSize(space) ?? 99n) <= 30n),
        (space) => {
          const keys = new Set<string>();
          const history: Observation[] = [];
          for (let number = 0; number < 60; number++) {
            const { suggestions, exhausted } = suggest(
              requestOf(space, method, { history, nextNumber: number }),
            );
            if (exhausted) break;
            history.push(observe(number, suggestions[0].parameters));
            keys.add(canonicalParameters(suggestions[0].parameters));
          }
          expect(keys.size).toBe(history.length);
          const again = suggest(requestOf(space, method, { history, nextNumber: history.length }));
          expect(again).toMatchObject({ exhausted: true, suggestions: [] });
        },
      ),
      { numRuns: method === 'bayes' ? 10 : 20 },
    );
  });

  it('runs given points first, skips those that ran, and keeps constraints', () => {
    const request = requestOf(mixed, method, {
      points: [
        { lr: 0.1, layers: 2, batch: 32, optimizer: 'adam' },
        { lr: 0.01, layers: 3, batch: 64, optimizer: null },
      ],
      constraints: ['batch * layers <= 192', 'not (optimizer == "sgd" and lr > 0.5)'],
      history: [
        observe(0, { lr: 0.1, layers: 2, batch: 32, optimizer: 'adam' }),
        ...historyOf(mixed, 20).slice(1),
      ],
      nextNumber: 20,
      count: 4,
    });
    const { suggestions } = suggest(request);
    expect(suggestions[0].parameters).toEqual({ lr: 0.01, layers: 3, batch: 64, optimizer: null });
    expect(suggestions[0].info.phase).toBe('point');
    for (const { parameters } of suggestions) {
      expect(Number(parameters['batch']) * Number(parameters['layers'])).toBeLessThanOrEqual(192);
    }
  });
});

describe('suggestions', () => {
  it('of bayes keep the points they gave in an earlier release', () => {
    const history = historyOf(mixed, 24);
    const given = (number: number, told: readonly Observation[]) =>
      suggest(requestOf(mixed, 'bayes', { history: told, nextNumber: number })).suggestions[0].parameters;
    expect(rounded(given(0, []))).toMatchInlineSnapshot(`
      {
        "batch": 64,
        "layers": 4,
        "lr": 0.0941582171,
        "momentum": 0.0230420681,
        "optimizer": "sgd",
      }
    `);
    expect(rounded(given(24, history))).toMatchInlineSnapshot(`
      {
        "batch": 128,
        "layers": 1,
        "lr": 0.00119117529,
        "momentum": 0.305714711,
        "optimizer": "sgd",
      }
    `);
  });

  it('of random search keep the points they gave in an earlier release', () => {
    const { suggestions } = createSearcher('random').suggest(requestOf(mixed, 'bayes', { count: 2 }));
    expect(suggestions.map(({ parameters }) => parameters)).toMatchInlineSnapshot(`
      [
        {
          "batch": 128,
          "layers": 5,
          "lr": 0.0006954960223841308,
          "optimizer": "adam",
        },
        {
          "batch": 16,
          "layers": 2,
          "lr": 0.0016463922528144152,
          "momentum": 0.10012795692772156,
          "optimizer": "sgd",
        },
      ]
    `);
  });

  it('of bayes find the minimum of a smooth function that random search does not', () => {
    const space: SearchSpace = {
      x: { distribution: 'uniform', min: 0, max: 1 },
      y: { distribution: 'uniform', min: 0, max: 1 },
    };
    const bestOf = (method: SearchMethod) => {
      const history: Observation[] = [];
      let model: SuggestRequest['model'] = null;
      for (let number = 0; number < 30; number++) {
        const result = suggest(requestOf(space, method, { history, nextNumber: number, model }));
        model = result.model;
        const { parameters } = result.suggestions[0];
        const value = (Number(parameters['x']) - 0.3) ** 2 + (Number(parameters['y']) - 0.8) ** 2;
        history.push({ number, parameters, status: 'finished', values: [value] });
      }
      return Math.min(...history.map(({ values }) => values[0] ?? Infinity));
    };
    expect(bestOf('bayes')).toBeLessThan(1e-4);
    expect(bestOf('random')).toBeGreaterThan(1e-3);
  });

  it('of bayes explain themselves', () => {
    const history = historyOf(mixed, 30);
    const { info } = suggest(requestOf(mixed, 'bayes', { history, nextNumber: 31 })).suggestions[0];
    expect(info).toMatchObject({ searcher: 'gp', phase: 'model' });
    expect(info.expectedImprovement).toBeGreaterThanOrEqual(0);
    expect(info.deviation).toBeGreaterThan(0);
    expect(history.some(({ number }) => number === info.nearest)).toBe(true);
    expect(Object.keys(info.lengthScales ?? {}).sort()).toEqual([
      'batch',
      'layers',
      'lr',
      'momentum',
      'optimizer',
    ]);
    expect(info.reason).toContain('gp because of');
  });

  it('move away from cheap mistakes: with cost weighting, the model prefers cheaper trials', () => {
    const space: SearchSpace = { x: { distribution: 'uniform', min: 0, max: 1 } };
    const history: Observation[] = Array.from({ length: 12 }, (_, number) => {
      const x = (number + 0.5) / 12;
      return {
        number,
        parameters: { x },
        status: 'finished',
        values: [Math.cos(4 * Math.PI * x)],
        seconds: Math.exp(6 * x),
      };
    });
    const at = (costWeighting: 'none' | 'seconds') => {
      const request = requestOf(space, 'gp', { history, nextNumber: 12, count: 4, costWeighting });
      return (
        suggest(request).suggestions.reduce((sum, { parameters }) => sum + Number(parameters['x']), 0) / 4
      );
    };
    expect(at('seconds')).toBeLessThan(at('none'));
  });

  it('approach a Pareto front: with two objectives both ends are tried', () => {
    const space: SearchSpace = {
      x: { distribution: 'uniform', min: -2, max: 2 },
      z: { distribution: 'uniform', min: 0, max: 1 },
    };
    for (const method of ['bayes', 'nsga2'] as const) {
      const history: Observation[] = [];
      for (let number = 0; number < 60; number++) {
        const result = suggest(
          requestOf(space, method, {
            objectives: [
              { name: 'a', direction: 'minimize' },
              { name: 'b', direction: 'maximize' },
            ],
            history,
            nextNumber: number,
          }),
        );
        const { parameters } = result.suggestions[0];
        const [x, z] = [Number(parameters['x']), Number(parameters['z'])];
        history.push({ number, parameters, status: 'finished', values: [x * x + z, -((x - 1) ** 2) - z] });
      }
      const late = history.slice(30).filter(({ parameters }) => Number(parameters['z']) < 0.3);
      expect(late.length).toBeGreaterThan(15);
      expect(late.some(({ parameters }) => Number(parameters['x']) < 0.35)).toBe(true);
      expect(late.some(({ parameters }) => Number(parameters['x']) > 0.65)).toBe(true);
    }
  });
});

describe('targetsOf', () => {
  it('counts a failed trial as the request says', () => {
    const history: Observation[] = [
      { number: 0, parameters: { lr: 0.1 }, status: 'finished', values: [3] },
      { number: 1, parameters: { lr: 0.2 }, status: 'finished', values: [7] },
      { number: 2, parameters: { lr: 0.3 }, status: 'failed', values: [null], curve: [[1, 5]] },
      { number: 3, parameters: { lr: 0.4 }, status: 'failed', values: [null] },
    ];
    const objectives = [{ name: 'accuracy', direction: 'maximize' as const }];
    const at = (impute?: 'latest' | 'best' | 'worst') =>
      targetsOf(prepare(requestOf(mixed, 'gp', { objectives, history, ...(impute && { impute }) })), 4).slice(
        2,
      );
    expect(at()).toEqual([null, null]);
    expect(at('best')).toEqual([-7, -7]);
    expect(at('worst')).toEqual([-3, -3]);
    expect(at('latest')).toEqual([-5, null]);
  });
});

describe('the grid searcher', () => {
  const space: SearchSpace = {
    b: { distribution: 'categorical', values: [1, 2] },
    a: { distribution: 'categorical', values: ['x', 'y', 'x'] },
    c: { distribution: 'q_uniform', min: 0, max: 1, q: 0.5 },
  };

  it('goes in the order of W&B: names sorted, the last fastest, q_uniform without its maximum', () => {
    const { suggestions, exhausted } = suggest(requestOf(space, 'grid', { count: 99 }));
    expect(exhausted).toBe(true);
    expect(suggestions.map(({ parameters: { a, b, c } }) => [a, b, c])).toEqual([
      ['x', 1, 0],
      ['x', 1, 0.5],
      ['x', 2, 0],
      ['x', 2, 0.5],
      ['y', 1, 0],
      ['y', 1, 0.5],
      ['y', 2, 0],
      ['y', 2, 0.5],
    ]);
  });

  it('resumes from its cursor or from the history, in both orders', () => {
    for (const gridOrder of ['sequential', 'random'] as const) {
      const all = suggest(requestOf(space, 'grid', { gridOrder, count: 8 })).suggestions.map(
        (s) => s.parameters,
      );
      const first = suggest(requestOf(space, 'grid', { gridOrder, count: 3 }));
      const history = first.suggestions.map(({ parameters }, number) => observe(number, parameters));
      for (const model of [first.model, null]) {
        const rest = suggest(
          requestOf(space, 'grid', { gridOrder, history, model, nextNumber: 3, count: 5 }),
        );
        expect(rest.suggestions.map(({ parameters }) => parameters)).toEqual(all.slice(3));
      }
      expect(new Set(all.map(canonicalParameters)).size).toBe(8);
    }
  });

  it('starts a grid of 10^12 cells at once', () => {
    const large = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, { distribution: 'int_uniform', min: 0, max: 9999 } as const]),
    );
    const { suggestions } = suggest(
      requestOf(large, 'grid', { model: { cursor: '999999999998' }, count: 3 }),
    );
    expect(suggestions.map(({ parameters }) => parameters)).toEqual([
      { a: 9999, b: 9999, c: 9998 },
      { a: 9999, b: 9999, c: 9999 },
    ]);
  });
});

describe('projectLosses', () => {
  const curve = (...values: number[]) => values.map((value, i) => [i + 1, value] as const);

  it('carries a stopped trial up the line of those that went on', () => {
    const full = [0.2, 0.4, 0.6, 0.8, 1].map((start) => ({
      curve: curve(start, 0, start / 2),
      final: start / 4,
    }));
    const stopped = { curve: curve(2), final: null };
    const unmeasured = { curve: curve(), final: null };
    const [first, , , , , last, none] = projectLosses([...full, stopped, unmeasured], [1, 3]);
    expect(first).toEqual({ loss: 0.05, variance: 0 });
    expect(last?.loss).toBeCloseTo(0.5, 10);
    expect(none).toBeNull();
  });

  it('trusts a value less the less is known about what follows', () => {
    const trials = [1, 2, 3, 4].map((value) => ({ curve: curve(value), final: null }));
    for (const projected of projectLosses(trials, [1])) expect(projected?.variance).toBeGreaterThan(0);
  });
});
