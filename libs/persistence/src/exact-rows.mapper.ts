// Logged lines on disk, exactly: the columns of `metric-chunk.mapper.ts` with two kinds more, so that `1`, `1.0`, 2^60+1, NaN and
// nested values come back as they were sent. `decodeMetrics` reads these chunks too, as ordinary values.
import { splitExtendedJson } from './extended-json.mapper.js';
import { decodeCells, packChunk, unpackChunk, type ColumnHeader } from './metric-chunk.mapper.js';

/** Codec number stored with each chunk written here. */
export const EXACT_CODEC = 2;

/** One line: names to the text of their values, in the order they were sent. */
export type ExactRow = ReadonlyMap<string, string>;

/** Reads one line. @throws ExtendedJsonError */
export function parseExactRow(line: string): ExactRow {
  return new Map(splitExtendedJson(line));
}

/** Writes a row as one line. */
export function writeExactRow(row: ExactRow): string {
  return `{${[...row].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

/** The row's step, if it has one that is a whole number in range. */
export function stepOf(row: ExactRow): number | undefined {
  const text = row.get('_step');
  if (text === undefined) return undefined;
  const step = Number(text);
  return Number.isSafeInteger(step) ? step : undefined;
}

const INTEGER = /^-?(?:0|[1-9]\d{0,17})$/;
const REAL = /^(?:NaN|-?Infinity|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function isReal(text: string): boolean {
  if (!REAL.test(text) || /^-?\d+$/.test(text)) return false;
  // A decimal beyond the range of a double keeps its text.
  return !/^-?\d/.test(text) || Number.isFinite(Number(text));
}

function encodeColumn(
  name: string,
  cells: readonly (string | undefined)[],
): { header: ColumnHeader; body: Buffer } {
  const rows: number[] = [];
  const present: string[] = [];
  cells.forEach((cell, index) => {
    if (cell === undefined) return;
    rows.push(index);
    present.push(cell);
  });
  const sparse = rows.length === cells.length ? {} : { rows };
  if (present.every((text) => INTEGER.test(text) && text !== '-0')) {
    const body = Buffer.alloc(present.length * 8);
    present.forEach((text, index) => body.writeBigInt64LE(BigInt(text), index * 8));
    return { header: { name, kind: 'i64', ...sparse, bytes: body.length }, body };
  }
  if (present.every(isReal)) {
    const body = Buffer.alloc(present.length * 8);
    present.forEach((text, index) => body.writeDoubleLE(Number(text), index * 8));
    return { header: { name, kind: 'real', ...sparse, bytes: body.length }, body };
  }
  const body = Buffer.from(JSON.stringify(present));
  return { header: { name, kind: 'text', ...sparse, bytes: body.length }, body };
}

/** Encodes lines; `decodeExactRows` gives equal values back. */
export function encodeExactRows(rows: readonly ExactRow[]): Buffer {
  const names = new Set<string>();
  for (const row of rows) for (const name of row.keys()) names.add(name);
  const columns = [...names].map((name) =>
    encodeColumn(
      name,
      rows.map((row) => row.get(name)),
    ),
  );
  return packChunk(rows.length, columns);
}

/** A double with the mark of a real number, so that a reader does not take it for an integer. */
function realText(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function textsOf(header: ColumnHeader, body: Buffer): string[] {
  const count = body.length / 8;
  switch (header.kind) {
    case 'i64':
      return Array.from({ length: count }, (_, index) => body.readBigInt64LE(index * 8).toString());
    case 'real':
      return Array.from({ length: count }, (_, index) => realText(body.readDoubleLE(index * 8)));
    case 'text':
      return JSON.parse(body.toString()) as string[];
    case 'f64':
    case 'json':
      return decodeCells(header, body).map((value) =>
        typeof value === 'number' ? String(value) : JSON.stringify(value),
      );
  }
}

/** Decodes a chunk of either codec into lines. Rows of codec 1 get their step as `_step`. */
export function decodeExactRows(chunk: Buffer): ExactRow[] {
  const { header, column } = unpackChunk(chunk);
  const rows = Array.from({ length: header.rows }, () => new Map<string, string>());
  for (const [own, body] of column) {
    if (own.name === '\u0000offset') continue;
    const name = own.name === '\u0000step' ? '_step' : own.name;
    textsOf(own, body).forEach((text, index) => {
      rows[own.rows?.[index] ?? index]?.set(name, text);
    });
  }
  return rows;
}
