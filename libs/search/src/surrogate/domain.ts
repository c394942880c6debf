/**
 * A search space as the surrogate sees it: axes with coordinates, numeric ones first in [0, 1], categories as level numbers, and
 * the conditions between them. `space/encoding.ts` builds it from parameters; nothing here knows about JSON values.
 */

/** One searchable parameter. */
export interface Axis {
  /** Compared by equality; coordinates are level numbers 0, 1, ... */
  readonly category: boolean;
  /** How many values there are; Infinity for a continuous axis. */
  readonly size: number;
  /** Coordinate of value `index` on a finite axis, ascending. */
  at(index: number): number;
  /** Index of the value nearest to a coordinate on a finite axis. */
  nearest(coordinate: number): number;
  /** Coordinate at probability `u` of the parameter's distribution; always a value that runs. */
  draw(u: number): number;
  /** All must hold for the axis to be active. */
  readonly conditions: readonly { readonly axis: number; readonly coordinates: readonly number[] }[];
}

/** Coordinate of an inactive category. */
export const INACTIVE_LEVEL = -1;
/** Coordinate of an inactive numeric axis. */
export const INACTIVE_COORDINATE = 0.5;

/** The axes, and the operations on points that respect conditions. */
export class Domain {
  readonly size: number;
  /** Number of numeric axes; they come first. */
  readonly numeric: number;
  readonly conditional: boolean;

  /** @param order axes such that parents come before the axes they condition */
  constructor(
    readonly axes: readonly Axis[],
    readonly order: readonly number[],
  ) {
    this.size = axes.length;
    this.numeric = axes.filter((axis) => !axis.category).length;
    this.conditional = axes.some((axis) => axis.conditions.length > 0);
  }

  /** Whether an axis exists at a point; its parents' coordinates must be settled. */
  isActive(index: number, row: Float64Array): boolean {
    const { conditions } = this.axes[index];
    for (const { axis, coordinates } of conditions) {
      const at = row[axis];
      if (!this.isActive(axis, row)) return false;
      let found = false;
      for (const coordinate of coordinates) if (Math.abs(coordinate - at) < 1e-9) found = true;
      if (!found) return false;
    }
    return true;
  }

  /**
   * Makes a row a point of the space in place: active coordinates move to the nearest value that runs, inactive ones to their
   * neutral level. An axis that becomes active without a level is filled.
   *
   * @param fill probability at which to draw a missing coordinate of an axis
   */
  settle(row: Float64Array, fill: (axis: number) => number): void {
    for (const index of this.order) {
      const axis = this.axes[index];
      if (this.conditional && !this.isActive(index, row)) {
        row[index] = axis.category ? INACTIVE_LEVEL : INACTIVE_COORDINATE;
        continue;
      }
      if (axis.category && row[index] === INACTIVE_LEVEL) row[index] = axis.draw(fill(index));
      else if (axis.size !== Infinity) row[index] = axis.at(axis.nearest(row[index]));
      else row[index] = Math.min(1, Math.max(0, row[index]));
    }
  }

  /** Weighted squared distance; categories differ by 0 or 1. */
  squaredDistance(a: Float64Array, b: Float64Array, weights: Float64Array): number {
    let sum = 0;
    for (let d = 0; d < this.size; d++) {
      const difference = d < this.numeric ? a[d] - b[d] : a[d] === b[d] ? 0 : 1;
      sum += weights[d] * difference * difference;
    }
    return sum;
  }
}

/** Every point of a finite domain, at most `limit` of them; `null` when there are more. */
export function enumerateDomain(domain: Domain, limit: number): Float64Array[] | null {
  if (domain.order.some((index) => domain.axes[index].size > limit)) return null;
  let rows: Float64Array[] = [new Float64Array(domain.size)];
  for (const index of domain.order) {
    const axis = domain.axes[index];
    const next: Float64Array[] = [];
    for (const row of rows) {
      const active = domain.isActive(index, row);
      for (let value = 0; value < (active ? axis.size : 1); value++) {
        if (next.length >= limit) return null;
        const copy = Float64Array.from(row);
        copy[index] = active ? axis.at(value) : axis.category ? INACTIVE_LEVEL : INACTIVE_COORDINATE;
        next.push(copy);
      }
    }
    rows = next;
  }
  return rows;
}

/** Whether point `a` is the one that starts at `start` in `b`. */
export function sameRow(a: Float64Array, b: Float64Array, start: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (Math.abs(a[i] - b[start + i]) > 1e-9) return false;
  return true;
}
