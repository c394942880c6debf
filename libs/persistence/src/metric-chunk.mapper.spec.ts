import type { Json, MetricRow } from '@swath/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMetrics, encodeMetrics, numericValue } from './metric-chunk.mapper.js';

const nonFinite = fc.constantFrom<Json>('NaN', 'Infinity', '-Infinity');
const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  nonFinite,
  fc.string(),
  fc.jsonValue() as fc.Arbitrary<Json>,
);
const rows: fc.Arbitrary<MetricRow[]> = fc.array(
  fc.record(
    {
      step: fc.nat(),
      offsetMs: fc.nat(),
      values: fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), value, { maxKeys: 5 }),
    },
    { requiredKeys: ['values'] },
  ),
  { minLength: 1, maxLength: 30 },
);

/** Whether a decoded value is what was logged: a column that is all numbers reads the wire's non-finite strings as numbers. */
function same(logged: Json, decoded: unknown): boolean {
  const number = numericValue(logged);
  if (number !== undefined && Object.is(number, decoded)) return true;
  return JSON.stringify(logged) === JSON.stringify(decoded);
}

describe('metric chunks', () => {
  it('give back every row, step, time and value exactly', () => {
    fc.assert(
      fc.property(rows, (logged) => {
        const decoded = decodeMetrics(encodeMetrics(logged));
        expect(decoded).toHaveLength(logged.length);
        logged.forEach((row, index) => {
          expect(decoded[index]?.step).toBe(row.step ?? null);
          expect(decoded[index]?.offsetMs).toBe(row.offsetMs ?? null);
          expect(Object.keys(decoded[index]?.values ?? {}).sort()).toEqual(Object.keys(row.values).sort());
          for (const [name, cell] of Object.entries(row.values)) {
            expect(same(cell, decoded[index]?.values[name])).toBe(true);
          }
        });
      }),
    );
  });

  it('keep strings that are names of object properties', () => {
    const [row] = decodeMetrics(
      encodeMetrics([{ values: { a: 'constructor', b: 'toString', c: '__proto__' } }]),
    );
    expect({ ...row?.values }).toEqual({ a: 'constructor', b: 'toString', c: '__proto__' });
  });

  it('keep the sign of zero and the last bit of a double', () => {
    const values = { a: -0, b: 0.1 + 0.2, c: Number.MIN_VALUE };
    const [row] = decodeMetrics(encodeMetrics([{ values }]));
    expect(Object.is(row?.values['a'], -0)).toBe(true);
    expect(row?.values['b']).toBe(0.1 + 0.2);
    expect(row?.values['c']).toBe(Number.MIN_VALUE);
  });

  it('decode only the metrics asked for', () => {
    const chunk = encodeMetrics([{ step: 1, values: { loss: 1, accuracy: 2 } }]);
    expect(decodeMetrics(chunk, new Set(['loss']))).toEqual([
      { step: 1, offsetMs: null, values: { loss: 1 } },
    ]);
  });
});
