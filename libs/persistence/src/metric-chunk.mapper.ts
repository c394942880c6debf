// Metric chunks on disk: the rows of one batch, turned into columns and deflated. Numeric columns are packed as float64, so
// every bit of a double survives, NaN and infinities included; anything else is kept as JSON text. `readMetrics` decodes.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Json, MetricRow } from '@swath/contracts';
import { parseExtendedJson, toPlainJson } from './extended-json.mapper.js';

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

/** A column of a chunk; kinds `i64`, `real` and `text` are those of `exact-rows.mapper.ts`. */
export interface ColumnHeader {
  readonly name: string;
  readonly kind: 'f64' | 'json' | 'i64' | 'real' | 'text';
  /** Row indices that have a value; absent when every row has one. */
  readonly rows?: readonly number[];
  readonly bytes: number;
}

/** What a chunk says of itself. */
export interface ChunkHeader {
  readonly rows: number;
  readonly columns: readonly ColumnHeader[];
}

const STEP = '\u0000step';
const OFFSET = '\u0000offset';
// A map, because a logged string such as "constructor" would find a property of an object.
const nonFinite = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]);

/** The number a logged value stands for, or `undefined` when it is no number. The wire writes non-finite ones as strings. */
export function numericValue(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? nonFinite.get(value) : undefined;
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
  return packChunk(rows.length, columns);
}

/** Puts columns together and deflates them. */
export function packChunk(
  rows: number,
  columns: readonly { readonly header: ColumnHeader; readonly body: Buffer }[],
): Buffer {
  const header: ChunkHeader = { rows, columns: columns.map((column) => column.header) };
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return deflateRawSync(Buffer.concat([length, head, ...columns.map((column) => column.body)]));
}

/** Takes a chunk apart into its columns. */
export function unpackChunk(chunk: Buffer): { header: ChunkHeader; column: [ColumnHeader, Buffer][] } {
  const bytes = inflateRawSync(chunk);
  let at = 4 + bytes.readUInt32LE(0);
  const header = JSON.parse(bytes.subarray(4, at).toString()) as ChunkHeader;
  const column = header.columns.map((own): [ColumnHeader, Buffer] => {
    const body = bytes.subarray(at, at + own.bytes);
    at += own.bytes;
    return [own, body];
  });
  return { header, column };
}

/** The values of a column as ordinary ones; integers beyond 2^53 become the nearest double. */
export function decodeCells(header: ColumnHeader, body: Buffer): LoggedValue[] {
  switch (header.kind) {
    case 'json':
      return JSON.parse(body.toString()) as LoggedValue[];
    case 'f64':
    case 'real':
      return Array.from({ length: body.length / 8 }, (_, index) => body.readDoubleLE(index * 8));
    case 'i64':
      return Array.from({ length: body.length / 8 }, (_, index) => Number(body.readBigInt64LE(index * 8)));
    case 'text':
      return (JSON.parse(body.toString()) as string[]).map((text) => {
        const value = parseExtendedJson(text);
        return typeof value === 'number' ? value : (toPlainJson(value) as LoggedValue);
      });
  }
}

/**
 * Decodes a chunk.
 *
 * @param only  metric names wanted; default all
 */
export function decodeMetrics(chunk: Buffer, only?: ReadonlySet<string>): LoggedRow[] {
  const { header, column } = unpackChunk(chunk);
  const rows = Array.from({ length: header.rows }, () => ({
    step: null as number | null,
    offsetMs: null as number | null,
    values: Object.create(null) as Record<string, LoggedValue>,
  }));
  for (const [own, body] of column) {
    const isStep = own.name === STEP || own.name === '_step';
    if (!isStep && own.name !== OFFSET && only !== undefined && !only.has(own.name)) continue;
    decodeCells(own, body).forEach((value, index) => {
      const row = rows[own.rows?.[index] ?? index];
      if (row === undefined) return;
      if (isStep) row.step = value as number;
      else if (own.name === OFFSET) row.offsetMs = value as number;
      else row.values[own.name] = value;
    });
  }
  return rows;
}
