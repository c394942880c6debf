/**
 * Random and quasi-random search: each trial's point is a function of (seed, trial number). Also the fallback of every other
 * searcher when it has run out of ideas.
 *
 * @source Bergstra and Bengio, "Random Search for Hyper-Parameter Optimization", JMLR 13, 2012. Differs from W&B: a point
 *   is not repeated while a new one exists, and the search ends when none does; W&B repeats (wandb/wandb#1660).
 */
import { permute } from '../random/permutation.js';
import { halton } from '../random/halton.js';
import { sobol } from '../random/sobol.js';
import { Stream } from '../random/stream.js';
import type { Assignment } from '../space/assign.js';
import { toParameters } from '../space/assign.js';
import type { Cells } from '../space/cells.js';
import { supportCells } from '../space/cells.js';
import { satisfies } from '../space/constraint.js';
import { pointAt } from '../space/draw.js';
import type { SearchProblem } from './problem.js';
import type { Suggestion, SuggestionInfo, SuggestResult } from './searcher.js';

/** Where the coordinates of the unit cube come from. */
export type Sequence = 'random' | 'sobol' | 'halton';

/** Draws before a finite space is searched cell by cell. */
const ATTEMPTS = 64;
/** Draws in an infinite space whose constraints reject nearly everything. */
const LONGEST_SEARCH = 20_000;

/** Suggests `request.count` points of the sequence. */
export function suggestRandom(problem: SearchProblem, sequence: Sequence): SuggestResult {
  const { request, space } = problem;
  const suggestions: Suggestion[] = [];
  const queue = [...problem.points];
  for (let offset = 0; offset < request.count; offset++) {
    const given = queue.shift();
    const values = given ?? freshPoint(problem, request.nextNumber + offset, sequence);
    if (values === null) return { suggestions, exhausted: true, model: null };
    problem.tried.add(values);
    suggestions.push({
      parameters: toParameters(space, values),
      info: infoOf(sequence, given !== undefined),
    });
  }
  return { suggestions, exhausted: false, model: null };
}

function infoOf(sequence: Sequence, given: boolean): SuggestionInfo {
  if (given)
    return { searcher: sequence, phase: 'point', reason: 'a point given in the spec, before any search' };
  const reason =
    sequence === 'random'
      ? 'an independent draw from the distributions'
      : `the next point of a scrambled ${sequence} sequence`;
  return { searcher: sequence, phase: 'random', reason };
}

/**
 * A point that satisfies the constraints and has not been tried; `null` when none is left.
 *
 * @param number trial number: keys the draw
 */
export function freshPoint(problem: SearchProblem, number: number, sequence: Sequence): Assignment | null {
  const first = draw(problem, number, sequence, 0);
  if (accepts(problem, first)) return first;
  const cells = supportCells(problem.space);
  const attempts = cells === null ? LONGEST_SEARCH : ATTEMPTS;
  for (let attempt = 1; attempt < attempts; attempt++) {
    const values = draw(problem, number, 'random', attempt);
    if (accepts(problem, values)) return values;
  }
  return cells === null ? null : freshCell(problem, cells, number);
}

function accepts(problem: SearchProblem, values: Assignment): boolean {
  return satisfies(problem.constraints, values) && !problem.tried.has(values);
}

function draw(problem: SearchProblem, number: number, sequence: Sequence, attempt: number): Assignment {
  const { request, space } = problem;
  if (sequence === 'random') {
    const stream = new Stream(request.seed, number, 'random', attempt);
    return pointAt(space, () => stream.uniform());
  }
  const cube = (sequence === 'sobol' ? sobol : halton)(number, space.length, request.seed);
  return pointAt(space, (index) => cube[index] ?? 0.5);
}

/** Largest number of cells walked in search of one that satisfies the constraints. */
const LONGEST_WALK = 2_000_000n;

/** The first acceptable cell in a random order: at most `tried + 1` steps without constraints. */
function freshCell(problem: SearchProblem, cells: Cells, number: number): Assignment | null {
  const { seed } = problem.request;
  const steps = cells.count < LONGEST_WALK ? cells.count : LONGEST_WALK;
  for (let step = 0n; step < steps; step++) {
    const values = cells.at(permute((BigInt(number) + step) % cells.count, cells.count, seed));
    if (accepts(problem, values)) return values;
  }
  return null;
}
