import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, SearchSpace } from '@swath/contracts';
import { varianceShares } from './fanova.js';
import { lengthScaleRelevance, parameterImportance } from './importance.js';
import type { ValuedTrial } from './importance.js';
import { nearestTrial } from './nearest.js';
import { growLeaves, widthOf } from './regression-tree.js';
import type { Axis, Leaf, Sample } from './regression-tree.js';

interface FanovaCase {
  name: string;
  space: SearchSpace;
  /** Parameter values in the space's order, then the value. */
  trials: Json[][];
  mean: Record<string, number>;
}

const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/fanova.json', import.meta.url), 'utf8'),
) as { cases: FanovaCase[] };

function trialsOf({ space, trials }: FanovaCase): ValuedTrial[] {
  const names = Object.keys(space);
  return trials.map((row) => ({
    parameters: Object.fromEntries(names.map((name, i) => [name, row[i] ?? null])),
    value: Number(row.at(-1)),
  }));
}

function importances(problem: FanovaCase): Record<string, number> {
  const result = parameterImportance(problem.space, trialsOf(problem));
  return Object.fromEntries((result?.parameters ?? []).map(({ path, importance }) => [path, importance]));
}

const named = (name: string): FanovaCase => {
  const found = fixture.cases.find((problem) => problem.name === name);
  if (found === undefined) throw new Error(`no case ${name}`);
  return found;
};

describe('fANOVA importance', () => {
  // Two forests of 64 trees on different bootstraps: Optuna's own five seeds spread by up to 0.016 on these problems.
  it.each(['additive', 'interaction', 'noisy', 'integers', 'hartmann6'])(
    'is within 0.03 of the mean of five runs of Optuna on %s',
    (name) => {
      const problem = named(name);
      const ours = importances(problem);
      expect(Object.keys(ours).sort()).toEqual(Object.keys(problem.mean).sort());
      for (const [path, mean] of Object.entries(problem.mean))
        expect(Math.abs((ours[path] ?? NaN) - mean)).toBeLessThan(0.03);
    },
  );

  it('is nearer to the truth than Optuna with categories, and within 0.05 of it', () => {
    const problem = named('categories');
    const ours = importances(problem);
    // Variances of {0, 1, 3}, of a coin with value 1, of a uniform, and of their product: 14/9, 1/4, 1/12, 1/12.
    const total = 14 / 9 + 1 / 4 + 1 / 12 + 1 / 12;
    const truth: Record<string, number> = { kind: 14 / 9 / total, flag: 1 / 4 / total, a: 1 / 12 / total };
    const error = (shares: Record<string, number>) =>
      Math.max(...Object.entries(truth).map(([path, share]) => Math.abs((shares[path] ?? NaN) - share)));
    expect(error(ours)).toBeLessThan(0.02);
    expect(error(ours)).toBeLessThan(error(problem.mean));
    for (const [path, mean] of Object.entries(problem.mean))
      expect(Math.abs((ours[path] ?? NaN) - mean)).toBeLessThan(0.05);
  });

  it('comes with an interval around it, sorted, and the rest given to interactions', () => {
    const problem = named('interaction');
    const result = parameterImportance(problem.space, trialsOf(problem));
    expect(result?.trials).toBe(problem.trials.length);
    expect(result?.parameters.map(({ path }) => path).slice(0, 2)).toEqual(['a', 'c']);
    for (const { importance, interval } of result?.parameters ?? []) {
      expect(interval[0]).toBeLessThanOrEqual(importance);
      expect(interval[1]).toBeGreaterThanOrEqual(importance);
    }
    const alone = result?.parameters.reduce((sum, { importance }) => sum + importance, 0) ?? NaN;
    expect(result?.interactions).toBeCloseTo(1 - alone, 12);
  });

  it('gives the same numbers for the same seed', () => {
    const problem = named('additive');
    const run = (seed: number) => parameterImportance(problem.space, trialsOf(problem), { seed, trees: 8 });
    expect(run(3)).toEqual(run(3));
    expect(run(3)).not.toEqual(run(4));
  });

  it('leaves constants out and says nothing without variance', () => {
    const space: SearchSpace = {
      fixed: { distribution: 'constant', value: 1 },
      only: { distribution: 'categorical', values: ['x'] },
      x: { distribution: 'uniform', min: 0, max: 1 },
    };
    const trials = [0.1, 0.5, 0.9].map((x) => ({ parameters: { fixed: 1, only: 'x', x }, value: x }));
    expect(parameterImportance(space, trials)?.parameters.map(({ path }) => path)).toEqual(['x']);
    expect(
      parameterImportance(
        space,
        trials.map((trial) => ({ ...trial, value: 1 })),
      ),
    ).toBeNull();
    expect(parameterImportance(space, trials.slice(0, 1))).toBeNull();
    const broken = trials.map((trial, i) => (i === 0 ? { ...trial, value: NaN } : trial));
    expect(parameterImportance(space, broken)?.trials).toBe(2);
  });

  it('finds a conditional parameter and the list it depends on', () => {
    const space: SearchSpace = {
      kind: { distribution: 'categorical', values: ['a', 'b'] },
      depth: { distribution: 'int_uniform', min: 1, max: 8, when: { kind: ['b'] } },
      noise: { distribution: 'uniform', min: 0, max: 1 },
    };
    const trials = Array.from({ length: 120 }, (_, i): ValuedTrial => {
      const noise = ((i * 37) % 120) / 120;
      const depth = 1 + (i % 8);
      return i % 3 === 0
        ? { parameters: { kind: 'a', noise }, value: 10 }
        : { parameters: { kind: 'b', depth, noise }, value: depth };
    });
    const shares = new Map(
      parameterImportance(space, trials)?.parameters.map(({ path, importance }) => [path, importance]),
    );
    // The list: 10 or 4.5 on average, variance 2.75²; depth: 1 to 8 in half of the space; their interaction as much again.
    const total = 2.75 ** 2 + 1.3125 + 1.3125;
    expect(Math.abs((shares.get('kind') ?? NaN) - 2.75 ** 2 / total)).toBeLessThan(0.05);
    expect(Math.abs((shares.get('depth') ?? NaN) - 1.3125 / total)).toBeLessThan(0.05);
    expect(shares.get('noise')).toBeLessThan(0.01);
  });
});

const anySamples = fc.array(
  fc.record({
    x: fc.tuple(
      fc.integer({ min: 0, max: 8 }).map((k) => k / 8),
      fc.nat(2),
      fc.integer({ min: 0, max: 8 }).map((k) => k / 8),
    ),
    y: fc.integer({ min: -5, max: 5 }),
  }),
  { minLength: 1, maxLength: 25 },
);
const axes: readonly Axis[] = [{ kind: 'numeric' }, { kind: 'categorical', levels: 3 }, { kind: 'numeric' }];

describe('a regression tree', () => {
  it('covers the space once and predicts the mean of equal points', () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        const leaves = growLeaves(axes, samples);
        const volume = leaves.reduce(
          (sum, { sides }) => sum + sides.reduce((v, side) => v * widthOf(side), 1),
          0,
        );
        expect(volume).toBeCloseTo(1, 10);
        for (const { x } of samples) {
          const same = samples.filter((other) => other.x.every((value, j) => value === x[j]));
          const mean = same.reduce((sum, { y }) => sum + y, 0) / same.length;
          expect(leafAt(leaves, x)?.value).toBeCloseTo(mean, 10);
        }
      }),
    );
  });

  it('puts a category that no sample has with the larger side', () => {
    const samples = [0, 0, 0, 1].map((category) => ({ x: [category], y: category }));
    const leaves = growLeaves([{ kind: 'categorical', levels: 3 }], samples);
    expect(leafAt(leaves, [2])?.value).toBe(0);
  });

  it('has the variance shares that summing over every cell gives', () => {
    fc.assert(
      fc.property(anySamples, (samples) => {
        const leaves = growLeaves(axes, samples);
        const expected = sharesByCells(leaves);
        const shares = varianceShares(axes, leaves);
        if (expected === null) expect(shares).toBeNull();
        else shares?.forEach((share, j) => expect(share).toBeCloseTo(expected[j] ?? NaN, 9));
      }),
    );
  });
});

function leafAt(leaves: readonly Leaf[], x: Sample['x']): Leaf | undefined {
  return leaves.find(({ sides }) =>
    sides.every((side, j) => {
      const at = x[j] ?? NaN;
      if (side.kind === 'categorical') return side.categories.includes(at);
      return (at > side.lower || (at === 0 && side.lower === 0)) && at <= side.upper;
    }),
  );
}

/** F_j by brute force: the tree's value in each cell of the grid of all its thresholds. */
function sharesByCells(leaves: readonly Leaf[]): readonly number[] | null {
  const grids = axes.map((axis, j) => {
    if (axis.kind === 'categorical')
      return Array.from({ length: axis.levels }, (_, c) => ({ at: c, width: 1 / axis.levels }));
    const ends = new Set(
      leaves.flatMap(({ sides }) => (sides[j]?.kind === 'numeric' ? [sides[j].lower, sides[j].upper] : [])),
    );
    const sorted = [...ends].sort((a, b) => a - b);
    return sorted
      .slice(1)
      .map((upper, i) => ({ at: (upper + (sorted[i] ?? 0)) / 2, width: upper - (sorted[i] ?? 0) }));
  });
  const cells = grids.reduce<{ x: number[]; volume: number }[]>(
    (all, grid) =>
      all.flatMap(({ x, volume }) =>
        grid.map(({ at, width }) => ({ x: [...x, at], volume: volume * width })),
      ),
    [{ x: [], volume: 1 }],
  );
  const valued = cells.map((cell) => ({ ...cell, y: leafAt(leaves, cell.x)?.value ?? NaN }));
  const mean = valued.reduce((sum, { y, volume }) => sum + y * volume, 0);
  const variance = valued.reduce((sum, { y, volume }) => sum + volume * (y - mean) ** 2, 0);
  if (variance === 0) return null;
  return grids.map((grid, j) => {
    const marginals = grid.map(({ at, width }) => {
      const along = valued.filter(({ x }) => x[j] === at);
      return { width, mean: along.reduce((sum, { y, volume }) => sum + (y * volume) / width, 0) };
    });
    return marginals.reduce((sum, m) => sum + m.width * (m.mean - mean) ** 2, 0) / variance;
  });
}

describe('length-scale relevance', () => {
  it('is the share of inverse squared length-scales', () => {
    expect(lengthScaleRelevance({ a: 1, b: 2 })).toEqual({ a: 0.8, b: 0.2 });
    expect(lengthScaleRelevance({})).toEqual({});
  });
});

describe('the nearest earlier trial', () => {
  const space: SearchSpace = {
    lr: { distribution: 'log_uniform_values', min: 1e-4, max: 1 },
    optimizer: { distribution: 'categorical', values: ['sgd', 'adam', false, 0] },
    momentum: { distribution: 'uniform', min: 0, max: 1, when: { optimizer: ['sgd'] } },
  };
  const trials = [
    { number: 0, parameters: { lr: 0.1, optimizer: 'sgd', momentum: 0.5 } },
    { number: 1, parameters: { lr: 0.001, optimizer: 'adam' } },
    { number: 2, parameters: { lr: 0.01, optimizer: false } },
  ];

  it.each([
    [{ lr: 0.1, optimizer: 'sgd', momentum: 0.6 }, 0, 0.1 / 3],
    [{ lr: 0.001, optimizer: 'adam' }, 1, 0],
    [{ lr: 0.01, optimizer: 0 }, 2, 1 / 3],
  ])('of %o is trial %d', (parameters, number, distance) => {
    const nearest = nearestTrial(space, parameters, trials);
    expect(nearest?.number).toBe(number);
    expect(nearest?.distance).toBeCloseTo(distance, 12);
  });

  it('is none without trials', () => {
    expect(nearestTrial(space, { lr: 0.1, optimizer: 'adam' }, [])).toBeNull();
  });
});
