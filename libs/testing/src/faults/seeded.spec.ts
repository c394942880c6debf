import { describe, expect, it } from 'vitest';
import { describeFaults, planFaults } from './schedule.js';
import { Seeded } from './seeded.js';

const options = {
  targets: ['api', 'agent', 'postgres'],
  kills: 2,
  pauses: 1,
  gapMs: [100, 900],
  downMs: [0, 500],
} as const;

describe('planFaults', () => {
  it('plans the same faults for the same seed, and others for another', () => {
    expect(planFaults({ ...options, seed: 7 })).toEqual(planFaults({ ...options, seed: 7 }));
    expect(planFaults({ ...options, seed: 7 })).not.toEqual(planFaults({ ...options, seed: 8 }));
  });

  it('hits every target as often as asked, within the ranges', () => {
    const faults = planFaults({ ...options, seed: 1 });
    for (const target of options.targets) {
      expect(faults.filter((fault) => fault.target === target && fault.kind === 'kill')).toHaveLength(2);
      expect(faults.filter((fault) => fault.target === target && fault.kind === 'pause')).toHaveLength(1);
    }
    for (const { afterMs, forMs } of faults) {
      expect(afterMs).toBeGreaterThanOrEqual(100);
      expect(afterMs).toBeLessThanOrEqual(900);
      expect(forMs).toBeLessThanOrEqual(500);
    }
  });

  it('says what it planned, seed first', () => {
    const text = describeFaults(3, [{ afterMs: 5, kind: 'kill', target: 'api', forMs: 7 }]);
    expect(text).toBe('fault schedule, seed 3:\n  +5 ms kill api for 7 ms');
  });
});

describe('Seeded', () => {
  it('keeps to rates and ranges', () => {
    const random = new Seeded(11);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.05)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(400);
    expect(hits).toBeLessThan(600);
    expect(new Set(Array.from({ length: 200 }, () => random.integer(2, 4)))).toEqual(new Set([2, 3, 4]));
    expect(() => random.pick([])).toThrow(RangeError);
  });
});
