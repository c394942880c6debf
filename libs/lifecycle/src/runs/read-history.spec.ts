import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinOut } from './read-history.js';

describe('thinOut', () => {
  it('keeps the least and the greatest of all values, whatever lies between them', () => {
    const value = fc.oneof(fc.double({ noNaN: true }), fc.constant(NaN));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 4, max: 60 }),
        (rows, count) => {
          const kept = thinOut(rows, count, (row) => row);
          const numbers = rows.filter((row) => !Number.isNaN(row));
          expect(kept.length).toBeLessThanOrEqual(Math.max(count, 4));
          if (numbers.length === 0) return;
          expect(kept).toContain(numbers.reduce((a, b) => Math.min(a, b)));
          expect(kept).toContain(numbers.reduce((a, b) => Math.max(a, b)));
        },
      ),
    );
  });

  it('keeps a spike behind values that are not numbers', () => {
    const rows = Array.from({ length: 1000 }, (_, step) => (step % 50 === 0 ? NaN : step === 525 ? 1e9 : 1));
    for (const count of [20, 42, 100]) expect(thinOut(rows, count, (row) => row)).toContain(1e9);
  });
});
