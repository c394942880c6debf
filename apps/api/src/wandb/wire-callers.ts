/** Authenticates requests of tracking clients: Basic with user `api`, as they send it, or Bearer. */
import { authenticate } from '@swath/lifecycle';
import type { Principal } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import { WireError } from './wire-error.js';

/** How long a key may work after it was revoked, milliseconds. */
const CACHE_MS = 5_000;
const CACHED_KEYS = 10_000;

/** Who is calling. */
export class WireCallers {
  private readonly known = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(
    private readonly db: Database,
    private readonly secret: Buffer,
  ) {}

  /** The caller of a header. @throws WireError 401 */
  async callerOf(header: string | undefined): Promise<Principal> {
    const key = keyOf(header);
    if (key === undefined)
      throw new WireError(401, 'an API key is needed: run "wandb login" or set WANDB_API_KEY');
    const cached = this.known.get(key);
    if (cached !== undefined && cached.until > performance.now()) return cached.principal;
    const principal = await authenticate(this.db, key, this.secret);
    if (principal === undefined || principal.kind === 'agent') {
      throw new WireError(401, 'this API key is not known here, was revoked, or its attempt has ended');
    }
    if (principal.kind !== 'attempt') {
      if (this.known.size >= CACHED_KEYS) this.known.clear();
      this.known.set(key, { principal, until: performance.now() + CACHE_MS });
    }
    return principal;
  }
}

function keyOf(header: string | undefined): string | undefined {
  const [scheme = '', value = ''] = (header ?? '').trim().split(/\s+/, 2);
  if (/^bearer$/i.test(scheme)) return value === '' ? undefined : value;
  if (!/^basic$/i.test(scheme)) return undefined;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const key = text.slice(text.indexOf(':') + 1).trim();
  return key === '' ? undefined : key.slice(0, 512);
}
