/**
 * The regret bound of a sweep by Swath's own surrogate: fits the Gaussian process to the trials so far and looks at points spread over the
 * space. Asked for after a trial, off the path of suggestions; `regret-bound.ts` has the formula.
 */
import { Stream } from '../random/stream.js';
import { fitModel } from '../searchers/fitted-model.js';
import { prepare } from '../searchers/problem.js';
import type { SuggestRequest } from '../searchers/searcher.js';
import { targetsOf } from '../searchers/targets.js';
import { fromParameters } from '../space/assign.js';
import { pointAt } from '../space/draw.js';
import { encodingOf } from '../space/encoding.js';
import type { GaussianProcess } from '../surrogate/gaussian-process.js';
import { invert } from '../surrogate/target.js';
import { confidenceEnds } from './regret-bound.js';
import type { Predictions } from './regret-bound.js';

/** Finished trials before a bound is given; Optuna's minimum. */
const MIN_TRIALS = 20;
/** Random points at which the model is asked how good the optimum may be. */
const CANDIDATES = 1024;

/**
 * Upper bound of the best trial's regret in the objective's units, or null with fewer than 20 finished trials or several objectives.
 *
 * The bound is computed on the surrogate's warped target and its two ends are brought back to natural units, because the deviation of a
 * warped value has no natural unit.
 *
 * @param request  as for a suggestion; `history` and `seed` count, `count` and `pending` do not
 */
export function modelRegretBound(request: SuggestRequest): number | null {
  if (request.objectives.length !== 1) return null;
  const problem = prepare({ ...request, pending: [], points: [] });
  const losses = targetsOf(problem, 0);
  if (losses.filter((loss) => loss !== null).length < MIN_TRIALS) return null;
  const { space, history } = problem;
  const encoding = encodingOf(space);
  const rows = history.map(({ parameters }) => encoding.encode(fromParameters(space, parameters)));
  const { process, transform } = fitModel({
    domain: encoding.domain,
    rows,
    numbers: history.map(({ number }) => number),
    losses,
    running: [],
    room: 0,
    seed: request.seed,
    model: request.model,
  });
  const stream = new Stream(request.seed, history.length, 'candidates', 1);
  const candidates = Array.from({ length: CANDIDATES }, () =>
    encoding.encode(pointAt(space, () => stream.uniform())),
  );
  const { optimistic, pessimistic } = confidenceEnds({
    direction: 'minimize',
    evaluated: predicted(
      process,
      rows.filter((_, index) => losses[index] !== null),
    ),
    candidates: predicted(process, candidates),
    dimensions: Math.max(1, encoding.domain.size),
  });
  return Math.max(0, invert(transform, pessimistic) - invert(transform, optimistic));
}

function predicted(process: GaussianProcess, rows: readonly Float64Array[]): Predictions {
  const means: number[] = [];
  const deviations: number[] = [];
  for (const row of rows) {
    means.push(process.mean(row));
    deviations.push(Math.sqrt(Math.max(0, process.varianceAtLast())));
  }
  return { means, deviations };
}
