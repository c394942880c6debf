import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frontOf } from './pareto.js';
import type { Goal } from './pareto.js';

const goal = fc.constantFrom<Goal>('minimize', 'maximize');
const point = fc.record({ x: fc.integer({ min: 0, max: 8 }), y: fc.integer({ min: 0, max: 8 }) });

describe('frontOf', () => {
  it('keeps exactly the points that no other point dominates', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 40 }), goal, goal, (points, x, y) => {
        const gain = (which: Goal, a: number, b: number) => (which === 'minimize' ? b - a : a - b);
        const isBeaten = (p: { x: number; y: number }) =>
          points.some((q) => {
            const [byX, byY] = [gain(x, q.x, p.x), gain(y, q.y, p.y)];
            return byX >= 0 && byY >= 0 && byX + byY > 0;
          });
        const expected = points.flatMap((p, index) => (isBeaten(p) ? [] : [index]));
        expect(frontOf(points, { x, y }).sort((a, b) => a - b)).toEqual(expected);
      }),
    );
  });
});
