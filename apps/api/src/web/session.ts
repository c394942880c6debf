/**
 * Browser sessions without a table: the cookie is the API key and an end time, sealed with a secret that all servers share. A
 * stolen cookie does not show the key, and a revoked key ends its sessions, because every request authenticates the key anew.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { DomainError } from '@swath/contracts';
import type { ApiRequest } from '../http/request.js';

/** How long a session lasts, seconds. */
export const SESSION_SECONDS = 7 * 86_400;
/** Header that every write of a session must carry: a foreign page cannot send it without a CORS preflight, which is not answered. */
export const CLIENT_HEADER = 'swath-client';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LONGEST_COOKIE = 2_000;

function sealingKey(secret: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'swath web session', 32));
}

/** The cookie's value for a key, good until `endsAtMs` of the epoch. */
export function sealSession(secret: Buffer, apiKey: string, endsAtMs: number): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(secret), nonce, { authTagLength: TAG_BYTES });
  const text = cipher.update(`${endsAtMs} ${apiKey}`, 'utf8');
  return Buffer.concat([nonce, text, cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

/** The key in a cookie's value, or `undefined` when it is forged, damaged or over. */
export function openSession(secret: Buffer, sealed: string, nowMs: number): string | undefined {
  const bytes = Buffer.from(sealed.slice(0, LONGEST_COOKIE), 'base64url');
  if (bytes.length <= NONCE_BYTES + TAG_BYTES) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, sealingKey(secret), bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)).toString() + decipher.final('utf8');
    const [endsAt, apiKey] = text.split(' ');
    return Number(endsAt) > nowMs ? apiKey : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The API key behind the session of a request, or `undefined` without one.
 *
 * @throws `auth/forbidden` for a write that may come from another site
 */
export function sessionKey(secret: Buffer, request: ApiRequest): string | undefined {
  const sealed = cookieOf(request);
  if (sealed === undefined) return undefined;
  checkOwnSite(request);
  return openSession(secret, sealed, Date.now());
}

/** Refuses a write that a page of another site may have caused. @throws `auth/forbidden` */
export function checkOwnSite(request: ApiRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { origin, host } = request.headers;
  const isForeign = origin !== undefined && hostOf(origin) !== host;
  if (!isForeign && request.headers[CLIENT_HEADER] === 'web') return;
  throw new DomainError(
    'auth/forbidden',
    `a write with a browser session must come from Swath's own pages (header ${CLIENT_HEADER}: web)`,
  );
}

/** Set-Cookie for a session; an empty value ends it. Scripts cannot read it and other sites cannot make a browser send it. */
export function sessionCookie(request: ApiRequest, value: string): string {
  const secure = isHttps(request) ? '; Secure' : '';
  const age = value === '' ? 0 : SESSION_SECONDS;
  return `${cookieName(request)}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${age}${secure}`;
}

function cookieOf(request: ApiRequest): string | undefined {
  const prefix = `${cookieName(request)}=`;
  const found = request.headers.cookie?.split(/; */).find((pair) => pair.startsWith(prefix));
  const value = found?.slice(prefix.length);
  return value === '' ? undefined : value;
}

// The __Host- prefix keeps subdomains and plain HTTP from planting a cookie; browsers accept it over HTTPS only.
function cookieName(request: ApiRequest): string {
  return isHttps(request) ? '__Host-swath-session' : 'swath-session';
}

function isHttps(request: ApiRequest): boolean {
  return request.protocol === 'https' || request.headers['x-forwarded-proto'] === 'https';
}

function hostOf(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined;
  }
}
