// Tokens of attempts. Derived from a secret of the server and the lease's id, so a repeated answer carries the same token and
// nothing about it needs to be stored; whether it reaches anything is decided by the live lease.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Queryable } from '@swath/persistence';

const PREFIX = 'swt_';
const MAC_LENGTH = 40;

/** 160 bits in hexadecimal: old wandb clients take exactly 40 characters after the first dash of a key. */
function macOf(secret: Buffer, leaseId: string): string {
  return createHmac('sha256', secret).update(leaseId).digest('hex').slice(0, MAC_LENGTH);
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

/** `swt_<lease id without ls_, dashes as underscores>-<mac>`. */
export function attemptToken(secret: Buffer, leaseId: string): string {
  return `${PREFIX}${leaseId.slice(3).replaceAll('-', '_')}-${macOf(secret, leaseId)}`;
}

/** The lease a token names, if the token is genuine. */
export function leaseOfToken(secret: Buffer, token: string): string | undefined {
  const [head = '', mac = ''] = token.split('-', 2);
  if (
    !head.startsWith(PREFIX) ||
    mac.length !== MAC_LENGTH ||
    token.length !== head.length + 1 + MAC_LENGTH
  ) {
    return undefined;
  }
  const leaseId = `ls_${head.slice(PREFIX.length).replaceAll('_', '-')}`;
  const given = Buffer.from(mac);
  const expected = Buffer.from(macOf(secret, leaseId));
  return given.length === expected.length && timingSafeEqual(given, expected) ? leaseId : undefined;
}
