import { describe, expect, it } from 'vitest';
import { clockGap } from './clocks.js';
import type { ClockGap, ClockReading } from './clocks.js';

const at = (monotonic: number, boot: number | undefined, wall: number): ClockReading => ({
  monotonic,
  boot,
  wall,
});

describe('clockGap', () => {
  it.each<[string, ClockReading, ClockReading, ClockGap]>([
    ['a quiet second', at(0, 0, 0), at(1000, 1000, 1000), { sleptMs: 0, doubtful: false }],
    ['a late timer', at(0, 0, 0), at(5000, 5000, 5000), { sleptMs: 0, doubtful: false }],
    ['90 s of suspend', at(0, 0, 0), at(1000, 91_000, 91_000), { sleptMs: 90_000, doubtful: false }],
    ['a wall clock set forward', at(0, 0, 0), at(1000, 1000, 3_601_000), { sleptMs: 0, doubtful: true }],
    ['a wall clock set back', at(0, 0, 0), at(1000, 1000, -3_599_000), { sleptMs: 0, doubtful: false }],
    ['suspend and a step back', at(0, 0, 0), at(1000, 91_000, -9000), { sleptMs: 90_000, doubtful: false }],
    [
      'suspend without boot time',
      at(0, undefined, 0),
      at(1000, undefined, 91_000),
      { sleptMs: 90_000, doubtful: false },
    ],
    ['drift of the clocks', at(0, 0, 0), at(1000, 1400, 1500), { sleptMs: 0, doubtful: false }],
  ])('sees %s', (_what, before, after, gap) => {
    expect(clockGap(before, after)).toEqual(gap);
  });
});
