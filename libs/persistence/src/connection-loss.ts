// Which errors of the PostgreSQL client mean that the server was not there, as opposed to refusing a statement; and the patience that
// every process has with it at its start.
import { setTimeout as delay } from 'node:timers/promises';

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

/** How often a first step is begun while PostgreSQL cannot be reached, and the pause between, ms: about a minute in all. */
const TRIES = 60;
const RETRY_MS = 1_000;

/**
 * Runs a step of a process's start, again and again for about a minute while PostgreSQL cannot be reached: it may start after us, or go
 * away for a moment. Says once on standard error what it waits for.
 *
 * @param step  has no effect when it fails
 * @throws whatever the step throws that is no loss of the connection, and its last loss
 */
export async function whenReachable<Result>(step: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (tries >= TRIES || !isConnectionLoss(error)) throw error;
      if (tries === 1)
        process.stderr.write(
          `PostgreSQL cannot be reached (${codeOf(error) || String(error)}); trying for a minute\n`,
        );
      await delay(RETRY_MS);
    }
  }
}
