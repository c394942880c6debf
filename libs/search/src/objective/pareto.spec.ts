import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction } from './compare.js';
import { hypervolume } from './hypervolume.js';
import { dominates, nonDominatedSort, paretoFront } from './pareto.js';

const anyDirections = fc.array(fc.constantFrom<Direction>('minimize', 'maximize'), {
  minLength: 1,
  maxLength: 3,
});
const anyProblem = anyDirections.chain((directions) =>
  fc.record({
    directions: fc.constant(directions),
    points: fc.array(
      fc.array(fc.integer({ min: 0, max: 6 }), {
        minLength: directions.length,
        maxLength: directions.length,
      }),
      { maxLength: 20 },
    ),
  }),
);

describe('the Pareto front', () => {
  it('keeps what nothing beats in every objective', () => {
    const points = [
      [1, 5],
      [2, 2],
      [3, 3],
      [5, 1],
      [2, 2],
      [NaN, 0],
    ];
    expect(paretoFront(['minimize', 'minimize'], points)).toEqual([0, 1, 3, 4, 5]);
    expect(paretoFront(['minimize', 'maximize'], points)).toEqual([0]);
    expect(dominates(['minimize', 'minimize'], [2, 2], [2, 2])).toBe(false);
  });

  it('is the first of the sorted fronts, and each front is the Pareto front of what is left', () => {
    fc.assert(
      fc.property(anyProblem, ({ directions, points }) => {
        let left = points.map((_, index) => index);
        for (const front of nonDominatedSort(directions, points)) {
          const expected = paretoFront(
            directions,
            left.map((i) => points[i] ?? []),
          ).map((k) => left[k]);
          expect(front).toEqual(expected);
          left = left.filter((index) => !front.includes(index));
        }
        expect(left).toEqual([]);
      }),
    );
  });
});

describe('the hypervolume', () => {
  it('is the volume of the dominated unit cells, in every number of objectives', () => {
    fc.assert(
      fc.property(anyProblem, ({ directions, points }) => {
        const reference = directions.map((direction) => (direction === 'minimize' ? 5 : 1));
        expect(hypervolume(points, { directions, reference })).toBe(
          countedCells(directions, points, reference),
        );
      }),
    );
  });

  it('does not depend on the order of the points and is never reduced by another point', () => {
    fc.assert(
      fc.property(anyProblem, ({ directions, points }) => {
        const reference = directions.map((direction) => (direction === 'minimize' ? 5 : 1));
        const all = hypervolume(points, { directions, reference });
        expect(hypervolume([...points].reverse(), { directions, reference })).toBe(all);
        expect(hypervolume(points.slice(1), { directions, reference })).toBeLessThanOrEqual(all);
      }),
    );
  });

  it('refuses more than three objectives', () => {
    expect(() =>
      hypervolume([], {
        directions: ['minimize', 'minimize', 'minimize', 'minimize'],
        reference: [0, 0, 0, 0],
      }),
    ).toThrow('1 to 3 objectives');
  });
});

/** Volume on integer points by counting unit cells between the reference and the ideal. */
function countedCells(directions: readonly Direction[], points: number[][], reference: number[]): number {
  const side = [0, 1, 2, 3, 4, 5, 6];
  const cells = directions.reduce<number[][]>(
    (grid) => grid.flatMap((cell) => side.map((x) => [...cell, x])),
    [[]],
  );
  return cells.filter((cell) =>
    points.some((point) =>
      directions.every((direction, k) => {
        const corner = cell[k] ?? NaN;
        const [from, to] = [point[k] ?? NaN, reference[k] ?? NaN];
        return direction === 'minimize'
          ? from <= corner && corner + 1 <= to
          : to <= corner && corner + 1 <= from;
      }),
    ),
  ).length;
}
