/** A failed request as pages show it: the server's problem document, or that the server was not reached. */
import type { Problem } from '@swath/contracts';

/** A request that got no 2xx answer. */
export class RequestError extends Error {
  constructor(
    /** HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** The server's problem document, when it gave one. */
    readonly problem: Problem | undefined,
  ) {
    super(
      problem?.detail ?? (status === 0 ? 'The server cannot be reached.' : `The server answered ${status}.`),
    );
    this.name = 'RequestError';
  }

  /** Whether the reader is not signed in. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }
}
