/** Signing in and out of the web pages: an API key becomes a session cookie. Scripts send the key itself and need no session. */
import { Controller, Delete, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import { authenticate } from '@swath/lifecycle';
import { Database } from '@swath/persistence';
import { PublicAsset } from '../http/operation.js';
import { RateLimits } from '../http/rate-limits.js';
import type { ApiReply, ApiRequest } from '../http/request.js';
import { TOKEN_SECRET } from '../http/token-secret.js';
import { checkOwnSite, sealSession, SESSION_SECONDS, sessionCookie } from './session.js';

const LONGEST_KEY = 512;

/** Routes of sessions. */
@Controller()
export class SessionController {
  constructor(
    private readonly db: Database,
    private readonly limits: RateLimits,
    @Inject(TOKEN_SECRET) private readonly secret: Buffer,
  ) {}

  @Post('/auth/session')
  @HttpCode(204)
  @PublicAsset()
  async signIn(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): Promise<void> {
    checkOwnSite(request);
    const key = keyOf(request.body);
    const principal = await authenticate(this.db, key, this.secret);
    if (principal === undefined) {
      await this.limits.countFailure(request, reply);
      throw new DomainError('auth/invalid', 'the key is not known or was revoked');
    }
    if (principal.kind !== 'user' && principal.kind !== 'service') {
      throw new DomainError(
        'auth/forbidden',
        'this is the key of an agent; sign in with an API key (swk_...)',
      );
    }
    const sealed = sealSession(this.secret, key, Date.now() + SESSION_SECONDS * 1000);
    reply.header('cache-control', 'no-store').header('set-cookie', sessionCookie(request, sealed));
  }

  @Delete('/auth/session')
  @HttpCode(204)
  @PublicAsset()
  signOut(@Req() request: ApiRequest, @Res({ passthrough: true }) reply: ApiReply): void {
    checkOwnSite(request);
    reply.header('cache-control', 'no-store').header('set-cookie', sessionCookie(request, ''));
  }
}

function keyOf(body: unknown): string {
  const key = typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
  if (typeof key === 'string' && key.length > 0 && key.length <= LONGEST_KEY) return key.trim();
  throw new DomainError('request/invalid', `/key: must be an API key of 1 to ${LONGEST_KEY} characters`);
}
