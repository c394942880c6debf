/**
 * A line of CSV (RFC 4180), for the API's answers and the command line. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it; numbers, negative ones too, stay as they are.
 */

/** Text of one cell; null is empty. */
export type Cell = string | number | null;

/** What a spreadsheet takes for a formula: OWASP, "CSV Injection". A sign alone is none. */
const FORMULA = /^[=+\-@\t\r]./s;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** The line, with its end. */
export function csvLine(cells: readonly Cell[]): string {
  const fields = cells.map((cell) => {
    const plain = cell === null ? '' : String(cell);
    const text = FORMULA.test(plain) && !NUMBER.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(',')}\r\n`;
}
