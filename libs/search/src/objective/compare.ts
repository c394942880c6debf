/**
 * Comparison of objective values in their natural units: the one place that knows which way is better. Pruners, terminators,
 * reports and the simulator call it, so nothing else negates a value.
 */
import type { Objective } from '@swath/contracts';

/** Whether small or large values are good. */
export type Direction = Objective['goal'];

/** Whether `a` is strictly better than `b`. A value that is not finite is worse than every finite one. */
export function isBetter(direction: Direction, a: number, b: number): boolean {
  if (!Number.isFinite(a)) return false;
  if (!Number.isFinite(b)) return true;
  return direction === 'minimize' ? a < b : a > b;
}

/** Sort order, best first; values that are not finite come last and are equal to each other. */
export function compareValues(direction: Direction, a: number, b: number): number {
  if (isBetter(direction, a, b)) return -1;
  return isBetter(direction, b, a) ? 1 : 0;
}

/** A copy of the values, best first; those that are not finite last, in their order. */
export function bestFirst(direction: Direction, values: readonly number[]): number[] {
  const finite = values
    .filter(Number.isFinite)
    .sort(direction === 'minimize' ? (a, b) => a - b : (a, b) => b - a);
  return finite.length === values.length
    ? finite
    : [...finite, ...values.filter((value) => !Number.isFinite(value))];
}

/** The best finite value, or null when there is none. */
export function bestValue(direction: Direction, values: readonly number[]): number | null {
  let best: number | null = null;
  for (const value of values) {
    if (Number.isFinite(value) && (best === null || isBetter(direction, value, best))) best = value;
  }
  return best;
}

/** One plus the number of values strictly better than `value`: 1 is best, and ties share the better rank. */
export function rankOf(direction: Direction, value: number, values: readonly number[]): number {
  return 1 + values.filter((other) => isBetter(direction, other, value)).length;
}

/** How much better `a` is than `b`, in the objective's units; negative when it is worse. */
export function improvement(direction: Direction, a: number, b: number): number {
  return direction === 'minimize' ? b - a : a - b;
}
