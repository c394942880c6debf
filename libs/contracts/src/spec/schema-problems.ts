/**
 * Runs a zod schema over a part of a spec and turns its issues into field problems in plain words: what was found, what
 * would be right, and the near miss of a mistyped key.
 */
import type { z } from 'zod';
import type { Json } from '../search-space.js';
import { didYouMean, pointerTo } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';

/** Where a part stands and how messages call it. */
export interface PartContext {
  readonly pointer: string;
  /** Noun with article: `a sweep`, `a uniform parameter`. */
  readonly name: string;
  readonly problems: SpecProblems;
}

/** The checked value, or `undefined` after adding every problem. */
export function checkPart<T>(schema: z.ZodType<T>, value: Json, context: PartContext): T | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) addIssue(issue, value, schema, context);
  return undefined;
}

type Issue = z.core.$ZodIssue;

function addIssue(issue: Issue, root: Json, schema: z.ZodType, context: PartContext): void {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  const pointer = path.reduce<string>((parent, key) => pointerTo(parent, key), context.pointer);
  const got = valueAt(root, path);
  const { problems } = context;
  if (issue.code === 'unrecognized_keys') {
    addUnknownKeys(issue.keys, { ...context, pointer }, keysAt(schema, path), path);
    return;
  }
  if (got === undefined) {
    const key = path.at(-1) ?? '';
    const detail = `"${key}" is required in ${nameOf(path.slice(0, -1), context)}; add it.`;
    problems.add('spec/required', pointer, detail, { bound: expectation(issue) });
    return;
  }
  const bound = expectation(issue);
  const detail = `${capital(nameOf(path, context))} must be ${bound}.${suggestion(issue, got)}`;
  problems.add(codeOf(issue, got), pointer, detail, { got, bound });
}

function addUnknownKeys(
  keys: readonly string[],
  context: PartContext,
  known: readonly string[],
  path: readonly (string | number)[],
): void {
  for (const key of keys) {
    const guess = didYouMean(key, known);
    const detail = `"${key}" is not a key of ${nameOf(path, context)}.${guess || ` It takes ${known.join(', ')}.`}`;
    context.problems.add('spec/unknown-key', pointerTo(context.pointer, key), detail, {
      got: key,
      bound: known.join(', '),
    });
  }
}

function codeOf(issue: Issue, got: Json): string {
  switch (issue.code) {
    case 'too_small':
      return 'spec/too-small';
    case 'too_big':
      return 'spec/too-big';
    case 'invalid_value':
      return 'spec/not-one-of';
    case 'invalid_format':
      return 'spec/format';
    case 'invalid_type':
      // zod calls a float where an integer belongs a type error with this expectation.
      return issue.expected === 'int' ? 'spec/not-integer' : 'spec/type';
    default:
      return typeof got === 'string' || typeof got === 'number' ? 'spec/format' : 'spec/type';
  }
}

/** What would be right, as the end of "must be ...". */
function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeWords[issue.expected] ?? issue.expected;
    case 'too_small':
      return `${issue.inclusive === true ? 'at least' : 'more than'} ${String(issue.minimum)}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === true ? 'at most' : 'less than'} ${String(issue.maximum)}${unitOf(issue.origin)}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? JSON.stringify(issue.values[0])
        : `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    default:
      return issue.message.replace(/^must be /, '');
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function suggestion(issue: Issue, got: Json): string {
  if (issue.code === 'invalid_value' && typeof got === 'string') {
    return didYouMean(
      got,
      issue.values.filter((value) => typeof value === 'string'),
    );
  }
  if (
    issue.code === 'invalid_type' &&
    typeof got === 'string' &&
    got !== '' &&
    Number.isFinite(Number(got))
  ) {
    return ' Write the number without quotes.';
  }
  return '';
}

/** `max_cost of the budget`, or the name of the part itself. */
function nameOf(path: readonly (string | number)[], context: PartContext): string {
  return path.length === 0 ? context.name : `"${path.join('.')}" of ${context.name}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function valueAt(root: Json, path: readonly (string | number)[]): Json | undefined {
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return isJson(value) ? value : undefined;
}

function isJson(value: unknown): value is Json {
  return value !== undefined;
}

/** Keys of the object schema at a path, looking through optional and default wrappers and list items. */
function keysAt(schema: z.ZodType, path: readonly (string | number)[]): readonly string[] {
  let current: unknown = schema;
  for (const key of [...path, undefined]) {
    current = unwrap(current);
    const definition = definitionOf(current);
    if (key === undefined) return definition?.shape ? Object.keys(definition.shape) : [];
    current = typeof key === 'number' ? definition?.element : definition?.shape?.[key];
  }
  return [];
}

interface Definition {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly innerType?: unknown;
}

function definitionOf(schema: unknown): Definition | undefined {
  if (typeof schema !== 'object' || schema === null || !('def' in schema)) return undefined;
  const definition: unknown = schema.def;
  return isDefinition(definition) ? definition : undefined;
}

function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null;
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  for (
    let inner = definitionOf(current)?.innerType;
    inner !== undefined;
    inner = definitionOf(current)?.innerType
  ) {
    current = inner;
  }
  return current;
}
