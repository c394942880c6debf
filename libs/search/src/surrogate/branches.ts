/**
 * Branches of a conditional domain: the combinations of values of the axes that others depend on. Inside one branch the same
 * axes are active everywhere, so it is searched like a flat space; `chooseBranch` decides which one deserves a trial.
 *
 * @source Auer et al., "Finite-time Analysis of the Multiarmed Bandit Problem", 2002 (UCB1). Symbols: N trials in all, n_b in
 *   the branch. Differs: a branch is worth its best value, not its mean, because only the best trial counts.
 */
import type { Region } from './acquisition-search.js';
import { wholeRegion } from './acquisition-search.js';
import { Domain, enumerateDomain } from './domain.js';

/** Coordinates of the condition axes in one branch. */
export interface Branches {
  /** Axes that conditions name. */
  readonly parents: readonly number[];
  /** One row per branch; only the parents' coordinates mean anything. */
  readonly templates: readonly Float64Array[];
}

/** More branches than this are left to the acquisition search. */
const MOST_BRANCHES = 64;
const LONGEST_PARENT = 16;

/** The branches of a domain; `null` when nothing is conditional or there are too many. */
export function branchesOf(domain: Domain): Branches | null {
  if (!domain.conditional) return null;
  const named = new Set(domain.axes.flatMap(({ conditions }) => conditions.map(({ axis }) => axis)));
  const parents = domain.order.filter((axis) => named.has(axis));
  if (parents.some((axis) => domain.axes[axis].size > LONGEST_PARENT)) return null;
  const part = new Domain(domain.axes, parents);
  const templates = enumerateDomain(part, MOST_BRANCHES);
  return templates === null || templates.length < 2 ? null : { parents, templates };
}

/** Index of the branch a point lies in; -1 for none. */
export function branchOf({ parents, templates }: Branches, row: Float64Array): number {
  return templates.findIndex((template) =>
    parents.every((axis) => Math.abs(template[axis] - row[axis]) < 1e-9),
  );
}

/** The region in which the conditions of a branch hold. */
export function branchRegion(domain: Domain, { parents, templates }: Branches, branch: number): Region {
  const region = wholeRegion(domain);
  for (const axis of parents) {
    region.fixed[axis] = 1;
    region.template[axis] = templates[branch][axis];
  }
  return region;
}

/** A point that has been tried, for the bandit. */
export interface BranchTrial {
  readonly branch: number;
  /** Standardised target, smaller is better; `null` while it runs. */
  readonly target: number | null;
}

/** Optimism of the bandit, in standard deviations of the target. */
const OPTIMISM = 2;
/** Trials that an empty branch counts as. */
const EMPTY_COUNT = 0.5;

/** The branch with the best optimistic value; ties go to the first. */
export function chooseBranch(branches: Branches, trials: readonly BranchTrial[]): number {
  const count = branches.templates.length;
  const visits = new Float64Array(count);
  const best = new Float64Array(count).fill(Infinity);
  for (const { branch, target } of trials) {
    if (branch < 0) continue;
    visits[branch] += 1;
    if (target !== null) best[branch] = Math.min(best[branch], target);
  }
  const total = Math.log(Math.max(2, trials.length));
  let chosen = 0;
  let lowest = Infinity;
  for (let branch = 0; branch < count; branch++) {
    const value = best[branch] === Infinity ? 0 : best[branch];
    const bound = value - OPTIMISM * Math.sqrt((2 * total) / Math.max(EMPTY_COUNT, visits[branch]));
    if (bound < lowest) {
      lowest = bound;
      chosen = branch;
    }
  }
  return chosen;
}
