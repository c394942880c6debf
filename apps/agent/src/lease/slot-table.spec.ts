import fc from 'fast-check';
import type { SlotOffer } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
import { SlotTable } from './slot-table.js';

const slot = (index: number, healthy = true): SlotOffer => ({
  index,
  kind: 'simulated',
  uuid: `S${index}`,
  model: 'S',
  memoryMiB: 1,
  healthy,
});

function table(count: number): { slots: SlotTable; freed: () => number } {
  let freed = 0;
  const slots = new SlotTable(() => (freed += 1));
  slots.replace(Array.from({ length: count }, (_, index) => slot(index)));
  return { slots, freed: () => freed };
}

describe('SlotTable', () => {
  it('offers a slot once, until it is given back', () => {
    const { slots, freed } = table(3);
    expect(slots.takeFree()).toEqual([0, 1, 2]);
    expect(slots.takeFree()).toEqual([]);
    slots.release([1]);
    expect(freed()).toBe(1);
    expect(slots.takeFree()).toEqual([1]);
  });

  it('does not offer a busy, ill or quarantined slot', () => {
    const { slots } = table(3);
    slots.occupy([0]);
    slots.quarantine([1]);
    slots.release([1]);
    slots.replace([slot(0), slot(1), slot(2, false), slot(3)]);
    expect(slots.takeFree()).toEqual([3]);
  });

  it('offers the slots of an ended attempt with its end, but not what was quarantined or fell ill', () => {
    const { slots } = table(3);
    slots.occupy([0, 1, 2]);
    slots.quarantine([1]);
    slots.replace([slot(0), slot(1), slot(2, false)]);
    expect(slots.reoffer([0, 1, 2])).toEqual([0]);
    expect(slots.takeFree()).toEqual([]);
  });

  it('forgets slots that are gone and keeps what is known of the others', () => {
    const { slots } = table(2);
    slots.occupy([0]);
    slots.replace([slot(0)]);
    slots.replace([slot(0), slot(1)]);
    expect(slots.takeFree()).toEqual([1]);
  });

  it('never has a slot in two offers', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('take' as const) }),
      fc.record({ kind: fc.constant('grant' as const), pick: fc.nat(7) }),
      fc.record({ kind: fc.constant('end' as const), pick: fc.nat(7) }),
      fc.record({ kind: fc.constant('giveBack' as const), pick: fc.nat(7) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { slots } = table(4);
        const offered = new Set<number>();
        const busy = new Set<number>();
        for (const action of steps) {
          if (action.kind === 'take') {
            for (const index of slots.takeFree()) {
              expect(offered.has(index) || busy.has(index)).toBe(false);
              offered.add(index);
            }
            continue;
          }
          const from = action.kind === 'end' ? busy : offered;
          const index = [...from][action.pick % Math.max(1, from.size)];
          if (index === undefined) continue;
          from.delete(index);
          if (action.kind === 'grant') {
            slots.occupy([index]);
            busy.add(index);
          } else slots.release([index]);
        }
      }),
    );
  });
});
