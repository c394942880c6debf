/** The shape of an entry in the tables of bad specs. */

/** One spec and where its problem must point. */
export interface BadSpec {
  readonly name: string;
  /** Text in YAML or JSON. */
  readonly text: string;
  readonly pointer: string;
  readonly code: string;
}

/** First lines of a spec that is otherwise right. */
export const head = 'program: train.py\nmethod: random\n';

/** Makes an entry. */
export function bad(name: string, text: string, pointer: string, code: string): BadSpec {
  return { name, text, pointer, code };
}
