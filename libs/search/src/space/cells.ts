/**
 * Counts and numbers the cells of a finite conditional space without listing them: `cellAt` unranks an index as a mixed-radix
 * number whose digits exist only in the branches where their parameter is active. The last parameter varies fastest, so a
 * W&B grid comes out in W&B's order. Used by the grid searcher and by everything that must know when a space is exhausted.
 */
import type { Json, SearchSpace } from '@swath/contracts';

import type { Assignment } from './assign.js';
import { sameValue } from './equality.js';
import type { FlatParameter } from './flatten.js';
import { flattenSpace } from './flatten.js';
import type { Support } from './support.js';
import { gridAxis, supportOf } from './support.js';

/** A finite space: its number of cells and each cell by index. */
export interface Cells {
  readonly count: bigint;
  /** Values of cell `index`, 0 <= index < count; inactive parameters are `undefined`. */
  at(index: bigint): Assignment;
}

/**
 * Exact number of cells of a grid over the space; an inactive parameter multiplies nothing. `null` when a parameter cannot
 * be enumerated (a continuous distribution).
 */
export function gridSize(space: SearchSpace): bigint | null {
  return cellsOf(flattenSpace(space), gridAxis)?.count ?? null;
}

/** Cells of a grid: `q_uniform` excludes its maximum, as in W&B. */
export function gridCells(space: readonly FlatParameter[]): Cells | null {
  return cellsOf(space, gridAxis);
}

/** All distinct points that random search can draw; `null` when they are not finitely many. */
export function supportCells(space: readonly FlatParameter[]): Cells | null {
  return cellsOf(space, supportOf);
}

function cellsOf(
  space: readonly FlatParameter[],
  axisOf: (parameter: FlatParameter['parameter']) => Support | null,
): Cells | null {
  const axes: Support[] = [];
  for (const flat of space) {
    const axis = axisOf(flat.parameter);
    if (axis === null) return null;
    axes.push(axis);
  }
  const counter = new CellCounter(space, axes);
  return { count: counter.below(0, []), at: (index) => counter.unrank(index) };
}

/** A run of neighbouring values of one axis that satisfy the same conditions. */
interface Run {
  readonly start: number;
  readonly length: number;
  /** The value that stands for the run in conditions; `undefined` if no condition names it. */
  readonly value: Json | undefined;
}

/** Memoised counts; the key is the position and the condition-relevant values chosen so far. */
class CellCounter {
  private readonly memo = new Map<string, bigint>();
  private readonly runs: readonly (readonly Run[])[];
  private readonly parents: ReadonlySet<number>;

  constructor(
    private readonly space: readonly FlatParameter[],
    private readonly axes: readonly Support[],
  ) {
    this.runs = axes.map((axis, index) => splitRuns(axis, namedValues(space, index)));
    this.parents = new Set(space.flatMap(({ conditions }) => conditions.map(({ parent }) => parent)));
  }

  /** Cells of the parameters from `position` on, given the runs chosen before it (`undefined` = inactive). */
  below(position: number, chosen: readonly (number | undefined)[]): bigint {
    if (position === this.space.length) return 1n;
    const relevant = chosen.map((run, index) => (this.parents.has(index) ? (run ?? '-') : ''));
    const key = [position, ...relevant].join(',');
    const known = this.memo.get(key);
    if (known !== undefined) return known;
    let count: bigint;
    if (!this.isActive(position, chosen)) count = this.below(position + 1, [...chosen, undefined]);
    else {
      count = 0n;
      for (const [run, { length }] of (this.runs[position] ?? []).entries()) {
        count += BigInt(length) * this.below(position + 1, [...chosen, run]);
      }
    }
    this.memo.set(key, count);
    return count;
  }

  unrank(index: bigint): Assignment {
    const values: (Json | undefined)[] = [];
    const chosen: (number | undefined)[] = [];
    let rest = index;
    for (let position = 0; position < this.space.length; position++) {
      if (!this.isActive(position, chosen)) {
        chosen.push(undefined);
        values.push(undefined);
        continue;
      }
      for (const [run, { start, length }] of (this.runs[position] ?? []).entries()) {
        const each = this.below(position + 1, [...chosen, run]);
        if (rest >= each * BigInt(length)) {
          rest -= each * BigInt(length);
          continue;
        }
        values.push(this.axes[position]?.at(start + Number(rest / each)));
        chosen.push(run);
        rest %= each;
        break;
      }
    }
    return values;
  }

  private isActive(position: number, chosen: readonly (number | undefined)[]): boolean {
    return (this.space[position]?.conditions ?? []).every(({ parent, values }) => {
      const run = chosen[parent];
      if (run === undefined) return false;
      const value = this.runs[parent]?.[run]?.value;
      return value !== undefined && values.some((allowed) => sameValue(allowed, value));
    });
  }
}

/** Values of parameter `index` that some condition names. */
function namedValues(space: readonly FlatParameter[], index: number): readonly Json[] {
  return space.flatMap((flat) =>
    flat.conditions.filter(({ parent }) => parent === index).flatMap(({ values }) => values),
  );
}

/** Splits an axis at the named values; everything between two of them is one run. */
function splitRuns(axis: Support, named: readonly Json[]): readonly Run[] {
  const positions = [...new Set(named.map((value) => positionOf(axis, value)))]
    .filter((position) => position >= 0)
    .sort((a, b) => a - b);
  const runs: Run[] = [];
  let next = 0;
  for (const position of positions) {
    if (position > next) runs.push({ start: next, length: position - next, value: undefined });
    runs.push({ start: position, length: 1, value: axis.at(position) });
    next = position + 1;
  }
  if (next < axis.size) runs.push({ start: next, length: axis.size - next, value: undefined });
  return runs;
}

const LISTED = 1024;

/** Position of a value on an axis, -1 if absent. Long axes are ascending numbers and are searched by halving. */
function positionOf(axis: Support, value: Json): number {
  if (axis.size <= LISTED) {
    for (let index = 0; index < axis.size; index++) if (sameValue(axis.at(index), value)) return index;
    return -1;
  }
  if (typeof value !== 'number') return -1;
  let low = 0;
  let high = axis.size - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (Number(axis.at(middle)) < value) low = middle + 1;
    else high = middle;
  }
  return sameValue(axis.at(low), value) ? low : -1;
}
