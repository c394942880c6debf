// Which errors of the PostgreSQL client mean that the server was not there, as opposed to refusing a statement.

/** PostgreSQL's or the system's code of an error; empty without one. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Whether an error means that PostgreSQL could not be reached or went away, as opposed to refusing a statement. */
export function isConnectionLoss(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08|57P0|53300)/.test(code) || /^E(CONN|PIPE|TIMEDOUT|HOSTUNREACH)/.test(code)) return true;
  return (
    error instanceof Error &&
    /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Query read timeout/.test(
      error.message,
    )
  );
}
