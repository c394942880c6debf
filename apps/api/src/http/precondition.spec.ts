import { describe, expect, it } from 'vitest';
import { expectedVersion } from './precondition.js';

const required = { ifMatch: 'required' } as const;

describe('If-Match', () => {
  it.each([
    ['"v7"', 7],
    ['"v12-aB_9"', 12],
    ['*', undefined],
  ])('%s is version %s', (header, version) => {
    expect(expectedVersion(required, { headers: { 'if-match': header }, body: undefined })).toBe(version);
  });

  it.each(['v7', '7', '"x"', 'W/"v7"', ''])('%s is refused', (header) => {
    expect(() => expectedVersion(required, { headers: { 'if-match': header }, body: undefined })).toThrow(
      'not an ETag',
    );
  });

  it('must be there where it is required, unless the body names the version', () => {
    expect(() => expectedVersion(required, { headers: {}, body: {} })).toThrow('If-Match');
    expect(expectedVersion(required, { headers: {}, body: { version: 3 } })).toBeUndefined();
    expect(expectedVersion({ ifMatch: 'optional' }, { headers: {}, body: {} })).toBeUndefined();
  });
});
