import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placeAhead, type AheadInput, type QueuedAttempt } from './index.js';

const attempt = (id: string, over: Partial<QueuedAttempt> = {}): QueuedAttempt => ({
  id,
  sweepId: 's1',
  teamId: 't1',
  priority: 0,
  order: Number(id.slice(1)),
  slots: 1,
  waitedMs: 0,
  avoidsNode: false,
  ...over,
});
const input = (queue: readonly QueuedAttempt[], over: Partial<AheadInput> = {}): AheadInput => ({
  queue,
  freeElsewhere: 0,
  wanted: 1,
  share: { byTeam: new Map(), bySweep: new Map([['s1', 2]]) },
  windows: new Map(),
  replaceable: new Map(),
  ...over,
});
const picked = (of: AheadInput): string[] => placeAhead(of).map((pick) => pick.attemptId);

describe('placeAhead', () => {
  it('takes as many as the node wants, in the order of the queue', () => {
    const queue = [attempt('a1'), attempt('a2'), attempt('a3', { priority: 1 })];
    expect(picked(input(queue))).toEqual(['a3']);
    expect(picked(input(queue, { wanted: 2 }))).toEqual(['a3', 'a1']);
    expect(picked(input(queue, { wanted: 0 }))).toEqual([]);
  });

  it('leaves to free slots what they can take', () => {
    const queue = [attempt('a1'), attempt('a2'), attempt('a3')];
    expect(picked(input(queue, { freeElsewhere: 2 }))).toEqual(['a3']);
    expect(picked(input(queue, { freeElsewhere: 3 }))).toEqual([]);
  });

  it('goes by fair share of running slots', () => {
    const queue = [attempt('a1'), attempt('a2', { sweepId: 's2' })];
    expect(picked(input(queue))).toEqual(['a2']);
  });

  it('gives a sweep at its limit successors only, one for each of its attempts on the node', () => {
    const queue = [attempt('a1'), attempt('a2')];
    const windows = new Map([['s1', 2]]);
    expect(placeAhead(input(queue, { windows, wanted: 2 }))).toEqual([]);
    expect(placeAhead(input(queue, { windows, wanted: 2, replaceable: new Map([['s1', 1]]) }))).toEqual([
      { attemptId: 'a1', successor: true },
    ]);
  });

  it('leases nothing ahead of an attempt that needs several slots', () => {
    const queue = [attempt('a1', { slots: 2, priority: 1 }), attempt('a2')];
    expect(picked(input(queue))).toEqual([]);
    expect(picked(input(queue, { freeElsewhere: 2 }))).toEqual(['a2']);
  });

  it('passes over an attempt that avoids the node', () => {
    expect(picked(input([attempt('a1', { avoidsNode: true }), attempt('a2')]))).toEqual(['a2']);
  });

  it('never lets a sweep exceed its limit, whatever is asked', () => {
    const queued = fc.record({
      sweep: fc.nat(2),
      slots: fc.integer({ min: 1, max: 2 }),
      priority: fc.nat(1),
    });
    fc.assert(
      fc.property(
        fc.array(queued, { maxLength: 12 }),
        fc.record({
          wanted: fc.nat(4),
          free: fc.nat(4),
          limit: fc.integer({ min: 1, max: 4 }),
          on: fc.nat(3),
        }),
        (rows, { wanted, free, limit, on }) => {
          const queue = rows.map((row, index) =>
            attempt(`a${index}`, { sweepId: `s${row.sweep}`, slots: row.slots, priority: row.priority }),
          );
          const windows = new Map([0, 1, 2].map((sweep) => [`s${sweep}`, limit]));
          const bySweep = new Map([['s0', Math.min(on, limit)]]);
          const share = { byTeam: new Map<string, number>(), bySweep };
          const replaceable = new Map([['s0', Math.min(on, limit)]]);
          const picks = placeAhead(
            input(queue, { wanted, freeElsewhere: free, share, windows, replaceable }),
          );
          expect(picks.length).toBeLessThanOrEqual(wanted);
          expect(new Set(picks.map((pick) => pick.attemptId)).size).toBe(picks.length);
          for (const sweep of ['s0', 's1', 's2']) {
            const own = picks.filter(
              (pick) => queue.find(({ id }) => id === pick.attemptId)?.sweepId === sweep,
            );
            const more = own.filter((pick) => !pick.successor).length;
            expect((bySweep.get(sweep) ?? 0) + more).toBeLessThanOrEqual(limit);
            expect(own.length - more).toBeLessThanOrEqual(replaceable.get(sweep) ?? 0);
          }
        },
      ),
    );
  });
});
