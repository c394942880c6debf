import { describe, expect, it } from 'vitest';
import { trialsAtOnce } from './initial-failures.js';

describe('the trials of a sweep that may run at once', () => {
  it.each([
    ['are those it asks for before anything has failed', 0, 3, 8, 8],
    ['have no limit of their own before anything has failed', 0, 3, null, null],
    ['are after a failure as many as it may still lose', 1, 3, null, 2],
    ['stay within its own limit', 1, 10, 4, 4],
    ['are those it asks for once an attempt has proved that the command runs', null, 3, 8, 8],
    ['are those it asks for when any number may fail', 2, null, 8, 8],
  ])('%s', (_, initialFailures, maxInitialFailures, parallel, expected) => {
    expect(trialsAtOnce({ initialFailures, maxInitialFailures, parallel })).toBe(expected);
  });
});
