import { Logger } from '@nestjs/common';
import { ApplicationFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { DomainError } from '@swath/contracts';
import { describe, expect, it, vi } from 'vitest';
import { SuggestionError } from '../suggest/suggest-pool.js';
import { toFailure, withFailures } from './failures.js';

describe('toFailure', () => {
  it('stops retrying what a caller would have to change, and keeps the code', () => {
    const failure = toFailure(new DomainError('sweep/not-found', 'there is no sweep sw_x'));
    expect(failure).toBeInstanceOf(ApplicationFailure);
    expect(failure).toMatchObject({
      nonRetryable: true,
      type: 'sweep/not-found',
      message: 'there is no sweep sw_x',
    });
  });

  it('stops retrying a searcher that threw', () => {
    const failure = toFailure(new SuggestionError('gp', new Error('singular matrix')));
    expect(failure).toMatchObject({ nonRetryable: true, message: 'The gp searcher failed: singular matrix' });
  });

  it.each([
    ['a service that is away', new DomainError('server/unavailable', 'no connection')],
    ['anything else', new Error('Connection terminated unexpectedly')],
  ])('lets %s be retried', (_name, error) => {
    expect(toFailure(error)).toBe(error);
  });
});

/** An activity's surroundings, without the SDK's own log line for each failure. */
function environment(attempt = 1): MockActivityEnvironment {
  return new MockActivityEnvironment({ attempt }, { logger: new DefaultLogger('ERROR') });
}

describe('withFailures', () => {
  const away = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));

  it('returns the result of the body', async () => {
    expect(await withFailures(() => Promise.resolve(7))).toBe(7);
  });

  it('translates what the body throws', async () => {
    Logger.overrideLogger(false);
    const body = (): Promise<never> => Promise.reject(new DomainError('trial/not-found', 'none'));
    const failing = environment().run(() => withFailures(body));
    await expect(failing).rejects.toMatchObject({ nonRetryable: true, type: 'trial/not-found' });
  });

  it.each([
    [1, 1],
    [2, 0],
    [20, 0],
    [21, 1],
  ])('writes to the log for try %i: %i lines', async (attempt, lines) => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    await expect(environment(attempt).run(() => withFailures(away))).rejects.toThrow();
    expect(warn).toHaveBeenCalledTimes(lines);
    warn.mockRestore();
  });
});
