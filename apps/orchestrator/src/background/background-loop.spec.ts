import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundLoop, pauseAfter } from './background-loop.js';

describe('pauseAfter', () => {
  it.each([
    [1, 200],
    [2, 400],
    [5, 3_200],
    [6, 5_000],
    [1_000_000, 5_000],
  ])('pauses after %i failures for %i ms', (failures, milliseconds) => {
    expect(pauseAfter(failures)).toBe(milliseconds);
  });
});

describe('BackgroundLoop', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    Logger.overrideLogger(false);
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('repeats after the pause that the work asks for', async () => {
    const work = vi.fn(async () => 1_000);
    const loop = new BackgroundLoop('test', work);
    loop.start();
    await vi.advanceTimersByTimeAsync(999);
    expect(work).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(work).toHaveBeenCalledTimes(2);
    await loop.stop();
  });

  it('runs again at once when woken in the pause', async () => {
    const work = vi.fn(async () => 60_000);
    const loop = new BackgroundLoop('test', work);
    loop.start();
    await vi.advanceTimersByTimeAsync(10);
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(work).toHaveBeenCalledTimes(2);
    await loop.stop();
  });

  it('does not lose a wake-up that comes during a round', async () => {
    let finish: () => void = () => undefined;
    const work = vi.fn(() => new Promise<number>((resolve) => (finish = () => resolve(60_000))));
    const loop = new BackgroundLoop('test', work);
    loop.start();
    loop.wake();
    finish();
    await vi.advanceTimersByTimeAsync(0);
    expect(work).toHaveBeenCalledTimes(2);
    finish();
    await loop.stop();
  });

  it('goes on after failures, with growing pauses', async () => {
    const work = vi.fn(() => Promise.reject<number>(new Error('away')));
    const loop = new BackgroundLoop('test', work);
    loop.start();
    await vi.advanceTimersByTimeAsync(200 + 400 + 800);
    expect(work).toHaveBeenCalledTimes(4);
    await loop.stop();
  });

  it('stops after the present round and starts no other', async () => {
    let finish: () => void = () => undefined;
    const work = vi.fn(() => new Promise<number>((resolve) => (finish = () => resolve(0))));
    const loop = new BackgroundLoop('test', work);
    loop.start();
    const stopped = vi.fn();
    const stopping = loop.stop().then(stopped);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(stopped).not.toHaveBeenCalled();
    finish();
    await stopping;
    expect(work).toHaveBeenCalledTimes(1);
  });
});
