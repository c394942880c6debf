/**
 * Authenticates each request by its bearer key or browser session and checks that its kind and role may use the route. What a principal may
 * reach inside a route (its project, its nodes, its run) is checked by `access.ts`.
 */
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { Route } from '@swath/contracts';
import { authenticate } from '@swath/lifecycle';
import type { Principal, Role } from '@swath/lifecycle';
import type { Database } from '@swath/persistence';
import { routeOf } from './operation.js';
import { sessionKey } from '../web/session.js';
import type { RateLimits } from './rate-limits.js';
import type { ApiReply, ApiRequest } from './request.js';

/** How long a key may work after it was revoked, milliseconds. */
const CACHE_MS = 5_000;
const CACHED_KEYS = 10_000;
const ATTEMPT_TOKEN = 'swt_';
const ranks: Readonly<Record<Role, number>> = { agent: 0, viewer: 1, member: 2, budget_owner: 3, admin: 4 };

/** The guard of every route. */
export class AuthGuard implements CanActivate {
  private readonly known = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(
    private readonly db: Database,
    private readonly secret: Buffer,
    private readonly limits: RateLimits,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context);
    if (route.scope === 'public') return true;
    const http = context.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const reply = http.getResponse<ApiReply>();
    request.principal = await this.identified(request, reply);
    await this.limits.count(route, request, reply);
    checkScope(route, request.principal);
    return true;
  }

  /** Who the caller is. An address that keeps trying keys is told to wait, whatever it sends next. */
  private async identified(request: ApiRequest, reply: ApiReply): Promise<Principal> {
    try {
      return await this.principalOf(this.keyOf(request));
    } catch (error) {
      if (error instanceof DomainError && error.code === 'auth/invalid') {
        await this.limits.countFailure(request, reply);
      }
      throw error;
    }
  }

  /** The key a request comes with. A header goes before the session, so that a script's key is never replaced by a cookie. */
  private keyOf(request: ApiRequest): string {
    if (request.headers.authorization !== undefined) return bearerOf(request);
    return sessionKey(this.secret, request) ?? bearerOf(request);
  }

  private async principalOf(token: string): Promise<Principal> {
    const cached = this.known.get(token);
    if (cached !== undefined && cached.until > performance.now()) return cached.principal;
    const principal = await authenticate(this.db, token, this.secret);
    if (principal === undefined) {
      if (token.startsWith(ATTEMPT_TOKEN)) {
        throw new DomainError('lease/fenced', 'the lease of this attempt token has ended');
      }
      throw new DomainError('auth/invalid', 'the key is not known or was revoked');
    }
    if (principal.kind !== 'attempt') this.remember(token, principal);
    return principal;
  }

  private remember(token: string, principal: Principal): void {
    if (this.known.size >= CACHED_KEYS) this.known.clear();
    this.known.set(token, { principal, until: performance.now() + CACHE_MS });
  }
}

function bearerOf(request: ApiRequest): string {
  const header = request.headers.authorization;
  if (header === undefined) throw new DomainError('auth/missing', 'the Authorization header is missing');
  const match = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header);
  if (match?.[1] === undefined) {
    throw new DomainError('auth/invalid', 'the Authorization header must be "Bearer <key>"');
  }
  return match[1];
}

/** Whether the kind and role of a principal may use a route. @throws `auth/forbidden` naming what is needed */
export function checkScope(route: Pick<Route, 'scope'>, principal: Principal): void {
  const { scope } = route;
  if (scope === 'public') return;
  if (scope === 'agent' || scope === 'attempt') {
    if (principal.kind === 'agent' || (scope === 'attempt' && principal.kind === 'attempt')) return;
    const needed = scope === 'agent' ? 'an agent key' : 'an agent key or the token of the attempt';
    throw new DomainError('auth/forbidden', `this address needs ${needed}`);
  }
  const isPerson = principal.kind === 'user' || principal.kind === 'service';
  if (isPerson && ranks[principal.role] >= ranks[scope]) return;
  throw new DomainError('auth/forbidden', `this address needs an API key with role ${scope} or higher`);
}
