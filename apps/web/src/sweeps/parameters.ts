/** Parameters of trials flattened for columns and axes: nested groups become dotted names. Pure. */
import type { TrialView } from '@swath/contracts';

/** Value of one parameter. */
export type Leaf = string | number | boolean | null;

const known = new WeakMap<object, ReadonlyMap<string, Leaf>>();

/** Dotted name to value; lists are shown as JSON. */
export function leavesOf(parameters: TrialView['parameters']): ReadonlyMap<string, Leaf> {
  const cached = known.get(parameters);
  if (cached !== undefined) return cached;
  const leaves = new Map<string, Leaf>();
  collect(parameters, '', leaves);
  known.set(parameters, leaves);
  return leaves;
}

function collect(value: unknown, name: string, into: Map<string, Leaf>): void {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value))
      collect(inner, name === '' ? key : `${name}.${key}`, into);
    return;
  }
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null
  ) {
    into.set(name, value);
    return;
  }
  into.set(name, JSON.stringify(value));
}

/** Names of the parameters that differ between trials, then of those that do not, each in the order they first appear. */
export function parameterNames(trials: readonly TrialView[]): { varying: string[]; fixed: string[] } {
  const seen = new Map<string, Set<Leaf | undefined>>();
  for (const trial of trials)
    for (const name of leavesOf(trial.parameters).keys()) seen.set(name, seen.get(name) ?? new Set());
  for (const trial of trials) {
    const leaves = leavesOf(trial.parameters);
    for (const [name, values] of seen) if (values.size < 2) values.add(leaves.get(name));
  }
  const names = [...seen.keys()];
  return {
    varying: names.filter((name) => (seen.get(name)?.size ?? 0) > 1),
    fixed: names.filter((name) => (seen.get(name)?.size ?? 0) <= 1),
  };
}

/** The names, those of `first` before the others. */
export function inOrder(names: readonly string[], first: readonly string[]): string[] {
  return [...first.filter((name) => names.includes(name)), ...names.filter((name) => !first.includes(name))];
}
