/**
 * What a model-based searcher learns from: each trial's point and one number to minimise. Several objectives become one by a
 * random weighting per suggestion; failures have no number here, the searcher decides what they count as.
 *
 * @source Knowles, "ParEGO", IEEE Trans. Evol. Comput. 10, 2006 (augmented Tchebycheff scalarisation, rho = 0.05).
 */
import { Stream } from '../random/stream.js';
import type { SearchProblem } from './problem.js';
import type { Observation } from './searcher.js';

/** Weight of the plain sum in the scalarisation. */
const RHO = 0.05;

/**
 * One value per observation of `problem.history`, smaller is better; `null` for a failed or incomplete one.
 *
 * @param number trial number of the suggestion: keys the random weights of several objectives
 */
export function targetsOf(problem: SearchProblem, number: number): readonly (number | null)[] {
  const { objectives } = problem.request;
  const losses = problem.history.map((observation) => lossesOf(problem, observation));
  if (objectives.length <= 1) return losses.map((loss) => loss?.[0] ?? null);
  const weights = randomWeights(problem.request.seed, number, objectives.length);
  const scaled = scaleColumns(losses, objectives.length);
  return scaled.map((loss) => {
    if (loss === null) return null;
    const terms = loss.map((value, index) => value * (weights[index] ?? 0));
    return Math.max(...terms) + RHO * terms.reduce((sum, term) => sum + term, 0);
  });
}

/** Objective values to minimise; `null` when one is missing. */
export function lossesOf(problem: SearchProblem, observation: Observation): readonly number[] | null {
  if (observation.status === 'failed') return null;
  const losses: number[] = [];
  for (const [index, { direction }] of problem.request.objectives.entries()) {
    const value = observation.values[index];
    if (typeof value !== 'number' || !Number.isFinite(value)) return null;
    losses.push(direction === 'minimize' ? value : -value);
  }
  return losses;
}

/** Uniform on the simplex. */
function randomWeights(seed: number, number: number, count: number): readonly number[] {
  const stream = new Stream(seed, number, 'scalarisation');
  const draws = Array.from({ length: count }, () => -Math.log(stream.uniform()));
  const total = draws.reduce((sum, draw) => sum + draw, 0);
  return draws.map((draw) => draw / total);
}

/** Brings each objective to [0, 1] over the complete observations. */
function scaleColumns(
  losses: readonly (readonly number[] | null)[],
  count: number,
): readonly (readonly number[] | null)[] {
  const complete = losses.filter((loss) => loss !== null);
  const ranges = Array.from({ length: count }, (_, index) => {
    const column = complete.map((loss) => loss[index] ?? 0);
    const low = column.reduce((least, value) => Math.min(least, value), Infinity);
    const high = column.reduce((most, value) => Math.max(most, value), -Infinity);
    return { low, width: high > low ? high - low : 1 };
  });
  return losses.map(
    (loss) =>
      loss && loss.map((value, index) => (value - (ranges[index]?.low ?? 0)) / (ranges[index]?.width ?? 1)),
  );
}
