// Asks a question at the terminal. Without a terminal nothing is asked: the caller says which flag answers instead.
import type { Host } from '../host.js';

/** What came of a question. */
export type Answer = 'yes' | 'no' | 'cannot ask';

/** Asks a question whose default answer is no. */
export async function confirm(
  { stdin, stderr }: Pick<Host, 'stdin' | 'stderr'>,
  question: string,
): Promise<Answer> {
  if (!stdin.isTTY || !stderr.isTTY) return 'cannot ask';
  stderr.write(`${question} [y/N] `);
  return /^y(es)?$/i.test((await stdin.line()).trim()) ? 'yes' : 'no';
}
