/** A failed call as callers meet it: the server's problem document, or the reason why there was none. */
import type { Problem } from '@swath/contracts';

/** A call that got no 2xx answer. */
export class ApiError extends Error {
  /** HTTP status; 0 when the server was not reached. */
  readonly status: number;
  /** The server's problem document, when it gave one. */
  readonly problem: Problem | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, options: { status: number; problem?: Problem | undefined; cause?: unknown }) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ApiError';
    this.status = options.status;
    this.problem = options.problem;
    this.retryable = options.problem?.retryable ?? [0, 429, 502, 503, 504].includes(options.status);
  }

  /** Code of the catalogue, such as `sweep/not-found`; empty without a problem document. */
  get code(): string {
    return this.problem?.code ?? '';
  }
}
