/**
 * Parses a line of the ask/tell protocol without losing whether a bound was written as an integer: `"min": 0.0` makes a
 * parameter continuous and `"min": 0` makes it an integer, as W&B infers it, and JSON.parse returns 0 for both.
 */
/** A numeric bound with its key, or any text, so that what looks like a bound inside a text is passed over. */
const BOUND_OR_TEXT = /("(?:min|max)"\s*:\s*)(-?\d[\d.eE+-]*)|"(?:[^"\\]|\\.)*"/g;

/**
 * The JSON value of a line; bounds written with a point or an exponent are texts, which `readParameters` takes as
 * continuous.
 *
 * @throws SyntaxError when the line is not JSON
 */
export function parseRequestText(line: string): unknown {
  JSON.parse(line);
  const marked = line.replace(BOUND_OR_TEXT, (token: string, key?: string, bound?: string) =>
    key !== undefined && bound !== undefined && /[.eE]/.test(bound) ? `${key}"${bound}"` : token,
  );
  return JSON.parse(marked);
}
