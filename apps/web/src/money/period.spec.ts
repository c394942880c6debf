import { describe, expect, it } from 'vitest';
import { dayBefore, daysOf, daysPassed, isDay, monthOf, nextDay } from './period.js';

const noon = Date.UTC(2024, 1, 28, 12);

describe('periods', () => {
  it('are the month of a time, in UTC', () => {
    expect(monthOf(noon)).toEqual({ from: '2024-02-01', to: '2024-03-01' });
    expect(monthOf(Date.UTC(2024, 11, 31, 23))).toEqual({ from: '2024-12-01', to: '2025-01-01' });
  });

  it('have the days that have begun, over a leap day too', () => {
    const period = { from: '2024-02-27', to: '2024-03-02' };
    expect(daysOf(period, noon)).toEqual(['2024-02-27', '2024-02-28']);
    expect(daysOf(period, noon + 9e9)).toEqual(['2024-02-27', '2024-02-28', '2024-02-29', '2024-03-01']);
    expect(daysPassed(period, noon)).toBe(1.5);
    expect(daysPassed(period, noon + 9e9)).toBe(4);
  });

  it('step by days', () => {
    expect(nextDay('2024-02-29')).toBe('2024-03-01');
    expect(dayBefore('2024-03-01')).toBe('2024-02-29');
  });

  it.each(['2024-02-30', '2024-2-3', 'today', '', '2024-13-01'])('do not take %j for a day', (text) => {
    expect(isDay(text)).toBe(false);
  });
});
