/**
 * If-Match: which version of an entity a change was decided on. The header is read here; the lifecycle compares the version inside of
 * the transaction of the change, so of two people who edit at once the second one gets 412 instead of undoing the first.
 */
import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { DomainError } from '@swath/contracts';
import type { Route } from '@swath/contracts';
import { routeOf } from './operation.js';
import type { ApiRequest } from './request.js';

/** The version of If-Match; `undefined` when none was sent or any will do. */
export const ExpectedVersion = createParamDecorator(
  (_data: unknown, context: ExecutionContext): number | undefined =>
    expectedVersion(routeOf(context), context.switchToHttp().getRequest<ApiRequest>()),
);

/**
 * Reads If-Match: `"v7"`, an ETag such as `"v7-x1"` (its digest covers counts that change by themselves, so only the version counts), or
 * `*`. A version in the body counts as one.
 *
 * @throws `request/precondition-missing`, `request/invalid`
 */
export function expectedVersion(
  route: Pick<Route, 'ifMatch'>,
  request: Pick<ApiRequest, 'headers' | 'body'>,
): number | undefined {
  const header = request.headers['if-match'];
  if (header === undefined) {
    if (route.ifMatch !== 'required' || hasVersion(request.body)) return undefined;
    throw new DomainError(
      'request/precondition-missing',
      'this change needs an If-Match header with the version it was decided on, such as "v7", or *',
    );
  }
  if (header === '*') return undefined;
  const match = /^"v(\d{1,9})(?:-[\w-]{1,64})?"$/.exec(header);
  if (match?.[1] !== undefined) return Number(match[1]);
  const problems = [
    { pointer: '/header/If-Match', code: 'request/if-match', detail: 'Send the ETag as it was read, or *.' },
  ];
  throw new DomainError('request/invalid', 'the If-Match header is not an ETag of this server', { problems });
}

function hasVersion(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'version' in body && typeof body.version === 'number';
}
