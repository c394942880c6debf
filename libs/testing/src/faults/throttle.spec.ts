import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Throttle } from './throttle.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Throttle', () => {
  it('gives all connections one rate', () => {
    const throttle = new Throttle(1_400);
    const got: string[] = [];
    const [a, b] = [{}, {}];
    throttle.send(a, Buffer.alloc(2_800, 'a'), (bytes) => got.push(`a${bytes.length}`));
    throttle.send(b, Buffer.alloc(100, 'b'), (bytes) => got.push(`b${bytes.length}`));
    vi.advanceTimersByTime(999);
    expect(got).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(got).toEqual(['a1400']);
    vi.advanceTimersByTime(2_000);
    expect(got.toSorted()).toEqual(['a1400', 'a1400', 'b100']);
  });

  it('does not let a large message hold up a small one of another connection', () => {
    const throttle = new Throttle(1_400);
    const got: string[] = [];
    throttle.send({}, Buffer.alloc(140_000), () => got.push('large'));
    throttle.send({}, Buffer.alloc(10), () => got.push('small'));
    vi.advanceTimersByTime(2_100);
    expect(got).toContain('small');
  });

  it('keeps the order within a connection, and drops what waits when closed', () => {
    const throttle = new Throttle(1_000);
    const connection = {};
    let got = '';
    for (const text of ['one ', 'two ', 'three '])
      throttle.send(connection, Buffer.from(text), (bytes) => (got += bytes.toString()));
    vi.advanceTimersByTime(10);
    expect(got).toBe('one two ');
    throttle.close();
    vi.advanceTimersByTime(1_000);
    expect(got).toBe('one two ');
  });
});
