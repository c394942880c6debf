/**
 * Rules between the parts of a spec: what each method needs, what W&B itself cannot run, what conditions and points may
 * name. Each rule is one function over the resolved spec.
 */
import { isNested } from '../search-space.js';
import type { Json, LeafParameter, SearchSpace, TrialParameters } from '../search-space.js';
import type { SweepSpec } from '../sweep-spec.js';
import { isFields } from './read-parameters.js';
import { didYouMean, pointerTo, showValue } from './spec-problems.js';
import type { SpecProblems } from './spec-problems.js';

/** Adds a problem for every broken rule and a warning for every surprise. */
export function checkSpec(spec: SweepSpec, problems: SpecProblems): void {
  const leaves = leavesOf(spec.parameters, '', '/parameters');
  checkPaths(leaves, problems);
  checkObjectives(spec, problems);
  if (spec.method === 'grid') checkGrid(leaves, problems);
  checkConditions(spec.parameters, '/parameters', new Set(leaves.map(({ path }) => path)), problems);
  checkPoints(spec, problems);
  warnOfProgram(spec, problems);
  warnOfLimits(spec, leaves, problems);
}

interface Leaf {
  /** Names from the root joined by dots. */
  readonly path: string;
  readonly pointer: string;
  readonly parameter: LeafParameter;
}

function leavesOf(space: SearchSpace, prefix: string, pointer: string): Leaf[] {
  return Object.entries(space).flatMap(([name, parameter]) => {
    const path = prefix + name;
    const inner = pointerTo(pointer, name);
    if (isNested(parameter))
      return leavesOf(parameter.parameters, `${path}.`, pointerTo(inner, 'parameters'));
    return [{ path, pointer: inner, parameter }];
  });
}

/** `a.b` as one name and `b` in a group `a` would be one path in conditions, charts and reports. */
function checkPaths(leaves: readonly Leaf[], problems: SpecProblems): void {
  const seen = new Set<string>();
  for (const { path, pointer } of leaves) {
    if (seen.size !== seen.add(path).size) continue;
    const detail = `Two parameters have the path "${path}"; rename one.`;
    problems.add('spec/duplicate-path', pointer, detail, { got: path });
  }
}

const needObjective = new Set(['bayes', 'tpe', 'gp', 'nsga2']);

function checkObjectives(spec: SweepSpec, problems: SpecProblems): void {
  const count = spec.objectives.length;
  if (count === 0 && needObjective.has(spec.method)) {
    const detail = `Method "${spec.method}" needs a metric; add metric: {name: val_loss, goal: minimize}.`;
    problems.add('spec/metric-required', '/metric', detail, { bound: 'a metric' });
  }
  if (spec.early_terminate !== undefined && count !== 1) {
    const detail =
      count === 0
        ? 'early_terminate needs a metric to judge trials by; add metric: {name: val_loss, goal: minimize}.'
        : `early_terminate judges trials by one metric; ${count} are given. Remove it or give one metric.`;
    problems.add(
      count === 0 ? 'spec/metric-required' : 'spec/conflict',
      count === 0 ? '/metric' : '/early_terminate',
      detail,
      {
        got: count,
        bound: '1',
      },
    );
  }
  const names = spec.objectives.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    const detail = `The metric "${name}" is given twice; remove one.`;
    problems.add('spec/conflict', `/metrics/${index}/name`, detail, { got: name });
  });
}

const gridDistributions = new Set([
  'constant',
  'categorical',
  'int_uniform',
  'q_uniform',
  'q_log_uniform',
  'q_log_uniform_values',
]);

function checkGrid(leaves: readonly Leaf[], problems: SpecProblems): void {
  for (const { path, pointer, parameter } of leaves) {
    if (gridDistributions.has(parameter.distribution)) continue;
    const weighted = parameter.distribution === 'categorical_w_probabilities';
    const detail = weighted
      ? `A grid visits every value of "${path}" once, so probabilities mean nothing; remove them or use method: random.`
      : `"${path}" is ${parameter.distribution}, which has no finite grid; give values, two integer bounds, or q_uniform, or use method: random.`;
    problems.add('spec/grid-continuous', pointer, detail, {
      got: parameter.distribution,
      bound: 'values, int_uniform or q_uniform',
    });
  }
}

function checkConditions(
  space: SearchSpace,
  pointer: string,
  paths: ReadonlySet<string>,
  problems: SpecProblems,
): void {
  for (const [name, parameter] of Object.entries(space)) {
    const inner = pointerTo(pointer, name);
    for (const [path, values] of Object.entries(parameter.when ?? {})) {
      const at = pointerTo(pointerTo(inner, 'when'), path);
      if (!paths.has(path)) {
        const detail = `No parameter has the path "${path}".${didYouMean(path, [...paths])} Write the full path from the root, joined by dots.`;
        problems.add('spec/unknown-parameter', at, detail, { got: path });
      } else if (values.length === 0) {
        problems.add('spec/too-small', at, `Give at least one value of "${path}".`, {
          got: values,
          bound: '1',
        });
      }
    }
    if (isNested(parameter))
      checkConditions(parameter.parameters, pointerTo(inner, 'parameters'), paths, problems);
  }
}

function checkPoints(spec: SweepSpec, problems: SpecProblems): void {
  spec.points.forEach((point, index) => checkPoint(point, spec.parameters, `/points/${index}`, problems));
}

function checkPoint(
  point: TrialParameters,
  space: SearchSpace,
  pointer: string,
  problems: SpecProblems,
): void {
  for (const [name, value] of Object.entries(point)) {
    const parameter = Object.hasOwn(space, name) ? space[name] : undefined;
    const inner = pointerTo(pointer, name);
    if (parameter === undefined) {
      const detail = `"${name}" is not a parameter of this sweep.${didYouMean(name, Object.keys(space))}`;
      problems.add('spec/unknown-parameter', inner, detail, { got: name });
    } else if (!isNested(parameter)) {
      checkPointValue(value, parameter, inner, problems);
    } else if (isFields(value)) {
      checkPoint(value, parameter.parameters, inner, problems);
    } else {
      const detail = `"${name}" is a group of parameters; give an object.`;
      problems.add('spec/type', inner, detail, { got: value, bound: 'an object' });
    }
  }
}

function checkPointValue(
  value: Json,
  parameter: LeafParameter,
  pointer: string,
  problems: SpecProblems,
): void {
  const bound = boundMissed(value, parameter);
  if (bound === undefined) return;
  problems.add('spec/point', pointer, `${showValue(value)} is outside the parameter: it must be ${bound}.`, {
    got: value,
    bound,
  });
}

/** What the value should be, or `undefined` when the parameter can have it. */
function boundMissed(value: Json, parameter: LeafParameter): string | undefined {
  switch (parameter.distribution) {
    case 'constant':
      return same(value, parameter.value) ? undefined : showValue(parameter.value);
    case 'categorical':
    case 'categorical_w_probabilities':
      return parameter.values.some((known) => same(known, value)) ? undefined : 'one of its values';
    case 'int_uniform': {
      const inside = Number.isInteger(value) && isBetween(value, parameter.min, parameter.max);
      return inside ? undefined : `a whole number from ${parameter.min} to ${parameter.max}`;
    }
    case 'uniform':
    case 'log_uniform_values':
    case 'inv_log_uniform_values':
      return isBetween(value, parameter.min, parameter.max)
        ? undefined
        : `a number from ${parameter.min} to ${parameter.max}`;
    default:
      return typeof value === 'number' ? undefined : 'a number';
  }
}

function isBetween(value: Json, min: number, max: number): boolean {
  return typeof value === 'number' && value >= min && value <= max;
}

/** Equality of JSON values whatever the order of their keys. */
function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const left = new Map<string, Json>(Object.entries(a));
  const right = new Map<string, Json>(Object.entries(b));
  return left.size === right.size && [...left].every(([key, value]) => same(value, right.get(key)));
}

/** Function agents of W&B bring their own function; every other agent needs something to run. */
function warnOfProgram(spec: SweepSpec, problems: SpecProblems): void {
  if (spec.program !== undefined || !spec.command.includes('${program}')) return;
  const detail =
    'No program is given and the command uses ${program}: only agents that bring their own function can run this sweep. Add program: train.py.';
  problems.warn('spec/no-program', '/program', detail);
}

/** A search that never ends by itself and has no limit runs until somebody stops it. */
function warnOfLimits(spec: SweepSpec, leaves: readonly Leaf[], problems: SpecProblems): void {
  if (
    spec.method === 'grid' ||
    isBounded(spec) ||
    leaves.every(({ parameter }) => parameter.distribution === 'constant')
  )
    return;
  const detail =
    'The sweep has no limit and does not end by itself; set budget.max_trials, max_cost, max_gpu_hours or max_wall_clock.';
  problems.warn('spec/unbounded', '/budget', detail);
}

/** Whether the spec names a limit that ends the sweep. */
export function isBounded({ budget }: SweepSpec): boolean {
  const limits = [budget.max_trials, budget.max_cost, budget.max_gpu_hours, budget.max_wall_clock];
  return limits.some((limit) => limit !== undefined);
}
