/**
 * Signs the cursors of every list on their way out and checks them on their way in, so that handlers see positions only. A cursor belongs
 * to its list, its filters and its organisation: sent elsewhere or changed, it is refused instead of read as some other place.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { routeOf } from './operation.js';
import type { ApiRequest } from './request.js';

const SIGNATURE = 22;

/** Interceptor of every route; those without `cursor` and `nextCursor` pass. */
export class SignedCursors implements NestInterceptor {
  constructor(private readonly secret: Buffer) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { operationId, path } = routeOf(context);
    if (!path.startsWith('/api/')) return next.handle();
    const request = context.switchToHttp().getRequest<ApiRequest>();
    const list = `${operationId}\n${request.principal?.orgId ?? ''}\n${listOf(request)}`;
    this.openCursor(request, list);
    return next.handle().pipe(map((body: unknown) => this.sealCursor(body, list)));
  }

  private openCursor({ query }: ApiRequest, list: string): void {
    if (typeof query !== 'object' || query === null || !('cursor' in query)) return;
    const { cursor } = query;
    if (typeof cursor !== 'string') return;
    const position = cursor.slice(0, -SIGNATURE - 1);
    const given = Buffer.from(cursor.slice(-SIGNATURE));
    const expected = Buffer.from(this.signatureOf(position, list));
    if (given.length === expected.length && timingSafeEqual(given, expected)) {
      query.cursor = position;
      return;
    }
    const problems = [
      { pointer: '/query/cursor', code: 'request/cursor', detail: 'Send a cursor as the last page gave it.' },
    ];
    throw new DomainError('request/invalid', 'the cursor is not one of this list with these filters', {
      problems,
    });
  }

  private sealCursor(body: unknown, list: string): unknown {
    if (typeof body !== 'object' || body === null || !('nextCursor' in body)) return body;
    const { nextCursor } = body;
    if (typeof nextCursor !== 'string') return body;
    return { ...body, nextCursor: `${nextCursor}.${this.signatureOf(nextCursor, list)}` };
  }

  private signatureOf(position: string, list: string): string {
    const digest = createHmac('sha256', this.secret)
      .update(`cursor\n${list}\n${position}`)
      .digest('base64url');
    return digest.slice(0, SIGNATURE);
  }
}

/** The list a request reads: its path and filters, without the page's size and place. */
function listOf(request: ApiRequest): string {
  const [path = '', search = ''] = request.url.split('?');
  const filters = new URLSearchParams(search);
  filters.delete('cursor');
  filters.delete('limit');
  filters.sort();
  return `${path}?${filters.toString()}`;
}
