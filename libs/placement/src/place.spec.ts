import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place, RESERVE_AFTER_MS, type PlacementInput, type QueuedAttempt } from './index.js';

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
const input = (queue: readonly QueuedAttempt[], over: Partial<PlacementInput> = {}): PlacementInput => ({
  queue,
  free: [0, 1],
  share: { byTeam: new Map(), bySweep: new Map() },
  windows: new Map(),
  capacity: 8,
  isNearest: () => true,
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

  it('lets narrow attempts go before a wide one of their priority, until that has waited long', () => {
    const narrow = attempt('a2', { sweepId: 's2' });
    const wide = (waitedMs: number): QueuedAttempt => attempt('a1', { slots: 3, waitedMs });
    expect(picked(input([wide(0), narrow]))).toEqual(['a2']);
    expect(picked(input([wide(RESERVE_AFTER_MS), narrow]))).toEqual([]);
    expect(picked(input([wide(RESERVE_AFTER_MS), attempt('a2', { sweepId: 's2', priority: 1 })]))).toEqual([
      'a2',
    ]);
  });

  it('reserves no node that is too small or not the nearest', () => {
    const queue = [
      attempt('a1', { slots: 3, priority: 1, waitedMs: RESERVE_AFTER_MS }),
      attempt('a2', { sweepId: 's2' }),
    ];
    const small = place(input(queue, { capacity: 2 }));
    expect(small.picks.map((pick) => pick.attemptId)).toEqual(['a2']);
    expect(small.waiting.get('a1')).toEqual({ code: 'node_too_small', needed: 3, capacity: 2 });
    expect(picked(input(queue, { isNearest: () => false }))).toEqual(['a2']);
  });

  it('does not put an attempt on the node that it avoids', () => {
    const result = place(input([attempt('a1', { avoidsNode: true }), attempt('a2')]));
    expect(result.picks.map((pick) => pick.attemptId)).toEqual(['a2']);
    expect(result.waiting.get('a1')).toEqual({ code: 'avoids_node' });
  });

  it('starves no wide attempt, however many narrow ones of its priority keep coming', () => {
    const narrow = fc.record({ team: fc.integer({ min: 1, max: 3 }), lasts: fc.integer({ min: 1, max: 5 }) });
    const rounds = fc.array(fc.array(narrow, { minLength: 4, maxLength: 4 }), {
      minLength: 30,
      maxLength: 30,
    });
    fc.assert(
      fc.property(
        rounds,
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        (arrivals, slots, team) => {
          const wide = attempt('a0', { slots, teamId: `t${team}`, sweepId: 'wide' });
          let running: { slots: readonly number[]; team: string; until: number }[] = [];
          let queue: (QueuedAttempt & { since: number; lasts: number })[] = [{ ...wide, since: 3, lasts: 1 }];
          // A round is a minute. The wide one comes in the fourth, when every slot is busy; four narrow ones come in each.
          const startOfWide = arrivals.findIndex((rows, round) => {
            rows.forEach((row, at) => {
              const id = `a${1 + 4 * round + at}`;
              const own = { teamId: `t${row.team}`, sweepId: `s${row.team}` };
              queue.push({ ...attempt(id, own), since: round, lasts: row.lasts });
            });
            running = running.filter((one) => one.until > round);
            const busy = new Set(running.flatMap((one) => one.slots));
            const free = [0, 1, 2, 3].filter((slot) => !busy.has(slot));
            const byTeam = new Map<string, number>();
            for (const one of running) byTeam.set(one.team, (byTeam.get(one.team) ?? 0) + one.slots.length);
            const come = queue
              .filter((one) => one.since <= round)
              .map((one) => ({ ...one, waitedMs: (round - one.since) * RESERVE_AFTER_MS }));
            const { picks } = place(
              input(come, { free, capacity: 4, share: { byTeam, bySweep: new Map() } }),
            );
            const started = new Set(picks.map((pick) => pick.attemptId));
            for (const pick of picks) {
              const chosen = queue.find((one) => one.id === pick.attemptId);
              running.push({
                slots: pick.slots,
                team: chosen?.teamId ?? '',
                until: round + (chosen?.lasts ?? 1),
              });
            }
            queue = queue.filter((one) => !started.has(one.id));
            return started.has('a0');
          });
          expect(startOfWide).toBeGreaterThanOrEqual(3);
        },
      ),
    );
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

  it('shares slots fairly: no team gets one while another that waits runs fewer', () => {
    const teams = fc.array(fc.record({ waits: fc.nat(6), runs: fc.nat(4) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(teams, fc.integer({ min: 0, max: 12 }), (rows, slots) => {
        const queue = rows.flatMap(({ waits }, team) =>
          Array.from({ length: waits }, () => ({ teamId: `t${team}`, sweepId: `s${team}` })),
        );
        const byTeam = new Map(rows.map(({ runs }, team) => [`t${team}`, runs]));
        const attempts = queue.map((own, i) => attempt(`a${i}`, own));
        const free = Array.from({ length: slots }, (_, i) => i);
        const { waiting } = place(input(attempts, { free, share: { byTeam, bySweep: new Map() } }));
        const after = new Map(byTeam);
        const got = attempts.filter(({ id }) => !waiting.has(id));
        for (const { teamId } of got) after.set(teamId, (after.get(teamId) ?? 0) + 1);
        const least = Math.min(...[...waiting.keys()].map((id) => after.get(teamOf(attempts, id)) ?? 0));
        for (const { teamId } of got) expect(after.get(teamId)).toBeLessThanOrEqual(least + 1);
      }),
    );
  });

  it('gives no slot to a lower priority while one that fits waits', () => {
    const queued = fc.record({ sweep: fc.nat(2), priority: fc.integer({ min: -2, max: 2 }) });
    fc.assert(
      fc.property(fc.array(queued, { maxLength: 16 }), fc.nat(6), (rows, slots) => {
        const attempts = rows.map(({ sweep, priority }, i) =>
          attempt(`a${i}`, { sweepId: `s${sweep}`, teamId: `t${sweep}`, priority }),
        );
        const free = Array.from({ length: slots }, (_, i) => i);
        const { waiting } = place(input(attempts, { free }));
        const highest = Math.max(
          ...attempts.filter(({ id }) => waiting.has(id)).map(({ priority }) => priority),
        );
        for (const { id, priority } of attempts) {
          if (!waiting.has(id)) expect(priority).toBeGreaterThanOrEqual(highest);
        }
      }),
    );
  });
});

function teamOf(attempts: readonly QueuedAttempt[], id: string): string {
  return attempts.find((one) => one.id === id)?.teamId ?? '';
}
