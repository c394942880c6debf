/** A refusal as tracking clients understand it: a real HTTP status and one message. Statuses decide whether they try again. */
import { DomainError, toProblem } from '@swath/contracts';
import { isConnectionLoss } from '@swath/persistence';

/** Refuses a request with a status and a text that the client shows to its user. */
export class WireError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'WireError';
  }
}

/** What to answer to a failure; `known` is false for a defect, which is logged and never shown. */
export function refusalOf(error: unknown): {
  readonly status: number;
  readonly message: string;
  readonly known: boolean;
} {
  if (error instanceof WireError) return { status: error.status, message: error.message, known: true };
  if (error instanceof DomainError) {
    const { status, detail } = toProblem(error, '');
    return { status, message: detail, known: status < 500 };
  }
  if (isConnectionLoss(error)) return { status: 503, message: 'the database cannot be reached', known: true };
  return { status: 500, message: 'the server met an unexpected error', known: false };
}
