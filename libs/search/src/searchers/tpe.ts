/**
 * Tree-structured Parzen estimator: draws candidates like the good trials and takes the one that is least like the bad. Chosen
 * where a Gaussian process is too slow: thousands of trials, more than 60 parameters, very many running at once.
 *
 * @source Bergstra et al., NeurIPS 2011, section 4; defaults of Optuna 5 (multivariate, constant liar). Symbols: gamma share
 *   of good trials, l and g the two densities. Differs: 64 candidates instead of 24, failed trials are bad ones instead of
 *   being ignored, ties in the ratio go to the first candidate.
 */
import { Stream } from '../random/stream.js';
import { fromParameters, toParameters } from '../space/assign.js';
import type { Assignment } from '../space/assign.js';
import { satisfies } from '../space/constraint.js';
import type { Encoding } from '../space/encoding.js';
import { encodingOf } from '../space/encoding.js';
import { ParzenMixture } from '../surrogate/parzen.js';
import type { SearchProblem } from './problem.js';
import { freshPoint } from './random.js';
import type { Suggestion, SuggestionInfo, SuggestResult } from './searcher.js';
import { learningTrials } from './targets.js';

const STARTUP_TRIALS = 10;
const CANDIDATES = 64;
const MOST_GOOD = 25;
const GOOD_SHARE = 0.1;
/** Bad trials that enter the density; the latest. More changes little and costs time. */
const MOST_BAD = 1000;

/** Suggests `request.count` points. */
export function suggestTpe(problem: SearchProblem): SuggestResult {
  const { request, space } = problem;
  const encoding = encodingOf(space);
  const queue = [...problem.points];
  const liars: Float64Array[] = [];
  const suggestions: Suggestion[] = [];
  for (let offset = 0; offset < request.count; offset++) {
    const number = request.nextNumber + offset;
    const given = queue.shift();
    const made =
      given !== undefined ? { values: given, info: GIVEN } : nextPoint(problem, encoding, number, liars);
    if (made === null) return { suggestions, exhausted: true, model: null };
    problem.tried.add(made.values);
    liars.push(encoding.encode(made.values));
    suggestions.push({ parameters: toParameters(space, made.values), info: made.info });
  }
  return { suggestions, exhausted: false, model: null };
}

const GIVEN: SuggestionInfo = {
  searcher: 'tpe',
  phase: 'point',
  reason: 'a point given in the spec, before any search',
};

interface Made {
  readonly values: Assignment;
  readonly info: SuggestionInfo;
}

function nextPoint(
  problem: SearchProblem,
  encoding: Encoding,
  number: number,
  liars: readonly Float64Array[],
): Made | null {
  const { known, running } = learningTrials(problem, number);
  if (known.length + running.length + liars.length < STARTUP_TRIALS)
    return randomPoint(problem, number, 'initial');
  const rowOf = (trial: { readonly parameters: (typeof known)[number]['parameters'] }): Float64Array =>
    encoding.encode(fromParameters(problem.space, trial.parameters));
  const ranked = known
    .map((trial) => ({ trial, loss: trial.loss?.loss ?? Infinity }))
    .sort((a, b) => a.loss - b.loss || a.trial.number - b.trial.number);
  const finite = ranked.filter(({ loss }) => loss < Infinity).length;
  if (finite < 2) return randomPoint(problem, number, 'initial');
  const good = new Set(
    ranked.slice(0, Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * finite))).map(({ trial }) => trial),
  );
  const bad = known.filter((trial) => !good.has(trial)).slice(-MOST_BAD);
  const below = new ParzenMixture(encoding.domain, known.filter((trial) => good.has(trial)).map(rowOf));
  const above = new ParzenMixture(encoding.domain, [...bad.map(rowOf), ...running.map(rowOf), ...liars]);
  const values = bestCandidate(problem, encoding, { below, above }, number);
  if (values === null) return randomPoint(problem, number, 'random');
  const reason = `most like the best ${good.size} of ${finite} trials and least like the others`;
  return { values, info: { searcher: 'tpe', phase: 'model', reason } };
}

function bestCandidate(
  problem: SearchProblem,
  encoding: Encoding,
  { below, above }: { readonly below: ParzenMixture; readonly above: ParzenMixture },
  number: number,
): Assignment | null {
  const stream = new Stream(problem.request.seed, number, 'tpe');
  let best: { values: Assignment; ratio: number } | null = null;
  for (let k = 0; k < CANDIDATES; k++) {
    const row = below.draw(stream);
    const ratio = below.logDensity(row) - above.logDensity(row);
    if (best !== null && !(ratio > best.ratio)) continue;
    const values = encoding.decode(row);
    if (problem.tried.has(values) || !satisfies(problem.constraints, values)) continue;
    best = { values, ratio };
  }
  return best?.values ?? null;
}

function randomPoint(problem: SearchProblem, number: number, phase: 'initial' | 'random'): Made | null {
  const values = freshPoint(problem, number, 'sobol');
  const reason =
    phase === 'initial'
      ? 'initial design, before there is enough to model'
      : 'every candidate had been tried';
  return values && { values, info: { searcher: 'tpe', phase, reason } };
}
