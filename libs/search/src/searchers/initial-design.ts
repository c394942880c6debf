/**
 * The first trials of a model-based search: a scrambled Sobol design, spread over the branches of conditional parameters. The
 * searchers call it until there is enough to model.
 *
 * @source Owen, "On Dropping the First Sobol' Point", 2020: point 0 stays in, or the balance is lost.
 */
import { sobol } from '../random/sobol.js';
import type { Branches } from '../surrogate/branches.js';
import { branchRegion } from '../surrogate/branches.js';
import type { Domain } from '../surrogate/domain.js';

/**
 * Number of trials before the first model: few enough to leave the budget to the model, enough that it does not take the first
 * optimum it meets for the only one.
 */
export function initialSize(domain: Domain): number {
  return Math.min(14, Math.max(6, domain.size + 4));
}

/**
 * Point `index` of the design.
 *
 * @param index from 0; usually the trial number
 */
export function initialPoint(
  domain: Domain,
  branches: Branches | null,
  index: number,
  seed: number,
): Float64Array {
  const cube = sobol(index, domain.size, seed);
  const row = Float64Array.from(domain.axes, (axis, d) => axis.draw(cube[d] ?? 0.5));
  if (branches !== null) {
    const region = branchRegion(domain, branches, index % branches.templates.length);
    for (const axis of branches.parents) row[axis] = region.template[axis] ?? 0;
  }
  domain.settle(row, () => 0.5);
  return row;
}
