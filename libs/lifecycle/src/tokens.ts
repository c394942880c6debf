// Tokens of attempts. Derived from a secret of the server and the lease's id, so a repeated answer carries the same token and
// nothing about it needs to be stored; whether it reaches anything is decided by the live lease.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Queryable } from '@swath/persistence';

const PREFIX = 'swt_';
const MAC_LENGTH = 40;

function macOf(secret: Buffer, leaseId: string): string {
  return createHmac('sha256', secret).update(leaseId).digest('base64url').slice(0, MAC_LENGTH);
}

/** Reads the server's secret for attempt tokens, making it at the first call. */
export async function tokenSecret(db: Queryable): Promise<Buffer> {
  await db.query(
    `INSERT INTO server_secret (name, value)
     VALUES ('attempt-token', sha256((gen_random_uuid()::text || gen_random_uuid()::text)::bytea)) ON CONFLICT (name) DO NOTHING`,
  );
  const [row] = await db.query<{ value: Buffer }>(
    `SELECT value FROM server_secret WHERE name = 'attempt-token'`,
  );
  if (row === undefined) throw new Error('the server secret is missing');
  return row.value;
}

/** `swt_<lease id>_<mac>`. */
export function attemptToken(secret: Buffer, leaseId: string): string {
  return `${PREFIX}${leaseId}_${macOf(secret, leaseId)}`;
}

/** The lease a token names, if the token is genuine. */
export function leaseOfToken(secret: Buffer, token: string): string | undefined {
  if (!token.startsWith(PREFIX) || token.length < PREFIX.length + MAC_LENGTH + 2) return undefined;
  const leaseId = token.slice(PREFIX.length, -(MAC_LENGTH + 1));
  const given = Buffer.from(token.slice(-MAC_LENGTH));
  const expected = Buffer.from(macOf(secret, leaseId));
  return given.length === expected.length && timingSafeEqual(given, expected) ? leaseId : undefined;
}
