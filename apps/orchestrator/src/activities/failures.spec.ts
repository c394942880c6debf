import { ApplicationFailure } from '@temporalio/activity';
import { DomainError } from '@swath/contracts';
import { describe, expect, it } from 'vitest';
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

describe('withFailures', () => {
  it('returns the result of the body', async () => {
    expect(await withFailures(() => Promise.resolve(7))).toBe(7);
  });

  it('translates what the body throws', async () => {
    const body = (): Promise<never> => Promise.reject(new DomainError('trial/not-found', 'none'));
    await expect(withFailures(body)).rejects.toBeInstanceOf(ApplicationFailure);
  });
});
