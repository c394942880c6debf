/**
 * What a model-based searcher learns from: each trial's point and one number to minimise. Several objectives become one by a
 * random weighting per suggestion; failures have no number here, the searcher decides what they count as.
 *
 * @source Knowles, "ParEGO", IEEE Trans. Evol. Comput. 10, 2006 (augmented Tchebycheff scalarisation, rho = 0.05).
 */
import type { TrialParameters } from '@swath/contracts';

import { Stream } from '../random/stream.js';
import type { SearchProblem } from './problem.js';
import type { ProjectedLoss } from './rung-targets.js';
import { projectLosses } from './rung-targets.js';
import type { Curve, Observation, PendingTrial } from './searcher.js';

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
  if (objectives.length <= 1)
    return impute(
      problem,
      losses.map((loss) => loss?.[0] ?? null),
    );
  const weights = randomWeights(problem.request.seed, number, objectives.length);
  const scaled = scaleColumns(losses, objectives.length);
  return scaled.map((loss) => {
    if (loss === null) return null;
    const terms = loss.map((value, index) => value * (weights[index] ?? 0));
    return Math.max(...terms) + RHO * terms.reduce((sum, term) => sum + term, 0);
  });
}

/** Fills in what failed trials count as, where the request says so; never where nothing is known. */
function impute(problem: SearchProblem, losses: readonly (number | null)[]): readonly (number | null)[] {
  const { impute: rule, objectives } = problem.request;
  const finite = losses.filter((loss) => loss !== null);
  if (rule === undefined || finite.length === 0) return losses;
  const sign = objectives[0]?.direction === 'maximize' ? -1 : 1;
  return losses.map((loss, index) => {
    if (loss !== null) return loss;
    if (rule === 'best') return finite.reduce((a, b) => Math.min(a, b));
    if (rule === 'worst') return finite.reduce((a, b) => Math.max(a, b));
    const trial = problem.history[index];
    const latest = trial?.values[0] ?? trial?.curve?.at(-1)?.[1];
    return typeof latest === 'number' && Number.isFinite(latest) ? sign * latest : null;
  });
}

/** A trial that the surrogate learns from: one that has ended, or one that runs and has been measured. */
export interface LearningTrial {
  readonly number: number;
  readonly parameters: TrialParameters;
  /** `null` for a failed trial. */
  readonly loss: ProjectedLoss | null;
  /** Logarithm of its cost with full training, in the request's unit; `null` when unknown or not asked for. */
  readonly logCost: number | null;
}

/**
 * The trials to learn from, by trial number, and those that run without a measurement to learn from. With early stopping,
 * losses are brought to full training.
 *
 * @param number as in `targetsOf`
 */
export function learningTrials(
  problem: SearchProblem,
  number: number,
): { readonly known: readonly LearningTrial[]; readonly running: readonly PendingTrial[] } {
  const { history, pending, request } = problem;
  const losses = targetsOf(problem, number);
  if (request.fidelity === undefined || request.objectives.length > 1) {
    const known = history.map((trial, index) => {
      const loss = losses[index] ?? null;
      return learning(problem, trial, loss === null ? null : { loss, variance: 0 });
    });
    return { known, running: pending };
  }
  const sign = request.objectives[0]?.direction === 'maximize' ? -1 : 1;
  const curveOf = ({ curve = [] }: { readonly curve?: Curve }): Curve =>
    curve.map(([resource, value]) => [resource, sign * value] as const);
  const ended = history.map((trial, index) => ({
    curve: trial.status === 'failed' ? [] : curveOf(trial),
    final: trial.status === 'finished' ? (losses[index] ?? null) : null,
  }));
  const measured = pending.map((trial) => ({ curve: curveOf(trial), final: null }));
  const projected = projectLosses([...ended, ...measured], request.fidelity.rungs);
  const known = [...history, ...pending].map((trial, index) =>
    learning(problem, trial, projected[index] ?? null),
  );
  const learnt = known.filter(({ loss }, index) => index < history.length || loss !== null);
  return {
    known: learnt.sort((a, b) => a.number - b.number),
    running: pending.filter((_, index) => (projected[history.length + index] ?? null) === null),
  };
}

function learning(
  problem: SearchProblem,
  trial: Observation | PendingTrial,
  loss: ProjectedLoss | null,
): LearningTrial {
  return { number: trial.number, parameters: trial.parameters, loss, logCost: logCostOf(problem, trial) };
}

/** What the whole training would take, from the part that ran. */
function logCostOf({ request }: SearchProblem, trial: Observation | PendingTrial): number | null {
  const weighting = request.costWeighting ?? 'none';
  if (weighting === 'none' || !('status' in trial)) return null;
  const spent = weighting === 'seconds' ? trial.seconds : trial.cost;
  if (spent === undefined || !(spent > 0)) return null;
  const reached = trial.curve?.at(-1)?.[0];
  const whole = request.fidelity?.maxResource;
  return Math.log(reached === undefined || whole === undefined ? spent : (spent * whole) / reached);
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
