/** Rows of metrics as newline-delimited JSON: what a script posts by plain HTTP. */
import { DomainError, metricRowSchema } from '@swath/contracts';
import type { Json, MetricRow } from '@swath/contracts';

const MOST_ROWS = 5_000;

/**
 * Reads lines such as `{"step":3,"val_loss":0.31}`; `step` (or `_step`) is the step, everything else a value.
 *
 * @throws `request/malformed` naming the line
 */
export function readRows(text: unknown): MetricRow[] {
  if (typeof text !== 'string')
    throw new DomainError('request/malformed', 'the body must be lines of JSON objects');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length === 0 || lines.length > MOST_ROWS) {
    throw new DomainError('request/malformed', `the body has ${lines.length} rows; send 1 to ${MOST_ROWS}`);
  }
  return lines.map(readRow);
}

function readRow(line: string, index: number): MetricRow {
  const fail = (why: string) => new DomainError('request/malformed', `line ${index + 1}: ${why}`);
  let values: unknown;
  try {
    values = JSON.parse(line);
  } catch {
    throw fail('not valid JSON; write NaN and infinities as "NaN", "Infinity", "-Infinity"');
  }
  if (!isObject(values)) throw fail('must be a JSON object');
  const { step, _step, ...rest } = values;
  const at = step ?? _step;
  const row = metricRowSchema.safeParse({ ...(at === undefined ? {} : { step: at }), values: rest });
  if (!row.success) throw fail('step must be a whole number, 0 or more');
  return row.data;
}

function isObject(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
