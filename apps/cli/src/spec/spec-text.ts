// Changes keys of a spec in its text and finds where a key stands. Scalars are kept as they are written: `1.0` and `1`, or `1e-3` and
// `0.001`, differ in a sweep file, and reading them as numbers would lose that.
import {
  isCollection,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
  Scalar,
} from 'yaml';
import { usageError } from '../output/cli-error.js';

/** A key and its new value. */
export interface SpecEdit {
  /** Keys from the outside in. */
  readonly path: readonly string[];
  /** `yaml` is read as YAML, `text` is a string whatever it looks like. */
  readonly value: { readonly yaml: string } | { readonly text: string };
  /** Adds to the list at the path instead of replacing it. */
  readonly append?: boolean;
}

/** The edit of `--set a.b=c`; `\.` is a dot within a name. @throws CliError `cli/usage` */
export function parseSetFlag(flag: string): SpecEdit {
  const at = flag.indexOf('=');
  if (at < 1) throw usageError(`--set ${flag}: write KEY=VALUE, such as --set budget.max_trials=20`);
  const path = flag
    .slice(0, at)
    .split(/(?<!\\)\./)
    .map((name) => name.replaceAll('\\.', '.'));
  if (path.some((name) => name === '')) throw usageError(`--set ${flag}: a name between the dots is missing`);
  return { path, value: { yaml: flag.slice(at + 1) } };
}

/**
 * The text with the edits applied; comments and the spelling of every other value stay.
 *
 * @throws CliError `cli/usage` for an edit that does not fit into the document, or a value that is not YAML
 */
export function editSpecText(text: string, edits: readonly SpecEdit[]): string {
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false });
  // What cannot be read is reported by the parser of specs, with its place.
  if (document.errors.length > 0) return text;
  for (const edit of edits) apply(document, edit);
  if (/^\s*\{/.test(text)) quoteKeys(document);
  return document.toString({ lineWidth: 0 });
}

function apply(document: Document, { path, value, append = false }: SpecEdit): void {
  const node = valueNode(value, path);
  try {
    if (append && isCollection(document.getIn(path))) document.addIn(path, node);
    else if (append) document.setIn(path, document.createNode([node]));
    else document.setIn(path, node);
  } catch {
    throw usageError(
      `"${path.join('.')}" cannot be set: what the file has at a key before it has no keys of its own`,
      'change the file, or set the outer key as a whole',
    );
  }
}

function valueNode(value: SpecEdit['value'], path: readonly string[]): Node {
  if ('text' in value) {
    const scalar = new Scalar(value.text);
    scalar.type = Scalar.QUOTE_DOUBLE;
    return scalar;
  }
  const { contents, errors } = parseDocument(value.yaml, { schema: 'failsafe' });
  const [error] = errors;
  if (error !== undefined) {
    throw usageError(
      `the value of "${path.join('.')}" cannot be read: ${error.message.split('\n')[0] ?? ''}`,
      `write it as in the file, such as 20, 0.5, [16, 32] or {min: 1, max: 9}`,
    );
  }
  return isNode(contents) ? contents : new Scalar('');
}

/** A JSON document stays one: new keys are quoted as JSON wants them, and so is text among new values. */
function quoteKeys(document: Document): void {
  visit(document, {
    Pair(_index, pair) {
      if (!isNode(pair.key)) pair.key = new Scalar(pair.key);
    },
    Scalar(key, node) {
      const isJsonWord = /^(true|false|null|-?\d+(\.\d+)?([eE][-+]?\d+)?)$/.test(String(node.value));
      if (key === 'key' || !isJsonWord || node.type === Scalar.QUOTE_SINGLE) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
}

/** Line and column, from 1, of the innermost existing part of a JSON pointer; empty when the text cannot be read. */
export function placeOf(text: string, pointer: string): { line?: number; column?: number } {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, lineCounter: lines });
  const path = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    const start = isScalar(node) || isCollection(node) ? node.range?.[0] : undefined;
    if (start === undefined || start === null) continue;
    const { line, col } = lines.linePos(start);
    return { line, column: col };
  }
  return {};
}
