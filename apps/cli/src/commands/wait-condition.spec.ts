import { describe, expect, it } from 'vitest';
import { aSweep } from '../../test/fake-api.js';
import { parseWaitCondition } from './wait-condition.js';

const running = aSweep();
const ended = (state: 'finished' | 'stopped') => aSweep({ state, endedAt: '2026-01-01T00:00:00.000Z' });

describe('parseWaitCondition', () => {
  it.each([
    ['finished', running, 'pending'],
    ['finished', ended('finished'), 'met'],
    ['finished', ended('stopped'), 'unmeetable'],
    ['ended', ended('stopped'), 'met'],
    ['best<0.02', running, 'met'],
    ['best < 0.0174', running, 'pending'],
    ['best<=0.0174', running, 'met'],
    ['best<1e-3', ended('finished'), 'unmeetable'],
    ['best<1', aSweep({ best: null }), 'pending'],
    ['trials>=2', running, 'met'],
    ['trials>2', running, 'pending'],
    ['running==1', running, 'met'],
    ['failed>0', running, 'pending'],
    ['cost>1', running, 'met'],
    ['cost>1', aSweep({ cost: null }), 'pending'],
  ] as const)('%s', (text, sweep, verdict) => {
    expect(parseWaitCondition(text).judge(sweep)).toBe(verdict);
  });

  it.each(['', 'bset<1', 'best', 'best<', 'best<x', 'best=1', 'constructor>1', 'trials>=1;rm'])(
    'refuses "%s" and lists what there is',
    (text) => {
      expect(() => parseWaitCondition(text)).toThrow(
        expect.objectContaining({
          facts: expect.objectContaining({ exit: 'usage', hint: expect.stringContaining('trials>=100') }),
        }),
      );
    },
  );
});
