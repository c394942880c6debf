/**
 * A spec as plain JSON with what JSON loses: where each field stood in the text and which numbers were written as floats.
 * `spec-text.ts` makes one from YAML or JSON text, `documentOfObject` from an already parsed value.
 */
import type { Json } from '../search-space.js';
import { specLimits } from './spec-limits.js';
import { pointerTo } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';

/** A spec that was read but not yet checked against the schema. */
export interface SpecDocument {
  readonly value: Json;
  /** Whether the document keeps the difference between `1` and `1.0`. */
  readonly knowsFloats: boolean;
  /** Pointers of the numbers that were written as floats. */
  readonly floats: ReadonlySet<string>;
}

/** Names that reach an object's prototype in careless code; refused everywhere. */
const prototypeKeys = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads an already parsed value; `undefined` when a problem was added. */
export function documentOfObject(input: unknown, problems: SpecProblems): SpecDocument | undefined {
  const reader = new TreeReader(problems);
  const value = reader.copy(input, '', 1);
  return reader.exceeded ? undefined : { value, knowsFloats: false, floats: new Set() };
}

/** Counts and checks what enters a document; shared by both readers. */
export class TreeReader {
  private nodes = 0;
  /** A bound on size was passed: what was read is not the whole document. */
  exceeded = false;

  constructor(private readonly problems: SpecProblems) {}

  /** Whether one more value at this depth may be read; adds a problem once when not. */
  enter(pointer: string, depth: number): boolean {
    this.nodes += 1;
    if (this.exceeded) return false;
    if (this.nodes > specLimits.nodes) {
      const detail = `The document has more than ${specLimits.nodes} values (aliases counted as often as they are used); give fewer.`;
      this.problems.add('spec/too-many-values', '', detail, { bound: String(specLimits.nodes) });
      this.exceeded = true;
      return false;
    }
    if (depth <= specLimits.depth) return true;
    const detail = `Nested more than ${specLimits.depth} levels deep; flatten it.`;
    this.problems.add('spec/too-deep', shortened(pointer), detail, { bound: String(specLimits.depth) });
    this.exceeded = true;
    return false;
  }

  /** Whether a key may be used; adds a problem when not. */
  acceptKey(key: string, pointer: string): boolean {
    if (prototypeKeys.has(key)) {
      this.problems.add('spec/reserved-key', pointer, `"${key}" cannot be a key; choose another name.`, {
        got: key,
      });
      return false;
    }
    return this.acceptText(key, pointer, 'key');
  }

  /** Checks a string for length and for characters that no store or terminal takes. */
  acceptText(text: string, pointer: string, kind: 'key' | 'text'): boolean {
    const limit = kind === 'key' ? specLimits.nameLength : specLimits.stringLength;
    if (text.length > limit) {
      const detail = `This ${kind} has ${text.length} characters; at most ${limit} are allowed.`;
      this.problems.add('spec/too-long', shortened(pointer), detail, {
        got: text.length,
        bound: String(limit),
      });
      return false;
    }
    const position = controlCharacterIn(text, kind);
    if (position < 0) return true;
    const detail = `This ${kind} contains the control character ${codePointName(text, position)}; remove it.`;
    this.problems.add('spec/control-character', shortened(pointer), detail, { got: text });
    return false;
  }

  /** Checks a number. */
  acceptNumber(value: number, pointer: string): boolean {
    if (!Number.isFinite(value)) {
      const detail = `${value} is not a finite number; give a finite one.`;
      this.problems.add('spec/not-finite', pointer, detail, { got: value, bound: 'a finite number' });
      return false;
    }
    if (!Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21) return true;
    const detail = `${value} is beyond 2^53 and would lose digits; write it as text in quotes.`;
    this.problems.add('spec/too-precise', pointer, detail, {
      got: value,
      bound: String(Number.MAX_SAFE_INTEGER),
    });
    return false;
  }

  /** Copies a parsed value, refusing what is not JSON. */
  copy(input: unknown, pointer: string, depth: number): Json {
    if (!this.enter(pointer, depth)) return null;
    if (input === null || typeof input === 'boolean') return input;
    if (typeof input === 'number') return this.acceptNumber(input, pointer) ? input : null;
    if (typeof input === 'string') return this.acceptText(input, pointer, 'text') ? input : null;
    if (Array.isArray(input)) {
      return input
        .slice(0, specLimits.nodes + 1)
        .map((item, index) => this.copy(item, pointerTo(pointer, index), depth + 1));
    }
    if (typeof input === 'object') return this.copyObject(input, pointer, depth);
    const detail = `A ${typeof input} is not a JSON value; give text, a number, a list or an object.`;
    this.problems.add('spec/type', pointer, detail, { got: String(typeof input) });
    return null;
  }

  private copyObject(input: object, pointer: string, depth: number): Json {
    const result: Record<string, Json> = {};
    for (const [key, member] of Object.entries(input)) {
      if (member === undefined) continue;
      const inner = pointerTo(pointer, key);
      if (this.acceptKey(key, inner)) result[key] = this.copy(member, inner, depth + 1);
    }
    return result;
  }
}

/** Position of the first control character or lone surrogate, or -1. Text may hold tabs and line ends, keys may not. */
export function controlCharacterIn(text: string, kind: 'key' | 'text'): number {
  const pattern =
    kind === 'key'
      ? /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
      : /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
  return text.search(pattern);
}

/** `U+0007` of the character at a position. */
export function codePointName(text: string, position: number): string {
  return `U+${text.charCodeAt(position).toString(16).toUpperCase().padStart(4, '0')}`;
}

/** A pointer that fits into a message. */
function shortened(pointer: string): string {
  return pointer.length <= 400 ? pointer : `${pointer.slice(0, 397)}...`;
}
