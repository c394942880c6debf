/** Gives a stored JSON answer its type back: it was written by the same operation. */

/** The answer as its operation wrote it. */
export function storedAnswer<T extends object>(body: unknown): T {
  return body as T;
}
