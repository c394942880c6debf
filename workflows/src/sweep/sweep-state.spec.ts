import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSweepEnded, sweepStates } from '@swath/contracts/states';
import type { SweepStatus } from '../ports/sweep.activities.js';
import { LAUNCH_CHUNK } from '../timeouts.js';
import { nextStep, waitMs } from './sweep-state.js';

const running: SweepStatus = {
  state: 'running',
  window: 8,
  open: 3,
  launchable: 100,
  exhausted: false,
  nextRequest: 1,
  dueInMs: null,
};

describe('nextStep', () => {
  it.each<[string, Partial<SweepStatus>, ReturnType<typeof nextStep>]>([
    ['fills the window', {}, { kind: 'launch', count: 5 }],
    ['asks for no more than the limits allow', { launchable: 2 }, { kind: 'launch', count: 2 }],
    ['asks for at most one chunk', { window: 500, open: 0 }, { kind: 'launch', count: LAUNCH_CHUNK }],
    ['waits when the window is full', { open: 8 }, { kind: 'wait' }],
    ['waits when the window has shrunk below what is open', { window: 2 }, { kind: 'wait' }],
    ['waits for open trials when exhausted', { exhausted: true }, { kind: 'wait' }],
    ['waits for open trials when a limit is reached', { launchable: 0 }, { kind: 'wait' }],
    ['finishes when exhausted', { exhausted: true, open: 0 }, { kind: 'finish' }],
    ['finishes when a limit is reached', { launchable: 0, open: 0 }, { kind: 'finish' }],
    ['waits while stopping with open trials', { state: 'stopping' }, { kind: 'wait' }],
    ['finishes a stopped sweep', { state: 'stopping', open: 0 }, { kind: 'finish' }],
    ['waits while cancelling with open trials', { state: 'cancelling' }, { kind: 'wait' }],
    ['finishes a cancelled sweep', { state: 'cancelling', open: 0 }, { kind: 'finish' }],
    [
      'never ends a paused sweep',
      { state: 'paused', open: 0, launchable: 0, exhausted: true },
      { kind: 'wait' },
    ],
    ['is over when the sweep has ended', { state: 'finished', open: 0 }, { kind: 'ended' }],
  ])('%s', (_name, change, step) => {
    expect(nextStep({ ...running, ...change }, false)).toEqual(step);
  });

  it('launches nothing after a permanent failure, and finishes once no trial is open', () => {
    expect(nextStep(running, true)).toEqual({ kind: 'wait' });
    expect(nextStep({ ...running, open: 0 }, true)).toEqual({ kind: 'finish' });
  });

  it('never launches beyond window or limits, never finishes over an open trial', () => {
    const status = fc.record({
      state: fc.constantFrom(...sweepStates),
      window: fc.nat(2000),
      open: fc.nat(2000),
      launchable: fc.nat(10_000),
      exhausted: fc.boolean(),
      nextRequest: fc.integer({ min: 1, max: 1000 }),
      dueInMs: fc.constant(null),
    });
    fc.assert(
      fc.property(status, fc.boolean(), (at, failed) => {
        const step = nextStep(at, failed);
        if (step.kind === 'launch') {
          expect(at.state).toBe('running');
          expect(failed || at.exhausted).toBe(false);
          expect(step.count).toBeGreaterThan(0);
          expect(at.open + step.count).toBeLessThanOrEqual(at.window);
          expect(step.count).toBeLessThanOrEqual(Math.min(at.launchable, LAUNCH_CHUNK));
        }
        if (step.kind === 'finish') expect(at.open).toBe(0);
        expect(step.kind === 'ended').toBe(isSweepEnded(at.state));
      }),
    );
  });
});

describe('waitMs', () => {
  it.each([
    ['the reconcile interval without a limit in time', null, 600_000],
    ['until the limit is due', 30_000, 30_000],
    ['the reconcile interval when the limit is further away', 3_600_000, 600_000],
    ['a second at least when the limit is due now', 0, 1_000],
  ])('waits %s', (_name, dueInMs, milliseconds) => {
    expect(waitMs({ dueInMs }, 600_000)).toBe(milliseconds);
  });
});
