import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forecastStarts, type ForecastQueued } from './index.js';

const queued = (id: string, over: Partial<ForecastQueued> = {}): ForecastQueued => ({
  id,
  slots: 1,
  notBeforeMs: 0,
  durationMs: 100,
  ...over,
});
const starts = (...input: Parameters<typeof forecastStarts>): (number | null)[] => [
  ...forecastStarts(...input).values(),
];

describe('forecastStarts', () => {
  it('starts at once what finds a free slot, and the next when one ends', () => {
    const queue = [queued('a'), queued('b'), queued('c'), queued('d')];
    expect(starts({ queue, running: [{ slots: 1, endsInMs: 30 }], freeSlots: 1 })).toEqual([0, 30, 100, 130]);
  });

  it('waits for as many slots as are needed, and for the time of a retry', () => {
    const running = [
      { slots: 1, endsInMs: 30 },
      { slots: 1, endsInMs: 70 },
    ];
    expect(starts({ queue: [queued('a', { slots: 2 })], running, freeSlots: 0 })).toEqual([70]);
    expect(starts({ queue: [queued('a', { notBeforeMs: 50 })], running: [], freeSlots: 1 })).toEqual([50]);
  });

  it('does not know what depends on something of unknown length, or can never start', () => {
    const queue = [queued('a'), queued('b'), queued('c', { slots: 3 })];
    expect(
      starts({
        queue,
        running: [
          { slots: 1, endsInMs: null },
          { slots: 1, endsInMs: 5 },
        ],
        freeSlots: 0,
      }),
    ).toEqual([5, 105, null]);
    expect(
      starts({ queue: [queued('a', { durationMs: null }), queued('b')], running: [], freeSlots: 1 }),
    ).toEqual([0, null]);
  });

  it('never promises a later attempt of one slot an earlier start', () => {
    const ends = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 8 });
    fc.assert(
      fc.property(ends, fc.integer({ min: 1, max: 20 }), (running, count) => {
        const queue = Array.from({ length: count }, (_, index) => queued(`a${index}`));
        const found = starts({
          queue,
          running: running.map((endsInMs) => ({ slots: 1, endsInMs })),
          freeSlots: 1,
        });
        expect(found.toSorted((a, b) => (a ?? Infinity) - (b ?? Infinity))).toEqual(found);
      }),
    );
  });
});
