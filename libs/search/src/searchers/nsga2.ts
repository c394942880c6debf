/**
 * NSGA-II: an evolutionary searcher for several objectives, steady-state, so that it never waits for a generation. Parents come
 * from the best trials by Pareto front and crowding; a child crosses two of them and mutates.
 *
 * @source Deb et al., "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE Trans. Evol. Comput. 6, 2002, sections
 *   III-A and III-B; population 50, swap 0.5, mutation 1/d as in Optuna 5. Differs: no generations, one child per suggestion
 *   from all trials so far; numbers mutate by a normal step of a tenth of their range.
 */
import { nonDominatedSort } from '../objective/pareto.js';
import { Stream } from '../random/stream.js';
import { fromParameters, toParameters } from '../space/assign.js';
import type { Assignment } from '../space/assign.js';
import { satisfies } from '../space/constraint.js';
import type { Encoding } from '../space/encoding.js';
import { encodingOf } from '../space/encoding.js';
import type { SearchProblem } from './problem.js';
import { freshPoint } from './random.js';
import type { Suggestion, SuggestionInfo, SuggestResult } from './searcher.js';
import { lossesOf } from './targets.js';

const POPULATION = 50;
const SWAP = 0.5;
const STEP = 0.1;
/** Children tried before a random point is taken: they may be repeats. */
const ATTEMPTS = 20;
/** Trials that are sorted into fronts, the latest; sorting is quadratic. */
const MOST_SORTED = 500;

/** Suggests `request.count` points. */
export function suggestNsga2(problem: SearchProblem): SuggestResult {
  const { request, space } = problem;
  const encoding = encodingOf(space);
  const parents = selectParents(problem, encoding);
  const queue = [...problem.points];
  const suggestions: Suggestion[] = [];
  for (let offset = 0; offset < request.count; offset++) {
    const number = request.nextNumber + offset;
    const given = queue.shift();
    const child = given ?? bear(problem, encoding, parents, number);
    const values = child ?? freshPoint(problem, number, 'sobol');
    if (values === null) return { suggestions, exhausted: true, model: null };
    problem.tried.add(values);
    const info = infoOf(given !== undefined ? 'point' : child !== null ? 'model' : 'initial');
    suggestions.push({ parameters: toParameters(space, values), info });
  }
  return { suggestions, exhausted: false, model: null };
}

function infoOf(phase: 'point' | 'model' | 'initial'): SuggestionInfo {
  const reason = {
    point: 'a point given in the spec, before any search',
    model: 'a mutated cross of two of the best trials',
    initial: 'a spread point: the population is not full yet, or every child had been tried',
  };
  return { searcher: 'nsga2', phase, reason: reason[phase] };
}

/** Rows of the population, best first; empty until there are enough trials. */
function selectParents(problem: SearchProblem, encoding: Encoding): readonly Float64Array[] {
  const complete = problem.history
    .map((trial) => ({ trial, losses: lossesOf(problem, trial) }))
    .flatMap(({ trial, losses }) => (losses === null ? [] : [{ trial, losses }]))
    .slice(-MOST_SORTED);
  if (complete.length < Math.min(POPULATION, 4 * encoding.domain.size, 20)) return [];
  const points = complete.map(({ losses }) => losses);
  const directions = problem.request.objectives.map(() => 'minimize' as const);
  const order = nonDominatedSort(directions, points).flatMap((front) => byCrowding(front, points));
  return order.slice(0, POPULATION).flatMap((index) => {
    const parameters = complete[index]?.trial.parameters;
    return parameters === undefined ? [] : [encoding.encode(fromParameters(problem.space, parameters))];
  });
}

/** The members of a front, those with the most room around them first. */
function byCrowding(front: readonly number[], points: readonly (readonly number[])[]): readonly number[] {
  const room = new Map(front.map((index) => [index, 0]));
  const objectives = points[0]?.length ?? 0;
  for (let k = 0; k < objectives; k++) {
    const at = (index: number | undefined): number =>
      index === undefined ? NaN : (points[index]?.[k] ?? NaN);
    const sorted = [...front].sort((a, b) => at(a) - at(b) || a - b);
    const width = at(sorted.at(-1)) - at(sorted[0]) || 1;
    sorted.forEach((index, place) => {
      const gap = (at(sorted[place + 1]) - at(sorted[place - 1])) / width;
      room.set(index, (room.get(index) ?? 0) + (Number.isNaN(gap) ? Infinity : gap));
    });
  }
  return [...front].sort((a, b) => compareDescending(room.get(a) ?? 0, room.get(b) ?? 0) || a - b);
}

function compareDescending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

function bear(
  problem: SearchProblem,
  encoding: Encoding,
  parents: readonly Float64Array[],
  number: number,
): Assignment | null {
  if (parents.length < 2) return null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stream = new Stream(problem.request.seed, number, 'evolution', attempt);
    const mother = tournament(parents, stream);
    const father = tournament(parents, stream);
    const row = mother.map((value, d) => (stream.uniform() < SWAP ? value : (father[d] ?? value)));
    mutate(encoding, row, stream);
    const values = encoding.decode(row);
    if (!problem.tried.has(values) && satisfies(problem.constraints, values)) return values;
  }
  return null;
}

/** The better of two random members; they are sorted, so the smaller index. */
function tournament(parents: readonly Float64Array[], stream: Stream): Float64Array {
  const index = Math.min(stream.integer(parents.length), stream.integer(parents.length));
  return parents[index] ?? new Float64Array(0);
}

function mutate({ domain }: Encoding, row: Float64Array, stream: Stream): void {
  for (const [d, axis] of domain.axes.entries()) {
    if (stream.uniform() * domain.size >= 1) continue;
    row[d] = axis.category ? axis.draw(stream.uniform()) : (row[d] ?? 0) + STEP * stream.normal();
  }
  domain.settle(row, () => stream.uniform());
}
