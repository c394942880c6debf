import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place, type PlacementInput, type QueuedAttempt } from './index.js';

const attempt = (id: string, over: Partial<QueuedAttempt> = {}): QueuedAttempt => ({
  id,
  sweepId: 's1',
  teamId: 't1',
  priority: 0,
  order: Number(id.slice(1)),
  slots: 1,
  ...over,
});
const input = (queue: readonly QueuedAttempt[], over: Partial<PlacementInput> = {}): PlacementInput => ({
  queue,
  free: [0, 1],
  share: { byTeam: new Map(), bySweep: new Map() },
  windows: new Map(),
  ...over,
});
const picked = (of: PlacementInput): string[] => place(of).picks.map((pick) => pick.attemptId);

describe('place', () => {
  it('takes the queue in order of arrival', () => {
    expect(picked(input([attempt('a1'), attempt('a2'), attempt('a3')]))).toEqual(['a1', 'a2']);
  });

  it('puts priority before arrival', () => {
    expect(picked(input([attempt('a1'), attempt('a2', { priority: 5 })], { free: [0] }))).toEqual(['a2']);
  });

  it('gives the next slot to the team with the fewest running slots', () => {
    const queue = [attempt('a1'), attempt('a2'), attempt('a3', { teamId: 't2', sweepId: 's2' })];
    expect(picked(input(queue))).toEqual(['a1', 'a3']);
    expect(picked(input(queue, { share: { byTeam: new Map([['t1', 3]]), bySweep: new Map() } }))).toEqual([
      'a3',
      'a1',
    ]);
  });

  it('keeps a sweep within its parallel limit', () => {
    const result = place(input([attempt('a1'), attempt('a2')], { windows: new Map([['s1', 1]]) }));
    expect(result.picks).toHaveLength(1);
    expect(result.waiting.get('a2')).toEqual({ code: 'parallel', limit: 1 });
  });

  it('reserves slots for a wide attempt against lower priorities', () => {
    const queue = [attempt('a1', { slots: 3, priority: 1, teamId: 't2' }), attempt('a2')];
    const result = place(input(queue));
    expect(result.picks).toEqual([]);
    expect(result.waiting.get('a1')).toEqual({ code: 'too_few_slots', needed: 3, free: 2 });
  });

  it('never over-commits, never loses an attempt, and leaves no slot idle that an attempt of top priority fits', () => {
    const queued = fc.record({
      sweep: fc.integer({ min: 1, max: 3 }),
      priority: fc.integer({ min: -1, max: 1 }),
      slots: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(queued, { maxLength: 20 }), fc.integer({ min: 0, max: 8 }), (rows, slots) => {
        const queue = rows.map((row, i) =>
          attempt(`a${i}`, {
            sweepId: `s${row.sweep}`,
            teamId: `t${row.sweep}`,
            priority: row.priority,
            slots: row.slots,
          }),
        );
        const free = Array.from({ length: slots }, (_, i) => i);
        const { picks, waiting } = place(input(queue, { free }));
        const used = picks.flatMap((pick) => pick.slots);
        expect(new Set(used).size).toBe(used.length);
        expect(used.every((slot) => free.includes(slot))).toBe(true);
        expect(picks.length + waiting.size).toBe(queue.length);
        const top = Math.max(...queue.map((a) => a.priority));
        const unplaced = queue.filter((a) => a.priority === top && waiting.has(a.id));
        for (const a of unplaced) expect(a.slots).toBeGreaterThan(free.length - used.length);
      }),
    );
  });
});
