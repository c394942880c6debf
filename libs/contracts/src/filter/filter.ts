/**
 * The filter language of lists: `state:running,failed cost>10 params.lr:1e-4..1e-2 created>-7d -name:test "free text"`. Terms are
 * joined by AND, values of one term by OR, `-` negates, quotes keep spaces. Each list allows its own fields; the API compiles terms to SQL
 * parameters (`filter-sql.ts` of the lifecycle), never to SQL text.
 */
import type { FieldProblem } from '../errors.js';

/** What a field holds; decides which comparisons it takes. */
export type FilterFieldKind = 'word' | 'text' | 'number' | 'time' | 'open';

/** A field of a list. */
export interface FilterField {
  /** `open` fields are written `name.key` and hold any value, such as `params.lr`. */
  readonly kind: FilterFieldKind;
  /** The words that a `word` field may be; others are refused with these. */
  readonly words?: readonly string[];
}

/** The fields of a list, by the name in the language. */
export type FilterFields = Readonly<Record<string, FilterField>>;

/** A value of a term: a number, a time in milliseconds of the epoch or relative to now, or text. */
export type FilterValue =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'time'; readonly at: string }
  | { readonly kind: 'ago'; readonly seconds: number }
  | { readonly kind: 'text'; readonly text: string };

/** What a term asks of its field. */
export type FilterTest =
  | { readonly kind: 'oneOf'; readonly values: readonly FilterValue[] }
  | { readonly kind: 'compare'; readonly op: '<' | '<=' | '>' | '>='; readonly value: FilterValue }
  | { readonly kind: 'range'; readonly from: FilterValue; readonly to: FilterValue };

/** One term. Free text has the field `text`. */
export interface FilterTerm {
  readonly field: string;
  /** Name inside of an open field. */
  readonly key?: string;
  readonly isNegated: boolean;
  readonly test: FilterTest;
}

/** Terms that must all hold, or what is wrong with the text. */
export type FilterResult =
  | { readonly ok: true; readonly terms: readonly FilterTerm[] }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/** Longest filter, characters. */
export const MAX_FILTER = 1_000;
const MAX_TERMS = 20;
const MAX_VALUES = 50;

/** Reads a filter. Every problem names its column, counted from 1. */
export function parseFilter(text: string, fields: FilterFields): FilterResult {
  const problems: FieldProblem[] = [];
  const terms: FilterTerm[] = [];
  // PostgreSQL has no text with this sign.
  const nul = text.indexOf('\0');
  if (nul >= 0) return { ok: false, problems: [problem(nul + 1, 'the character U+0000 is not allowed')] };
  const words = split(text);
  if (words.length > MAX_TERMS) {
    return { ok: false, problems: [problem(1, `at most ${MAX_TERMS} terms, not ${words.length}`)] };
  }
  for (const word of words) {
    try {
      terms.push(readTerm(word, fields));
    } catch (error) {
      if (!(error instanceof FilterFault)) throw error;
      problems.push(problem(word.column, error.message));
    }
  }
  return problems.length === 0 ? { ok: true, terms } : { ok: false, problems };
}

function problem(column: number, detail: string): FieldProblem {
  return { pointer: '/query/q', code: 'request/filter', detail: `column ${column}: ${detail}`, column };
}

class FilterFault extends Error {}

/** A blank-separated piece; text inside of quotes stands behind private-use marks, so that operators in it mean nothing. */
interface Word {
  readonly text: string;
  readonly column: number;
}

const marks = new Map([
  [':', '\ue000'],
  ['<', '\ue001'],
  ['>', '\ue002'],
  [',', '\ue003'],
  ['-', '\ue004'],
  ['.', '\ue005'],
]);
const unmarks = new Map([...marks].map(([sign, mark]) => [mark, sign]));

function split(text: string): Word[] {
  const words: Word[] = [];
  let current = '';
  let column = 1;
  let isQuoted = false;
  let wasQuoted = false;
  const close = (): void => {
    if (current !== '' || wasQuoted) words.push({ text: current, column });
    current = '';
    wasQuoted = false;
  };
  for (const [index, sign] of [...text].entries()) {
    if (sign === '"') {
      if (current === '' && !wasQuoted) column = index + 1;
      isQuoted = !isQuoted;
      wasQuoted = true;
    } else if (!isQuoted && /\s/.test(sign)) close();
    else {
      if (current === '' && !wasQuoted) column = index + 1;
      current += isQuoted ? (marks.get(sign) ?? sign) : sign;
    }
  }
  close();
  return words;
}

function plain(text: string): string {
  return [...text].map((sign) => unmarks.get(sign) ?? sign).join('');
}

function readTerm({ text }: Word, fields: FilterFields): FilterTerm {
  const isNegated = text.startsWith('-') && text.length > 1;
  const body = isNegated ? text.slice(1) : text;
  const match = /^([A-Za-z_]\w*)(?:\.([^:<>]+))?(:|<=|>=|<|>)(.*)$/s.exec(body);
  if (match === null) {
    return {
      field: 'text',
      isNegated,
      test: { kind: 'oneOf', values: [{ kind: 'text', text: plain(body) }] },
    };
  }
  const [, name = '', key, operator = ':', rest = ''] = match;
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (field === undefined) throw new FilterFault(unknownField(name, fields));
  checkKey({ name, field }, key);
  if (rest === '') throw new FilterFault(`a value is missing after "${name}${operator}"`);
  const test = readTest(operator, rest, { name, field });
  return { field: name, ...(key === undefined ? {} : { key: plain(key) }), isNegated, test };
}

/** An open field names what is inside of it, the others do not. */
function checkKey({ name, field }: Named, key: string | undefined): void {
  if ((field.kind === 'open') === (key !== undefined)) return;
  throw new FilterFault(
    field.kind === 'open'
      ? `write ${name}.NAME, for example ${name}.lr:0.01`
      : `"${name}" has no parts; write ${name}:...`,
  );
}

interface Named {
  readonly name: string;
  readonly field: FilterField;
}

function readTest(operator: string, rest: string, named: Named): FilterTest {
  if (operator === ':') {
    const range = /^([^,]*?)\.\.([^,]*)$/.exec(rest);
    if (range?.[1] !== undefined && range[2] !== undefined && named.field.kind !== 'text') {
      return { kind: 'range', from: ordered(range[1], named), to: ordered(range[2], named) };
    }
    const values = rest.split(',');
    if (values.length > MAX_VALUES) throw new FilterFault(`at most ${MAX_VALUES} values for one field`);
    return { kind: 'oneOf', values: values.map((value) => readValue(value, named)) };
  }
  const op = operator === '<' || operator === '<=' || operator === '>' ? operator : '>=';
  return { kind: 'compare', op, value: ordered(rest, named) };
}

/** A value that has a before and an after. */
function ordered(text: string, named: Named): FilterValue {
  const value = readValue(text, named);
  if (value.kind === 'text') {
    throw new FilterFault(
      `"${named.name}" is compared with numbers or times only, not with "${plain(text).slice(0, 40)}"`,
    );
  }
  return value;
}

function readValue(raw: string, { name, field }: Named): FilterValue {
  const text = plain(raw);
  switch (field.kind) {
    case 'word':
      if (field.words !== undefined && !field.words.includes(text)) {
        throw new FilterFault(`"${text.slice(0, 40)}" is no ${name}; one of ${field.words.join(', ')}`);
      }
      return { kind: 'text', text };
    case 'text':
      return { kind: 'text', text };
    case 'number': {
      const number = numberOf(text);
      if (number === undefined) throw new FilterFault(`"${text.slice(0, 40)}" is no number`);
      return { kind: 'number', number };
    }
    case 'time':
      return timeOf(text);
    case 'open': {
      const number = numberOf(text);
      return number === undefined ? { kind: 'text', text } : { kind: 'number', number };
    }
  }
}

function numberOf(text: string): number | undefined {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

function timeOf(text: string): FilterValue {
  const ago = /^-(\d{1,6})([smhdw])$/.exec(text);
  if (ago?.[1] !== undefined && ago[2] !== undefined) {
    return { kind: 'ago', seconds: Number(ago[1]) * (unitSeconds[ago[2]] ?? 0) };
  }
  const date = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z)?$/.test(text);
  if (date && Number.isFinite(Date.parse(text))) return { kind: 'time', at: text };
  throw new FilterFault(`"${text.slice(0, 40)}" is no time; write -7d, 2026-11-24 or 2026-11-24T10:00Z`);
}

function unknownField(name: string, fields: FilterFields): string {
  const names = Object.keys(fields);
  const close = names.find((known) => known.startsWith(name.slice(0, 3)) || name.startsWith(known));
  const hint = close === undefined ? '' : ` Did you mean "${close}"?`;
  return `"${name.slice(0, 40)}" is no field of this list.${hint} Fields: ${names.join(', ')}`;
}
