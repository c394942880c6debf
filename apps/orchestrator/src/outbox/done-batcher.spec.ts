import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BURST, DoneBatcher, EARN_MS, FULL_BATCH, GATHER_MS } from './done-batcher.js';
import type { DoneTrial } from './done-batcher.js';

let rows = 0n;
function trial(sweepId = 'sw_one'): DoneTrial {
  rows += 1n;
  return { rowId: rows, sweepId, trialId: `tr-${rows}` };
}

/** A batcher whose burst for `sw_one` is used up at time 0. */
function exhausted(): DoneBatcher {
  const batcher = new DoneBatcher();
  for (let signal = 0; signal < BURST; signal += 1) {
    batcher.add(trial(), 0);
    for (let more = 1; more < FULL_BATCH; more += 1) batcher.add(trial(), 0);
    expect(batcher.take(0)).toHaveLength(1);
  }
  return batcher;
}

describe('DoneBatcher', () => {
  it('sends the first trial after the moment in which others may join it', () => {
    const batcher = new DoneBatcher();
    batcher.add(trial(), 100);
    expect(batcher.nextDueAt()).toBe(100 + GATHER_MS);
    expect(batcher.take(100 + GATHER_MS - 1)).toEqual([]);
    batcher.add(trial(), 110);
    const [batch, ...others] = batcher.take(100 + GATHER_MS);
    expect(batch?.trials).toHaveLength(2);
    expect(others).toEqual([]);
    expect(batcher.nextDueAt()).toBeUndefined();
  });

  it('keeps sweeps apart', () => {
    const batcher = new DoneBatcher();
    batcher.add(trial('sw_one'), 0);
    batcher.add(trial('sw_two'), 0);
    expect(batcher.take(GATHER_MS).map((batch) => batch.sweepId)).toEqual(['sw_one', 'sw_two']);
  });

  it('sends a full batch at once', () => {
    const batcher = new DoneBatcher();
    for (let count = 0; count < FULL_BATCH; count += 1) batcher.add(trial(), 7);
    expect(batcher.take(7)).toHaveLength(1);
  });

  it('sends one signal a second once the burst is used up', () => {
    const batcher = exhausted();
    batcher.add(trial(), 50);
    expect(batcher.nextDueAt()).toBe(EARN_MS);
    expect(batcher.take(EARN_MS - 1)).toEqual([]);
    expect(batcher.take(EARN_MS)).toHaveLength(1);
    batcher.add(trial(), EARN_MS + 1);
    expect(batcher.nextDueAt()).toBe(2 * EARN_MS);
  });

  it('still sends a full batch at once when the burst is used up', () => {
    const batcher = exhausted();
    for (let count = 0; count < FULL_BATCH; count += 1) batcher.add(trial(), 50);
    expect(batcher.take(50)).toHaveLength(1);
  });

  it('does not slow down other sweeps', () => {
    const batcher = exhausted();
    batcher.add(trial('sw_two'), 0);
    expect(batcher.take(GATHER_MS).map((batch) => batch.sweepId)).toEqual(['sw_two']);
  });

  it('earns the burst back in quiet times, and no more than the burst', () => {
    const batcher = exhausted();
    batcher.take(10 * BURST * EARN_MS);
    batcher.add(trial(), 10 * BURST * EARN_MS);
    expect(batcher.nextDueAt()).toBe(10 * BURST * EARN_MS + GATHER_MS);
  });

  it('gives out everything at the end of time', () => {
    const batcher = exhausted();
    batcher.add(trial(), 50);
    expect(batcher.take(Infinity)).toHaveLength(1);
  });

  it('delivers each trial exactly once, in bounded time, at no more than the allowed rate', () => {
    const gaps = fc.array(fc.nat(300), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(gaps, (pauses) => {
        const batcher = new DoneBatcher();
        const waiting = new Map<bigint, number>();
        let now = 0;
        let small = 0;
        const take = (): void => {
          for (const { trials } of batcher.take(now)) {
            if (trials.length < FULL_BATCH) small += 1;
            for (const { rowId } of trials) {
              expect(now - (waiting.get(rowId) ?? -Infinity)).toBeLessThanOrEqual(EARN_MS + GATHER_MS);
              waiting.delete(rowId);
            }
          }
        };
        const advanceTo = (next: number): void => {
          for (let due = batcher.nextDueAt(); due !== undefined && due <= next; due = batcher.nextDueAt()) {
            now = Math.max(now, due);
            take();
          }
          now = next;
        };
        for (const pause of pauses) {
          advanceTo(now + pause);
          const one = trial();
          waiting.set(one.rowId, now);
          batcher.add(one, now);
        }
        advanceTo(now + EARN_MS + GATHER_MS);
        expect(waiting.size).toBe(0);
        expect(small).toBeLessThanOrEqual(BURST + now / EARN_MS + 1);
      }),
    );
  });
});
