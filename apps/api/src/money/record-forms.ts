/** Records in the form a caller accepts: JSON, CSV or JSON lines. */
import { csvLine } from '@swath/contracts';
import type { Cell } from '@swath/contracts';
import type { ApiReply, ApiRequest } from '../http/request.js';

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
