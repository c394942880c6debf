/**
 * Turns every failure into an RFC 9457 problem with the trace id of its request. What the catalogue does not know is logged
 * with its stack and answered as `internal/unexpected`; a stack never leaves the process.
 */
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { DomainError, toProblem } from '@swath/contracts';
import { isConnectionLoss } from '@swath/persistence';
import type { Logger } from '@swath/platform';
import type { ApiReply, ApiRequest } from './request.js';

/** The filter of the whole application. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<ApiRequest>();
    const reply = http.getResponse<ApiReply>();
    const known = knownError(error, request);
    if (known === undefined || known.code === 'internal/unexpected') {
      this.log.error(
        { err: error, traceId: request.id, method: request.method, path: request.url },
        'request failed',
      );
    }
    const problem = toProblem(
      known ?? new DomainError('internal/unexpected', 'the server met an unexpected error'),
      request.id,
    );
    if (reply.sent || reply.raw.headersSent) return;
    if (problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="swath"');
    if (problem.status === 503) void reply.header('retry-after', '1');
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .send(JSON.stringify({ ...problem, instance: request.url.split('?')[0] }));
  }
}

/** The failure in the words of the catalogue, or `undefined` when it is a defect. */
function knownError(error: unknown, request: ApiRequest): DomainError | undefined {
  if (error instanceof DomainError) return error;
  if (isConnectionLoss(error)) {
    return new DomainError('server/unavailable', 'the database cannot be reached', { cause: error });
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DomainError('request/too-large', 'the body is larger than this address accepts');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new DomainError(
        'request/unsupported-type',
        `the content type ${String(request.headers['content-type']).slice(0, 100)} is not accepted here`,
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new DomainError('request/malformed', 'the body has not the length its header says');
  }
  return statusError(error);
}

function statusError(error: unknown): DomainError | undefined {
  const status = error instanceof HttpException ? error.getStatus() : statusCodeOf(error);
  if (status === 404) return new DomainError('route/not-found', 'there is no such address');
  if (status === 413)
    return new DomainError('request/too-large', 'the body is larger than this address accepts');
  if (status === 415)
    return new DomainError('request/unsupported-type', 'the content type is not accepted here');
  if (status !== undefined && status >= 400 && status < 500) {
    return new DomainError(
      'request/malformed',
      error instanceof Error ? error.message.slice(0, 200) : 'unreadable',
    );
  }
  return undefined;
}

function statusCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}
