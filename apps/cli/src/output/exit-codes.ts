// The exit codes of the command line, which scripts rely on. `help exit-codes` prints this table.

/** What each way to end is called, and its exit code. */
export const exitCodes = {
  ok: 0,
  error: 1,
  usage: 2,
  unmet: 3,
  auth: 4,
  notFound: 5,
  conflict: 6,
  budget: 7,
  unavailable: 8,
  timeout: 124,
  interrupted: 130,
} as const;

/** A way to end. */
export type ExitName = keyof typeof exitCodes;

/** One sentence for each. */
export const exitMeanings: Readonly<Record<ExitName, string>> = {
  ok: 'done',
  error: 'an error without a code of its own',
  usage: 'the command line or the sweep spec is not valid',
  unmet: 'the condition cannot be met any more: the sweep ended without it, or without a finished trial',
  auth: 'no API key, or a key that may not do this',
  notFound: 'there is no such thing, or the key does not reach it',
  conflict: 'the thing is in another state',
  budget: 'refused by a budget',
  unavailable: 'the server cannot be reached, or has too much to do',
  timeout: 'the time given with --timeout is over',
  interrupted: 'interrupted with Ctrl-C',
};

/** How a command ends after the server answered with a problem of this HTTP status. */
export function exitOfStatus(status: number): ExitName {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return 'usage';
    case 401:
    case 403:
      return 'auth';
    case 404:
      return 'notFound';
    case 409:
    case 412:
    case 428:
      return 'conflict';
    case 402:
    case 423:
      return 'budget';
    case 429:
    case 502:
    case 503:
    case 504:
      return 'unavailable';
    default:
      return 'error';
  }
}
