// The API for commands: a client for the host and key of the settings, and its failures as errors of the command line.
import { ApiClient, ApiError } from '@swath/api-client';
import { CliError } from './output/cli-error.js';
import { exitOfStatus } from './output/exit-codes.js';
import type { Settings } from './settings/settings.js';

/** @throws CliError `auth/missing` when there is no key for the host */
export function connect({ host, token }: Settings): ApiClient {
  if (token !== undefined) return new ApiClient({ host: host.value, key: token.value });
  throw new CliError(`there is no API key for ${host.value}`, {
    code: 'auth/missing',
    exit: 'auth',
    hint: `swath login --host ${host.value}, or set SWATH_TOKEN; in the folder of a local stack its key is found by itself`,
  });
}

/** The error that a person is shown for anything thrown. */
export function cliErrorOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ApiError) return error.status === 0 ? unreachable(error) : refused(error);
  const message = error instanceof Error ? error.message : String(error);
  return new CliError(message, { code: 'cli/unexpected', exit: 'error', cause: error });
}

function refused({ message, status, problem }: ApiError): CliError {
  if (problem === undefined) {
    return new CliError(`the server gave an answer that is not Swath's: ${message}`, {
      code: 'server/unexpected-answer',
      exit: exitOfStatus(status),
      hint: 'check that the address is that of a Swath server, and what stands between',
    });
  }
  const { code, detail, hint, traceId, errors } = problem;
  return new CliError(detail, { code, exit: exitOfStatus(status), hint, trace: traceId, problems: errors });
}

function unreachable(error: ApiError): CliError {
  return new CliError(`${error.message}: ${causeOf(error)}`, {
    code: 'server/unreachable',
    exit: 'unavailable',
    hint: 'check that the server runs ("swath up" starts a local one), or name another with --host or SWATH_HOST',
    cause: error,
  });
}

/** The innermost reason: `fetch failed` alone says nothing. */
function causeOf(error: Error): string {
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors[0] instanceof Error) return cause.errors[0].message;
  if (cause instanceof Error)
    return cause.cause === undefined ? cause.message || 'no answer' : causeOf(cause);
  return error.message;
}
