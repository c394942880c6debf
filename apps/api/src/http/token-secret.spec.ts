import type { Queryable } from '@swath/persistence';
import { expect, it, vi } from 'vitest';
import { tokenSecretProvider } from './token-secret.js';

it('waits for a PostgreSQL that goes away between two statements of the start', async () => {
  const secret = Buffer.from('secret');
  let calls = 0;
  const db: Queryable = {
    query: <Row extends object>() => {
      calls += 1;
      if (calls === 1)
        return Promise.reject(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
      return Promise.resolve([{ value: secret }] as unknown as Row[]);
    },
  };
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  if (!('useFactory' in tokenSecretProvider)) throw new Error('the provider is a factory');
  await expect(tokenSecretProvider.useFactory(db)).resolves.toBe(secret);
});
