import type { EventView } from '@swath/contracts';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { aSweep } from '../../test/fake-api.js';
import { applyEvent, eventLine, type FollowedTrials } from './followed-trials.js';
import { statusLine, trialLines, type Shown } from './sweep-progress.js';

const style = pc.createColors(false);
const at = '2026-01-01T00:00:05.000Z';

function event(name: string, entity: EventView['entity']): EventView {
  return { id: '1-1', topic: 'sweep:sw_1a2b3c4d', name, entity, at };
}

/** The lines that a person without a terminal sees. */
function linesOf(events: readonly EventView[], trials: FollowedTrials = new Map()): string[] {
  return events.flatMap((one) => eventLine(one, applyEvent(trials, one), 'loss') ?? []);
}

const life = [
  event('trial.created', { id: 'tr_1', number: 7, state: 'queued', parameters: { lr: 0.1 } }),
  event('attempt.started', { number: 7, attempt: 1, state: 'running' }),
  event('metrics.append', { number: 7, step: 3, resource: 3, value: 2.03 }),
  event('decision.recorded', {
    number: 7,
    decision: { action: 'stop', rule: 'asha', rung: 0, resource: 1, value: 2.5, rank: 44, n: 146 },
  }),
  event('attempt.ended', { number: 7, attempt: 1, outcome: 'pruned' }),
  event('trial.state_changed', { number: 7, state: 'pruned' }),
];

describe('eventLine', () => {
  it('tells the life of a trial', () => {
    expect(linesOf(life)).toEqual([
      `${at} trial=7 state=running attempt=1`,
      `${at} trial=7 decision=stop resource=1 loss=2.5 reason="asha rung 0 rank 44/146"`,
      `${at} trial=7 state=pruned resource=3 loss=2.03 reason="asha rung 0 rank 44/146"`,
    ]);
  });

  it('keeps quiet about decisions to go on and about events it does not know', () => {
    expect(
      linesOf([
        event('decision.recorded', { number: 1, decision: { action: 'continue' } }),
        event('node.online', { id: 'nd_1' }),
      ]),
    ).toEqual([]);
  });
});

function shown(change: Partial<Shown> = {}): Shown {
  const trials: FollowedTrials = new Map();
  life.slice(0, 3).forEach((one) => applyEvent(trials, one));
  return {
    sweep: aSweep(),
    trials,
    nowMs: Date.parse('2026-01-01T02:10:00.000Z'),
    secondsLeft: 11_400,
    connected: true,
    ...change,
  };
}

describe('statusLine', () => {
  it('says how far, how many, the best, how long, how much', () => {
    expect(statusLine(shown(), 200, style)).toBe(
      '[########........] 2/4   running 1  finished 2   best loss 0.0174 (#1)   2 h 10 m, ~3 h 10 m left   $1.25/$20.00',
    );
  });

  it('drops the time first and then the counts when the terminal is narrow, and never passes its width', () => {
    expect(statusLine(shown(), 90, style)).toBe(
      '[########........] 2/4   running 1  finished 2   best loss 0.0174 (#1)   $1.25/$20.00',
    );
    expect(statusLine(shown(), 70, style)).toBe(
      '[########........] 2/4   best loss 0.0174 (#1)   $1.25/$20.00',
    );
    for (let width = 1; width < 120; width += 1)
      expect(statusLine(shown(), width, style).length).toBeLessThanOrEqual(width);
  });

  it('says when the server is away, and in which state a sweep is that does not run', () => {
    expect(statusLine(shown({ connected: false, sweep: aSweep({ state: 'paused' }) }), 200, style)).toContain(
      'paused   no connection, trying again',
    );
  });
});

describe('trialLines', () => {
  it('shows running trials with what varies', () => {
    expect(trialLines(shown(), { width: 80, most: 8, style })).toEqual([
      '  #7    step 3  loss 2.03   lr=0.1',
    ]);
  });

  it('counts those that do not fit', () => {
    const trials: FollowedTrials = new Map();
    for (let number = 1; number <= 5; number += 1)
      applyEvent(trials, event('attempt.started', { number, state: 'running' }));
    expect(trialLines(shown({ trials }), { width: 80, most: 2, style }).at(-1)).toBe('  and 3 more running');
  });
});
