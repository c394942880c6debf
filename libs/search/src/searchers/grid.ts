/**
 * Grid search: cell after cell by index, nothing materialised, so a grid of 10^12 cells starts at once and resumes from one
 * integer. Cells that history or pending already hold are skipped, failed ones included.
 *
 * @source `sweeps` 0.2.0, `grid_search.py`: names sorted, the last varies fastest. Differs: conditions are counted exactly
 *   (W&B would run one effective configuration many times), and repeated `values` are one cell.
 */
import type { Json } from '@swath/contracts';

import { permute } from '../random/permutation.js';
import { toParameters } from '../space/assign.js';
import { gridCells } from '../space/cells.js';
import { satisfies } from '../space/constraint.js';
import { InvalidSpaceError } from '../space/flatten.js';
import { gridAxis } from '../space/support.js';
import type { SearchProblem } from './problem.js';
import type { Suggestion, SuggestResult } from './searcher.js';

/**
 * Suggests the next `request.count` cells. `model` is the cursor; without it the walk starts at cell 0 and skips what has run.
 *
 * @throws InvalidSpaceError when a parameter cannot be enumerated
 */
export function suggestGrid(problem: SearchProblem): SuggestResult {
  const { request, space } = problem;
  const cells = gridCells(space);
  if (cells === null) {
    const endless = space.filter(({ parameter }) => gridAxis(parameter) === null);
    throw new InvalidSpaceError(
      endless.map(({ path, parameter }) => ({
        path: `${path}.distribution`,
        message: `"${parameter.distribution}" cannot be enumerated; a grid needs values, int_uniform or q_uniform`,
      })),
    );
  }
  const suggestions: Suggestion[] = [];
  for (const values of problem.points.slice(0, request.count)) {
    problem.tried.add(values);
    const info = {
      searcher: 'grid',
      phase: 'point',
      reason: 'a point given in the spec, before the grid',
    } as const;
    suggestions.push({ parameters: toParameters(space, values), info });
  }
  let cursor = cursorOf(request.model);
  for (; cursor < cells.count && suggestions.length < request.count; cursor++) {
    const index = request.gridOrder === 'random' ? permute(cursor, cells.count, request.seed) : cursor;
    const values = cells.at(index);
    if (!satisfies(problem.constraints, values) || problem.tried.has(values)) continue;
    problem.tried.add(values);
    const reason = `cell ${index + 1n} of ${cells.count}`;
    suggestions.push({
      parameters: toParameters(space, values),
      info: { searcher: 'grid', phase: 'exhaustive', reason },
    });
  }
  return { suggestions, exhausted: suggestions.length < request.count, model: { cursor: cursor.toString() } };
}

function cursorOf(model: Json | undefined): bigint {
  if (typeof model !== 'object' || model === null || !('cursor' in model)) return 0n;
  return typeof model.cursor === 'string' && /^\d+$/.test(model.cursor) ? BigInt(model.cursor) : 0n;
}
