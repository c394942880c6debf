/** One post of a client's file stream, read into what `recordStream` takes. Lines are kept token by token. */
import type { ConsoleLine, StreamPart, StreamPost } from '@swath/lifecycle';
import { parseExactRow } from '@swath/persistence';
import type { ExactRow } from '@swath/persistence';
import { isFields, isStrings } from './fields.js';
import { WireError } from './wire-error.js';

const MAX_LINES = 100_000;
const MAX_NAMES_IN_LINE = 100_000;
const MAX_OFFSET = 1_000_000_000;

interface FileLines {
  readonly offset: number;
  readonly content: readonly string[];
}

/** Reads a body. @throws WireError 400 naming what is wrong */
export function readPost(text: string, writer: string | undefined, startedAt: Date): StreamPost {
  const body = bodyOf(text);
  const files = isFields(body['files']) ? body['files'] : {};
  const output = linesOf(files, 'output.log');
  const summary = linesOf(files, 'wandb-summary.json')?.content.at(-1);
  return defined({
    history: rowsOf(files, 'wandb-history.jsonl'),
    events: rowsOf(files, 'wandb-events.jsonl'),
    console: output && consoleOf(output, startedAt),
    summary: summary === undefined ? undefined : checkedObject(summary, 'wandb-summary.json'),
    writer,
    preempting: body['preempting'] === true ? true : undefined,
    exitCode: body['complete'] === true ? exitCodeOf(body['exitcode']) : undefined,
  });
}

type Loose = { readonly [Key in keyof StreamPost]: StreamPost[Key] | undefined };

/** The post without members that are not there. */
function defined({
  history,
  events,
  console: output,
  summary,
  writer,
  preempting,
  exitCode,
}: Loose): StreamPost {
  return {
    ...(history && { history }),
    ...(events && { events }),
    ...(output && { console: output }),
    ...(summary !== undefined && { summary }),
    ...(writer !== undefined && { writer }),
    ...(preempting && { preempting }),
    ...(exitCode !== undefined && { exitCode }),
  };
}

function bodyOf(text: string): Readonly<Record<string, unknown>> {
  let body: unknown;
  try {
    body = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new WireError(400, 'the body is not JSON');
  }
  if (!isFields(body)) throw new WireError(400, 'the body is not an object');
  return body;
}

function exitCodeOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? Math.max(-2_147_483_648, Math.min(2_147_483_647, value))
    : 0;
}

function isOffset(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_OFFSET;
}

function linesOf(files: Readonly<Record<string, unknown>>, name: string): FileLines | undefined {
  const file = files[name];
  if (file === undefined || file === null) return undefined;
  if (!isFields(file)) throw new WireError(400, `${name}: an object is expected`);
  const content = file['content'] ?? [];
  const offset = file['offset'] ?? 0;
  if (!isStrings(content)) {
    throw new WireError(400, `${name}: content must be a list of lines`);
  }
  if (!isOffset(offset)) {
    throw new WireError(400, `${name}: offset must be a whole number from 0 to ${MAX_OFFSET}`);
  }
  if (content.length > MAX_LINES) throw new WireError(413, `${name}: more than ${MAX_LINES} lines`);
  return { offset, content };
}

function rowsOf(files: Readonly<Record<string, unknown>>, name: string): StreamPart<ExactRow> | undefined {
  const lines = linesOf(files, name);
  if (lines === undefined || lines.content.length === 0) return undefined;
  return {
    offset: lines.offset,
    lines: lines.content.map((line, index) => rowOf(line, `${name} line ${index + 1}`)),
  };
}

function rowOf(line: string, where: string): ExactRow {
  let row: ExactRow;
  try {
    row = parseExactRow(line);
  } catch (error) {
    throw new WireError(400, `${where}: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  if (row.size > MAX_NAMES_IN_LINE)
    throw new WireError(413, `${where}: more than ${MAX_NAMES_IN_LINE} names`);
  return row;
}

function checkedObject(text: string, where: string): string {
  rowOf(text, where);
  return text;
}

const CONSOLE = /^(ERROR )?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?) (.*)$/s;
const LONGEST_LINE = 65_536;

/** Console lines begin with their time, those of standard error with a mark. */
function consoleOf({ offset, content }: FileLines, startedAt: Date): StreamPart<ConsoleLine> {
  const lines = content.map((line): ConsoleLine => {
    const match = CONSOLE.exec(line);
    const time =
      match?.[2] === undefined ? NaN : Date.parse(match[2].endsWith('Z') ? match[2] : `${match[2]}Z`);
    const offsetMs = Number.isFinite(time)
      ? Math.min(2_000_000_000, Math.max(0, time - startedAt.getTime()))
      : 0;
    const text = (match?.[3] ?? line).slice(0, LONGEST_LINE);
    return { stream: match?.[1] === undefined ? 'stdout' : 'stderr', offsetMs, text };
  });
  return { offset, lines };
}
