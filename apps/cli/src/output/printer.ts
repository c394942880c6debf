// Prints what a command found: data on standard output in the form that was asked for, everything else on standard error.
import type { CommonFlags } from '../common-flags.js';
import type { Host } from '../host.js';
import { usageError } from './cli-error.js';
import { styleOf, type Style } from './style.js';
import { csvText, tableLines, type Column } from './table.js';

/** How data is printed. */
export type DataFormat = 'human' | 'json' | 'csv';

/** One list for people and for programs. */
export interface ListOutput<T, A> {
  /** What the API answered, printed by `--json`. */
  readonly answer: A;
  readonly rows: readonly T[];
  readonly columns: readonly Column<T>[];
  /** Said on standard error when there are no rows. */
  readonly empty: string;
}

/** The printer of one command. */
export interface Printer {
  readonly format: DataFormat;
  readonly out: Style;
  readonly err: Style;
  /** A line of data. */
  readonly line: (text: string) => void;
  /** A line for the person: progress, hints. Nothing with `--quiet`. */
  readonly note: (text: string) => void;
  /** A line for the person that even `--quiet` keeps. */
  readonly warn: (text: string) => void;
  /** Exactly one JSON document, or with `human` the lines. */
  readonly one: <A>(answer: A, human: (answer: A) => readonly string[]) => void;
  readonly list: <T, A>(list: ListOutput<T, A>) => void;
  /** One JSON document on one line, for streams. */
  readonly ndjson: (value: unknown) => void;
}

/** The printer for a host and flags. @throws CliError `cli/usage` when flags contradict each other */
export function printerOf(host: Host, flags: CommonFlags): Printer {
  const format = formatOf(flags);
  const fields = flags.fields?.split(',').map((name) => name.trim());
  const out = styleOf(host.stdout, flags.color ?? 'auto', host.env);
  const err = styleOf(host.stderr, flags.color ?? 'auto', host.env);
  const line = (text: string): void => {
    host.stdout.write(`${text}\n`);
  };
  const warn = (text: string): void => {
    host.stderr.write(`${text}\n`);
  };
  const json = (answer: unknown): void => {
    line(JSON.stringify(fields === undefined ? answer : picked(answer, fields), null, 2));
  };
  return {
    ...{ format, out, err, line, warn },
    note: flags.quiet ? () => {} : warn,
    ndjson: (value) => {
      line(JSON.stringify(fields === undefined ? value : picked(value, fields)));
    },
    one: (answer, human) => {
      if (format === 'csv') throw usageError('--format csv is for lists', 'use --json');
      if (format === 'json') json(answer);
      else human(answer).forEach(line);
    },
    list: ({ answer, rows, columns, empty }) => {
      if (format === 'json') json(answer);
      else if (format === 'csv') host.stdout.write(csvText(rows, columns));
      else if (rows.length === 0) warn(empty);
      else tableLines(rows, columns, { width: host.stdout.columns, style: out }).forEach(line);
    },
  };
}

function formatOf({ json, format }: CommonFlags): DataFormat {
  if (json && format !== undefined && format !== 'json')
    throw usageError(`--json and --format ${format} contradict each other`);
  if (json || format === 'json') return 'json';
  return format === 'csv' ? 'csv' : 'human';
}

/** The named fields of an answer, or of each entry of its list; dots reach inside. */
function picked(answer: unknown, fields: readonly string[]): unknown {
  if (Array.isArray(answer)) return answer.map((entry: unknown) => picked(entry, fields));
  if (!isRecord(answer)) return answer;
  const { data } = answer;
  if (Array.isArray(data)) return { ...answer, data: picked(data, fields) };
  return Object.fromEntries(fields.map((field) => [field, valueAt(answer, field, answer)]));
}

function valueAt(value: unknown, path: string, whole: Readonly<Record<string, unknown>>): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (!isRecord(found) || !(name in found)) {
      throw usageError(`there is no field "${path}"`, `fields here: ${Object.keys(whole).join(', ')}`);
    }
    found = found[name];
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
