import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridCells } from './cells.js';
import { flattenSpace } from './flatten.js';

describe('gridCells', () => {
  it('gives every combination of unconditional values once, the last parameter fastest', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (sizes) => {
        const space = Object.fromEntries(
          sizes.map((size, index) => [
            `p${index}`,
            {
              distribution: 'categorical' as const,
              values: Array.from({ length: size }, (_, value) => value),
            },
          ]),
        );
        const cells = gridCells(flattenSpace(space));
        const expected = sizes.reduce<number[][]>(
          (rows, size) => rows.flatMap((row) => Array.from({ length: size }, (_, value) => [...row, value])),
          [[]],
        );
        expect(cells?.count).toBe(BigInt(expected.length));
        expect(expected.map((_, index) => cells?.at(BigInt(index)))).toEqual(expected);
      }),
    );
  });
});
