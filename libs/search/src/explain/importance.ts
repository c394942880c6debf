/**
 * Which parameters mattered in a sweep: fANOVA over its trials, and the surrogate's length-scales as a second opinion. Reports and the
 * sweep's page show both.
 */
import type { SearchSpace, TrialParameters } from '@swath/contracts';
import { encodeTrial, searchedAxes } from './axes.js';
import { fanova } from './fanova.js';
import type { FanovaOptions } from './fanova.js';
import type { Axis } from './regression-tree.js';

/** A finished trial with its objective. */
export interface ValuedTrial {
  readonly parameters: TrialParameters;
  /** In natural units; trials without a finite value are left out. */
  readonly value: number;
}

/** Importance of one parameter. */
export interface ParameterImportance {
  /** Names from the root joined by dots. */
  readonly path: string;
  /** Share of the objective's variance over the space that the parameter explains alone, in [0, 1]. */
  readonly importance: number;
  /** 5 % and 95 % quantile over the forest's trees. */
  readonly interval: readonly [number, number];
}

/** Importances of a sweep, most important first. */
export interface SweepImportance {
  readonly parameters: readonly ParameterImportance[];
  /** Share left to interactions between parameters, in [0, 1]. */
  readonly interactions: number;
  /** Trials used. */
  readonly trials: number;
}

/**
 * fANOVA importances of the searched parameters; constants are left out. Null when fewer than two trials have a value or all values
 * are equal. Trust it from about ten trials per parameter on; the interval shows how far.
 *
 * The variance is over the space as it is searched (log parameters in the logarithm, normals by their density), where Optuna takes the
 * plain range. In trials where a conditional parameter is inactive it counts as making no difference.
 */
export function parameterImportance(
  space: SearchSpace,
  trials: readonly ValuedTrial[],
  options: FanovaOptions = {},
): SweepImportance | null {
  const searched = searchedAxes(space);
  const samples = trials
    .filter(({ value }) => Number.isFinite(value))
    .map(({ parameters, value }) => ({ x: encodeTrial(searched, parameters), y: value }))
    .filter(({ x }) => searched.axes.every(({ axis }, j) => isOn(axis, x[j] ?? NaN)));
  const shares = fanova(
    searched.axes.map(({ axis }) => axis),
    samples,
    options,
  );
  if (shares === null) return null;
  const parameters = shares
    .map((share, index) => ({ path: searched.axes[index]?.path ?? '', ...share }))
    .sort((a, b) => b.importance - a.importance);
  const alone = parameters.reduce((sum, { importance }) => sum + importance, 0);
  return { parameters, interactions: Math.max(0, 1 - alone), trials: samples.length };
}

/** Whether a coordinate lies on the axis: a trial of another space may have a category that this one does not list. */
function isOn(axis: Axis, x: number): boolean {
  return Number.isNaN(x) || axis.kind === 'numeric' || x < axis.levels;
}

/**
 * Relevance of each parameter by the surrogate's length-scales: the share of its inverse squared length-scale, summing to 1. Knows
 * nothing of the objective's level, only how fast it changes; empty for no length-scales.
 *
 * @param lengthScales  per parameter path, above 0, as in a suggestion's `info`
 */
export function lengthScaleRelevance(lengthScales: { readonly [path: string]: number }): {
  readonly [path: string]: number;
} {
  const inverse = Object.entries(lengthScales).map(([path, scale]) => [path, scale ** -2] as const);
  const total = inverse.reduce((sum, [, weight]) => sum + weight, 0);
  return Object.fromEntries(inverse.map(([path, weight]) => [path, weight / total]));
}
