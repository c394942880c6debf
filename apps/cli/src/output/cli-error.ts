// The one error that commands throw: what is wrong, what to do about it, and how the process ends. `render-error.ts` prints it.
import type { ExitName } from './exit-codes.js';

/** What an error says besides its message. */
export interface CliErrorFacts {
  /** Stable code, `area/name`. */
  readonly code: string;
  readonly exit: ExitName;
  /** What to do, in one sentence or one command. */
  readonly hint?: string | undefined;
  /** Trace id of the request that failed. */
  readonly trace?: string | undefined;
  /** Fields at fault. */
  readonly problems?: readonly ShownProblem[] | undefined;
  /** The document the fields are in. */
  readonly source?: ErrorSource | undefined;
  readonly cause?: unknown;
}

/** What is shown of a field at fault. */
export interface ShownProblem {
  /** JSON pointer; empty for the whole document. */
  readonly pointer: string;
  readonly detail: string;
  /** Place in the document, from 1. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A file that a person can correct. */
export interface ErrorSource {
  /** As the person named it. */
  readonly name: string;
  readonly text: string;
}

/** A failure of a command. */
export class CliError extends Error {
  readonly facts: CliErrorFacts;

  constructor(message: string, facts: CliErrorFacts) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'CliError';
    this.facts = facts;
  }
}

/** A mistake on the command line. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError(message, { code: 'cli/usage', exit: 'usage', hint });
}
