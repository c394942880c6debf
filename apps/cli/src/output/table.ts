// Tables for a terminal of any width, and the same rows as CSV. Columns that do not fit are left out, least important first; then the
// elastic ones are cut.
import { csvLine } from '@swath/contracts';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { Style } from './style.js';

/** One column over rows of type `T`. */
export interface Column<T> {
  readonly title: string;
  readonly cell: (row: T) => string;
  readonly align?: 'left' | 'right';
  /** Columns with a lower number go first when the terminal is narrow; default 10. */
  readonly weight?: number;
  /** Whether the text may be cut to fit; default false. */
  readonly elastic?: boolean;
}

const GAP = '  ';
const LEAST_ELASTIC = 8;

/** How a table is drawn. */
export interface TableOptions {
  /** Characters in a line; undefined for no limit. */
  readonly width: number | undefined;
  readonly style: Style;
}

/** Lines of a table: the titles, then one line a row. */
export function tableLines<T>(
  rows: readonly T[],
  columns: readonly Column<T>[],
  { width, style }: TableOptions,
): string[] {
  const measured = columns.map((column) => {
    const cells = rows.map((row) => oneLine(column.cell(row)));
    return {
      column,
      cells,
      width: Math.max(stringWidth(column.title), ...cells.map((cell) => stringWidth(cell))),
    };
  });
  const fitted = width === undefined ? measured : fit(measured, width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, index) => pad(text, fitted[index]))
      .join(GAP)
      .trimEnd();
  const titles = line(fitted.map(({ column }) => column.title));
  return [
    style.dim(titles),
    ...rows.map((_row, index) => line(fitted.map(({ cells }) => cells[index] ?? ''))),
  ];
}

interface Measured<T> {
  readonly column: Column<T>;
  readonly cells: readonly string[];
  readonly width: number;
}

function fit<T>(columns: readonly Measured<T>[], available: number): readonly Measured<T>[] {
  let kept = columns;
  while (kept.length > 1 && leastWidth(kept) > available) {
    const lightest = kept.reduce((least, one) => (weightOf(one) <= weightOf(least) ? one : least));
    kept = kept.filter((one) => one !== lightest);
  }
  let excess = totalWidth(kept) - available;
  return kept.map((one) => {
    if (excess <= 0 || !one.column.elastic) return one;
    const width = Math.max(Math.min(one.width, LEAST_ELASTIC), one.width - excess);
    excess -= one.width - width;
    return { ...one, width };
  });
}

function weightOf<T>({ column }: Measured<T>): number {
  return column.weight ?? 10;
}

function totalWidth<T>(columns: readonly Measured<T>[]): number {
  return columns.reduce((total, { width }) => total + width, GAP.length * (columns.length - 1));
}

function leastWidth<T>(columns: readonly Measured<T>[]): number {
  return totalWidth(
    columns.map((one) => (one.column.elastic ? { ...one, width: Math.min(one.width, LEAST_ELASTIC) } : one)),
  );
}

function pad<T>(text: string, measured: Measured<T> | undefined): string {
  if (measured === undefined) return text;
  const cut = cutTo(text, measured.width);
  const space = ' '.repeat(Math.max(0, measured.width - stringWidth(cut)));
  return measured.column.align === 'right' ? space + cut : cut + space;
}

/** A wide character at the place of the cut may leave one column too many. */
function cutTo(text: string, width: number): string {
  const cut = cliTruncate(text, width);
  return stringWidth(cut) <= width ? cut : cliTruncate(text, width - 1);
}

/** Control characters of names and logs would move the cursor. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** The rows as CSV, titles first. */
export function csvText<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const titles = columns.map(({ title }) => title.toLowerCase());
  return [titles, ...rows.map((row) => columns.map(({ cell }) => cell(row)))].map(csvLine).join('');
}
