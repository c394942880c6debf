import type { Json, SearchSpace } from '@swath/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyGridLeaf, anyLeaf, anySpace } from '../../test/spaces.js';
import { Stream } from '../random/stream.js';
import type { Assignment } from './assign.js';
import { fromParameters, isActive, toParameters } from './assign.js';
import { gridCells, gridSize, supportCells } from './cells.js';
import { ConstraintError, parseConstraint, satisfies } from './constraint.js';
import { distributionFunction, quantile } from './distributions.js';
import { completePoint, isInside, pointAt } from './draw.js';
import { encodingOf, isOrderedList } from './encoding.js';
import { canonicalParameters, sameValue } from './equality.js';
import type { FlatParameter } from './flatten.js';
import { flattenSpace, InvalidSpaceError } from './flatten.js';
import { distinct, gridAxis } from './support.js';
import { validateSpace } from './validate.js';

function drawFrom(space: readonly FlatParameter[], seed: number): Assignment {
  const stream = new Stream(seed, 0, 'random');
  return pointAt(space, () => stream.uniform());
}

/** Every cell by plain recursion over the values. */
function bruteForce(space: readonly FlatParameter[]): Assignment[] {
  let rows: (Json | undefined)[][] = [[]];
  for (const flat of space) {
    const axis = gridAxis(flat.parameter);
    const values = Array.from({ length: axis?.size ?? 0 }, (_, i) => axis?.at(i) ?? null);
    rows = rows.flatMap((row) =>
      isActive(flat, row) ? values.map((v) => [...row, v]) : [[...row, undefined]],
    );
  }
  return rows;
}

describe('flattenSpace', () => {
  it('sorts names as W&B does and puts a parent before what depends on it', () => {
    const space: SearchSpace = {
      b: { distribution: 'uniform', min: 0, max: 1, when: { z: ['x'] } },
      z: { distribution: 'categorical', values: ['x', 'y'] },
      a: { parameters: { c: { distribution: 'constant', value: 1 } } },
    };
    expect(flattenSpace(space).map(({ path }) => path)).toEqual(['a.c', 'z', 'b']);
  });

  it.each<[SearchSpace, string]>([
    [{ a: { distribution: 'constant', value: 1, when: { b: [1] } } }, 'no parameter is called "b"'],
    [
      {
        a: { distribution: 'categorical', values: [1], when: { b: [1] } },
        b: { distribution: 'categorical', values: [1], when: { a: [1] } },
      },
      'depends on itself',
    ],
  ])('refuses %j', (space, message) => {
    expect(() => flattenSpace(space)).toThrow(InvalidSpaceError);
    expect(() => flattenSpace(space)).toThrow(message);
  });
});

describe('equality', () => {
  it('tells false, 0, empty text and null apart', () => {
    const values: Json[] = [false, 0, '', null, '0', 'null', 1, true];
    expect(new Set(values.map((x) => canonicalParameters({ x }))).size).toBe(values.length);
    expect(distinct([...values, ...values])).toEqual(values);
  });

  it('ignores the order of keys and the sign of zero', () => {
    expect(canonicalParameters({ a: 1, b: { c: [1, { e: 1, d: -0 }] } })).toBe(
      canonicalParameters({ b: { c: [1, { d: 0, e: 1 }] }, a: 1 }),
    );
    expect(sameValue({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  });
});

describe('distributions', () => {
  it('draw only values that run, for every distribution', () => {
    fc.assert(
      fc.property(anySpace(anyLeaf), fc.nat(), (space, seed) => {
        const flat = flattenSpace(space);
        const values = drawFrom(flat, seed);
        expect(isInside(flat, values)).toBe(true);
        expect(fromParameters(flat, toParameters(flat, values))).toEqual(values);
      }),
    );
  });

  it('have a distribution function that inverts the quantile of continuous parameters', () => {
    fc.assert(
      fc.property(anyLeaf, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (leaf, u) => {
        const value = quantile(leaf, u);
        const p = distributionFunction(leaf, value);
        if (/^(uniform|(inv_)?log_uniform(_values)?|normal|log_normal|beta)$/.test(leaf.distribution)) {
          expect(p).toBeCloseTo(u, 8);
        } else if (!leaf.distribution.startsWith('q_')) expect(p).toBeGreaterThanOrEqual(u - 1e-9);
      }),
    );
  });

  it('follow the weights of categories and never return one of weight 0', () => {
    const leaf = {
      distribution: 'categorical_w_probabilities',
      values: ['a', 'b', 'c'],
      probabilities: [0.2, 0, 0.8],
    };
    const parameter = leaf as Extract<
      Parameters<typeof quantile>[0],
      { distribution: 'categorical_w_probabilities' }
    >;
    expect([0.1, 0.199, 0.2, 0.5, 0.999].map((u) => quantile(parameter, u))).toEqual([
      'a',
      'a',
      'c',
      'c',
      'c',
    ]);
  });

  it.each([
    [
      { distribution: 'inv_log_uniform_values', min: 0.1, max: 10 } as const,
      0.25,
      Math.exp(-Math.log(10) / 2),
    ],
    [{ distribution: 'inv_log_uniform', min: 0, max: 2 } as const, 0.25, Math.exp(-1.5)],
    [{ distribution: 'int_uniform', min: 3, max: 5 } as const, 0.99, 5],
    [{ distribution: 'q_uniform', min: 0, max: 1, q: 0.25 } as const, 0.4, 0.5],
    [{ distribution: 'q_uniform', min: 0.3, max: 1, q: 0.25 } as const, 0.01, 0.5],
  ])('%j at %d is %d', (leaf, u, expected) => {
    expect(quantile(leaf, u)).toBeCloseTo(expected, 12);
  });
});

describe('grid cells', () => {
  it('are counted and ordered as brute force does, conditions included', () => {
    fc.assert(
      fc.property(anySpace(anyGridLeaf), (space) => {
        const flat = flattenSpace(space);
        const expected = bruteForce(flat);
        const cells = gridCells(flat);
        expect(gridSize(space)).toBe(BigInt(expected.length));
        const shown = expected.slice(0, 200);
        expect(shown.map((_, index) => cells?.at(BigInt(index)))).toEqual(shown);
        expect(cells?.at(BigInt(expected.length - 1))).toEqual(expected.at(-1));
      }),
    );
  });

  it('start and end at once in a grid of 10^12 cells', () => {
    const space: SearchSpace = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, { distribution: 'int_uniform', min: 0, max: 9999 } as const]),
    );
    const cells = gridCells(flattenSpace(space));
    expect(gridSize(space)).toBe(10n ** 12n);
    expect(cells?.at(0n)).toEqual([0, 0, 0]);
    expect(cells?.at(123_456_789_012n)).toEqual([1234, 5678, 9012]);
  });

  it('are none for a continuous parameter', () => {
    expect(gridSize({ x: { distribution: 'uniform', min: 0, max: 1 } })).toBeNull();
    expect(supportCells(flattenSpace({ x: { distribution: 'normal', mu: 0, sigma: 1 } }))).toBeNull();
  });
});

describe('the encoding', () => {
  it('brings every value back exactly and every coordinate to a value that runs', () => {
    fc.assert(
      fc.property(anySpace(anyLeaf), fc.nat(), (space, seed) => {
        const flat = flattenSpace(space);
        const { domain, encode, decode } = encodingOf(flat);
        const values = drawFrom(flat, seed);
        const back = decode(encode(values));
        back.forEach((value, index) => {
          const original = values[index];
          // Beyond three deviations an unbounded parameter has no coordinate of its own.
          if (typeof original === 'number' && !/normal/.test(flat[index].parameter.distribution)) {
            expect(value).toBeCloseTo(original, 9);
          } else if (typeof original !== 'number') expect(value).toEqual(original);
        });
        const stream = new Stream(seed, 1, 'random');
        const row = Float64Array.from({ length: domain.size }, () => stream.uniform());
        domain.settle(row, () => stream.uniform());
        expect(isInside(flat, decode(row))).toBe(true);
        expect(encode(decode(row)).every((x, d) => Math.abs(x - row[d]) < 1e-9)).toBe(true);
      }),
    );
  });

  it('sees that a list of numbers is a scale', () => {
    expect(isOrderedList([0.001, 0.01, 0.1])).toBe(true);
    expect(isOrderedList([5, 3, 1])).toBe(true);
    expect(isOrderedList([1, 3, 2])).toBe(false);
    expect(isOrderedList([16, 32])).toBe(false);
    expect(isOrderedList([false, true, 1])).toBe(false);
  });
});

describe('completePoint', () => {
  const flat = flattenSpace({
    o: { distribution: 'categorical', values: ['sgd', 'adam'] },
    momentum: { distribution: 'uniform', min: 0, max: 1, when: { o: ['sgd'] } },
  });

  it('fills what is missing, drops what is inactive, refuses what is outside', () => {
    expect(completePoint(flat, { o: 'sgd' })).toEqual(['sgd', 0.5]);
    expect(completePoint(flat, { o: 'adam', momentum: 0.3 })).toEqual(['adam', undefined]);
    expect(completePoint(flat, { o: 'lion' })).toBeNull();
  });
});

describe('constraints', () => {
  const flat = flattenSpace({
    batch: { distribution: 'int_uniform', min: 1, max: 512 },
    model: { parameters: { depth: { distribution: 'int_uniform', min: 1, max: 9 } } },
    opt: { distribution: 'categorical', values: ['sgd', 'adam'] },
    momentum: { distribution: 'uniform', min: 0, max: 1, when: { opt: ['sgd'] } },
  });
  const at = (batch: number, depth: number, opt: string, momentum?: number): Assignment =>
    flat.map(({ path }) => ({ batch, 'model.depth': depth, opt, momentum })[path]);

  it.each<[string, Assignment, boolean]>([
    ['batch * model.depth <= 512', at(128, 4, 'adam'), true],
    ['batch * model.depth <= 512', at(128, 5, 'adam'), false],
    ['opt == "adam" or batch < 64', at(128, 1, 'sgd', 0.5), false],
    ['not (opt == "sgd" and (batch - 100) / 2 > 10)', at(128, 1, 'sgd', 0.5), false],
    ['-batch + 2 * (3 + 1) >= -120', at(128, 1, 'adam'), true],
    ['momentum < 0.5', at(1, 1, 'adam'), true],
    ['momentum < 0.5 and batch > 5', at(1, 1, 'adam'), false],
    ['batch != 128', at(128, 1, 'adam'), false],
  ])('%s at %j is %s', (text, values, expected) => {
    expect(satisfies([parseConstraint(text, flat)], values)).toBe(expected);
  });

  it.each([
    'batch',
    'batch <',
    'size < 3',
    'batch < 3; 4',
    '((batch < 3)',
    'batch << 3',
    'constructor("x") < 1',
  ])('refuses %s, saying where', (text) => {
    expect(() => parseConstraint(text, flat)).toThrow(ConstraintError);
    expect(() => parseConstraint(text, flat)).toThrow(/position \d+/);
  });

  it('refuses nesting and length without end', () => {
    expect(() => parseConstraint(`${'('.repeat(200)}batch${')'.repeat(200)} < 1`, flat)).toThrow(
      ConstraintError,
    );
    expect(() => parseConstraint(`batch < ${'1+'.repeat(600)}1`, flat)).toThrow('longer than');
  });
});

describe('validateSpace', () => {
  it.each<[string, SearchSpace, string, string]>([
    ['min above max', { x: { distribution: 'uniform', min: 2, max: 1 } }, 'random', 'x.min'],
    [
      'a zero bound on a log scale',
      { x: { distribution: 'log_uniform_values', min: 0, max: 1 } },
      'random',
      'x.min',
    ],
    [
      'a fraction as integer bound',
      { x: { distribution: 'int_uniform', min: 0.5, max: 2 } },
      'random',
      'x.min',
    ],
    ['q of 0', { x: { distribution: 'q_uniform', min: 0, max: 1, q: 0 } }, 'random', 'x.q'],
    ['no values', { x: { distribution: 'categorical', values: [] } }, 'random', 'x.values'],
    [
      'a continuous grid',
      { g: { parameters: { x: { distribution: 'uniform', min: 0, max: 1 } } } },
      'grid',
      'g.x.distribution',
    ],
    [
      'probabilities that do not add up',
      { x: { distribution: 'categorical_w_probabilities', values: [1, 2], probabilities: [0.5, 0.4] } },
      'random',
      'x.probabilities',
    ],
    [
      'a condition on a value that never comes',
      {
        o: { distribution: 'categorical', values: ['a'] },
        x: { distribution: 'constant', value: 1, when: { o: ['b'] } },
      },
      'random',
      'x.when',
    ],
    [
      'two parameters with one path',
      {
        'a.b': { distribution: 'constant', value: 1 },
        a: { parameters: { b: { distribution: 'constant', value: 1 } } },
      },
      'random',
      'a.b',
    ],
  ])('names the field for %s', (_, space, method, path) => {
    expect(validateSpace(space, method).map((problem) => problem.path)).toEqual([path]);
  });

  it('accepts every generated space', () => {
    fc.assert(
      fc.property(anySpace(anyLeaf), (space) => {
        expect(validateSpace(space, 'bayes')).toEqual([]);
      }),
    );
  });

  it('names a constraint that cannot be read', () => {
    const space: SearchSpace = { x: { distribution: 'uniform', min: 0, max: 1 } };
    expect(validateSpace(space, 'random', ['x < 1', 'y < 1'])[0]).toMatchObject({ path: 'constraints[1]' });
  });
});
