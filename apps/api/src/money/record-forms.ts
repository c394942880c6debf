/**
 * Records in the form a caller accepts: JSON, CSV (RFC 4180, an empty field for null) or JSON lines. In CSV a text that a spreadsheet
 * would take for a formula gets an apostrophe before it; numbers, negative ones too, stay as they are.
 */
import type { ApiReply, ApiRequest } from '../http/request.js';

/** Text of one cell; null is empty. */
export type Cell = string | number | null;

/** What a spreadsheet takes for a formula: OWASP, "CSV Injection". */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** A line of CSV. */
export function csvLine(cells: readonly Cell[]): string {
  const fields = cells.map((cell) => {
    const plain = cell === null ? '' : String(cell);
    const text = FORMULA.test(plain) && !NUMBER.test(plain) ? `'${plain}` : plain;
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${fields.join(',')}\r\n`;
}

/** An answer and its records as rows of named cells. */
export interface Records<A> {
  readonly answer: A;
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** Position of the next page, told in a header where the form has no place for it. */
  readonly nextCursor?: string | null;
}

/** The answer in the form that `Accept` names; JSON unless it names another. */
export function answerRecords<A>(request: ApiRequest, reply: ApiReply, records: Records<A>): A | string {
  const accept = request.headers.accept ?? '';
  const form = ['text/csv', 'application/x-ndjson'].find((type) => accept.includes(type));
  if (form === undefined) return records.answer;
  void reply.header('content-type', `${form}; charset=utf-8`);
  if (typeof records.nextCursor === 'string') void reply.header('x-next-cursor', records.nextCursor);
  if (form === 'application/x-ndjson') return records.rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const lines = records.rows.map((row) => csvLine(records.columns.map((column) => row[column] ?? null)));
  return [csvLine(records.columns), ...lines].join('');
}
