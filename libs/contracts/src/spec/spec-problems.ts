/**
 * Collects everything that is wrong with one spec, so that a person corrects it once. Each problem names the field, the
 * value, the bound and what to do; problems of a text also name line and column.
 */
import type { FieldProblem } from '../errors.js';
import { specLimits } from './spec-limits.js';

/** Line and column in the text, from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** What a problem may say besides its text. */
export interface ProblemFacts {
  /** The value found. */
  readonly got?: unknown;
  /** The bound it misses, or what would be right. */
  readonly bound?: string;
  readonly place?: TextPlace;
}

/** Problems and warnings of one spec. */
export class SpecProblems {
  readonly problems: FieldProblem[] = [];
  readonly warnings: FieldProblem[] = [];
  private place: (pointer: string) => TextPlace | undefined = () => undefined;

  /** Places of the fields, once the text was read. */
  locateWith(place: (pointer: string) => TextPlace | undefined): void {
    this.place = place;
  }

  /** Adds what makes the spec unusable; a field gets one problem, and past `specLimits.problems` nothing more is kept. */
  add(code: string, pointer: string, detail: string, facts: ProblemFacts = {}): void {
    if (this.problems.length >= specLimits.problems) return;
    if (pointer !== '' && this.problems.some((known) => known.pointer === pointer)) return;
    this.problems.push(this.entry(code, pointer, detail, facts));
  }

  /** Adds what the person should know although the spec can run. */
  warn(code: string, pointer: string, detail: string, facts: ProblemFacts = {}): void {
    if (this.warnings.length < specLimits.problems)
      this.warnings.push(this.entry(code, pointer, detail, facts));
  }

  private entry(code: string, pointer: string, detail: string, facts: ProblemFacts): FieldProblem {
    const place = facts.place ?? this.place(pointer);
    return {
      pointer,
      code,
      detail,
      ...(facts.got === undefined ? {} : { got: showValue(facts.got) }),
      ...(facts.bound === undefined ? {} : { bound: facts.bound }),
      ...(place === undefined ? {} : place),
    };
  }
}

/** JSON pointer of a member. */
export function pointerTo(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** A value as a message shows it: JSON, at most 80 characters, control characters escaped. */
export function showValue(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}

/** ` Did you mean "x"?` for the known word nearest to a mistyped one, or an empty string. */
export function didYouMean(word: string, known: readonly string[]): string {
  const limit = word.length <= 4 ? 1 : word.length <= 8 ? 2 : 3;
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase().slice(0, 64), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best === undefined ? '' : ` Did you mean "${best}"?`;
}

/** Levenshtein distance with neighbouring swaps counted as one. */
function editDistance(a: string, b: string): number {
  let rows: readonly [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i += 1) {
    const [before, previous] = rows;
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(previous, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : Infinity;
      current.push(Math.min(at(previous, j) + 1, at(current, j - 1) + 1, replaced, swapped));
    }
    rows = [previous, current];
  }
  return at(rows[1], b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
