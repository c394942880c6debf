import { describe, expect, it } from 'vitest';
import { Stream } from '../random/stream.js';
import { Feasibility } from './feasibility.js';
import { priorMode } from './fit.js';
import { GaussianProcess } from './gaussian-process.js';

/** 60 points of the unit square under a Gaussian process. */
function setting(seed: number): { process: GaussianProcess; points: readonly (readonly [number, number])[] } {
  const stream = new Stream(seed, 0, 'random');
  const points = Array.from({ length: 60 }, () => [stream.uniform(), stream.uniform()] as const);
  const y = Float64Array.from(points, ([a]) => a - 0.5);
  const data = {
    n: 60,
    dimensions: 2,
    numeric: 2,
    x: Float64Array.from(points.flat()),
    y,
    variance: new Float64Array(60),
  };
  return { process: new GaussianProcess(data, priorMode(2), 1), points };
}

function chanceAt(process: GaussianProcess, feasibility: Feasibility, row: readonly number[]): number {
  process.mean(Float64Array.from(row));
  return feasibility.atLast();
}

describe('the probability of not failing', () => {
  it('is low inside a region that fails, high outside, near one half at its border', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { process, points } = setting(seed);
      const feasibility = Feasibility.learn(
        process,
        points.map(([a, b]) => a + b < 1),
      );
      expect(chanceAt(process, feasibility, [0.9, 0.9])).toBeLessThan(0.15);
      expect(chanceAt(process, feasibility, [0.1, 0.1])).toBeGreaterThan(0.85);
      expect(Math.abs(chanceAt(process, feasibility, [0.5, 0.5]) - 0.5)).toBeLessThan(0.3);
    }
  });

  it('is the share that worked, everywhere, when failures strike anywhere', () => {
    const chances = Array.from({ length: 10 }, (_, seed) => {
      const { process } = setting(seed);
      const stream = new Stream(seed, 1, 'random');
      const ok = Array.from({ length: 60 }, () => stream.uniform() < 0.6);
      const feasibility = Feasibility.learn(process, ok);
      return Math.min(chanceAt(process, feasibility, [0.2, 0.2]), chanceAt(process, feasibility, [0.8, 0.8]));
    });
    expect(chances.filter((chance) => chance > 0.35).length).toBeGreaterThanOrEqual(8);
  });

  it('is near 1 and the same everywhere when nothing has failed, and stays what it was when running points are added', () => {
    const { process, points } = setting(1);
    const none = Feasibility.learn(
      process,
      points.map(() => true),
    );
    expect(none.varies).toBe(false);
    expect(chanceAt(process, none, [0.3, 0.3])).toBeCloseTo(61 / 62, 12);
    const some = Feasibility.learn(
      process,
      points.map(([a]) => a < 0.5),
    );
    const before = chanceAt(process, some, [0.7, 0.3]);
    process.believe([Float64Array.of(0.7, 0.31)]);
    expect(chanceAt(process, some, [0.7, 0.3])).toBeCloseTo(before, 12);
  });
});
