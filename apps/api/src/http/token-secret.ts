/** The server's secret for tokens, tickets, cursors and sessions: read once at the start, injected where it is needed. */
import type { Provider } from '@nestjs/common';
import { tokenSecret } from '@swath/lifecycle';
import { Database, whenReachable } from '@swath/persistence';

/** Injection token of the secret, a `Buffer`. */
export const TOKEN_SECRET = Symbol('token secret');

/** Provides the secret. Waits up to a minute for PostgreSQL, which may go away between two statements of a start. */
export const tokenSecretProvider: Provider = {
  provide: TOKEN_SECRET,
  useFactory: (db: Database) => whenReachable(() => tokenSecret(db)),
  inject: [Database],
};
