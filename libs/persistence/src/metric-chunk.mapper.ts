// Metric chunks on disk: the rows of one batch, turned into columns and deflated. Numeric columns are packed as float64, so
// every bit of a double survives, NaN and infinities included; anything else is kept as JSON text. `readMetrics` decodes.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json, MetricRow } from '@swath/contracts';

/** Codec number stored with each chunk written here. */
export const METRIC_CODEC = 1;

/** One logged value on its way out: numbers stay numbers, also those JSON cannot write. */
export type LoggedValue = number | Exclude<Json, number>;

/** One row as it was logged. */
export interface LoggedRow {
  readonly step: number | null;
  readonly offsetMs: number | null;
  readonly values: Readonly<Record<string, LoggedValue>>;
}

interface ColumnHeader {
  readonly name: string;
  readonly kind: 'f64' | 'json';
  /** Row indices that have a value; absent when every row has one. */
  readonly rows?: readonly number[];
  readonly bytes: number;
}

interface ChunkHeader {
  readonly rows: number;
  readonly columns: readonly ColumnHeader[];
}

const STEP = '\u0000step';
const OFFSET = '\u0000offset';
const nonFinite: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, '-Infinity': -Infinity };

/** The number a logged value stands for, or `undefined` when it is no number. The wire writes non-finite ones as strings. */
export function numericValue(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? nonFinite[value] : undefined;
}

function packNumbers(values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => buffer.writeDoubleLE(value, index * 8));
  return buffer;
}

function encodeColumn(
  name: string,
  cells: readonly (Json | undefined)[],
): { header: ColumnHeader; body: Buffer } {
  const rows: number[] = [];
  const present: Json[] = [];
  cells.forEach((cell, index) => {
    if (cell === undefined) return;
    rows.push(index);
    present.push(cell);
  });
  const numbers = present.map(numericValue);
  const numeric = numbers.every((value): value is number => value !== undefined);
  const body = numeric ? packNumbers(numbers) : Buffer.from(JSON.stringify(present));
  const sparse = rows.length === cells.length ? {} : { rows };
  return { header: { name, kind: numeric ? 'f64' : 'json', ...sparse, bytes: body.length }, body };
}

/** Encodes rows; `decodeMetrics` gives them back exactly. */
export function encodeMetrics(rows: readonly MetricRow[]): Buffer {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row.values)) names.add(name);
  const columns = [
    encodeColumn(
      STEP,
      rows.map((row) => row.step),
    ),
    encodeColumn(
      OFFSET,
      rows.map((row) => row.offsetMs),
    ),
    ...[...names].map((name) =>
      encodeColumn(
        name,
        rows.map((row) => (Object.hasOwn(row.values, name) ? row.values[name] : undefined)),
      ),
    ),
  ];
  const header: ChunkHeader = { rows: rows.length, columns: columns.map((column) => column.header) };
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return deflateRawSync(Buffer.concat([length, head, ...columns.map((column) => column.body)]));
}

function decodeColumn(header: ColumnHeader, body: Buffer): LoggedValue[] {
  if (header.kind === 'json') return JSON.parse(body.toString()) as LoggedValue[];
  return Array.from({ length: body.length / 8 }, (_, index) => body.readDoubleLE(index * 8));
}

/**
 * Decodes a chunk.
 *
 * @param only  metric names wanted; default all
 */
export function decodeMetrics(chunk: Buffer, only?: ReadonlySet<string>): LoggedRow[] {
  const bytes = inflateRawSync(chunk);
  const headEnd = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.subarray(4, headEnd).toString()) as ChunkHeader;
  const rows = Array.from({ length: header.rows }, () => ({
    step: null as number | null,
    offsetMs: null as number | null,
    values: Object.create(null) as Record<string, LoggedValue>,
  }));
  let at = headEnd;
  for (const column of header.columns) {
    const body = bytes.subarray(at, at + column.bytes);
    at += column.bytes;
    const own = column.name === STEP || column.name === OFFSET;
    if (!own && only !== undefined && !only.has(column.name)) continue;
    decodeColumn(column, body).forEach((value, index) => {
      const row = rows[column.rows?.[index] ?? index];
      if (row === undefined) return;
      if (column.name === STEP) row.step = value as number;
      else if (column.name === OFFSET) row.offsetMs = value as number;
      else row.values[column.name] = value;
    });
  }
  return rows;
}
