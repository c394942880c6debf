import { describe, expect, it } from 'vitest';
import { lanesOf } from './lanes.js';
import type { PlacedTrial } from './lanes.js';

const at = (seconds: number) => new Date(seconds * 1000).toISOString();
function trial(number: number, slots: number[], times: [number, number, number | null]): PlacedTrial {
  const [enqueued, started, ended] = times;
  return {
    number,
    state: ended === null ? 'running' : 'finished',
    attemptList: [
      {
        number: 1,
        node: { id: 'nd_1', name: 'node-1' },
        slots,
        outcome: ended === null ? null : 'finished',
        enqueuedAt: at(enqueued),
        startedAt: at(started),
        endedAt: ended === null ? null : at(ended),
      },
    ],
  };
}

describe('lanesOf', () => {
  it('has a lane for each slot, in the order of their numbers, and an attempt in every slot it had', () => {
    const { lanes, spans } = lanesOf([trial(1, [10, 2], [0, 1, 3]), trial(2, [0], [0, 1, null])], 9_000);
    expect(lanes).toEqual(['node-1 / 0', 'node-1 / 2', 'node-1 / 10']);
    expect(spans.map(({ lane, trial: number, end }) => [lane, number, end])).toEqual([
      [2, 1, 3_000],
      [1, 1, 3_000],
      [0, 2, 9_000],
    ]);
  });

  it('says of a gap which trial ended it and how long that was queued', () => {
    const { spans } = lanesOf([trial(1, [0], [0, 0, 2]), trial(2, [0], [4, 5, 6])], 9_000);
    expect(spans[1]).toEqual({ kind: 'gap', lane: 0, start: 2_000, end: 5_000, trial: 2, queuedMs: 1_000 });
  });

  it('leaves out attempts that have not started, and gaps too short to see', () => {
    const waiting: PlacedTrial = { number: 3, state: 'queued', attemptList: [] };
    const { spans } = lanesOf([trial(1, [0], [0, 0, 2]), trial(2, [0], [0, 2.05, 3]), waiting], 9_000);
    expect(spans.map(({ kind }) => kind)).toEqual(['attempt', 'attempt']);
  });
});
