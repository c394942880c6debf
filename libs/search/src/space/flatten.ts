/**
 * Flattens a nested, conditional search space into one ordered list of parameters. Every searcher starts here; `assign.ts`
 * turns values of the list back into the nested object that a trial receives.
 */
import { isNested } from '@swath/contracts/states';
import type { Json, LeafParameter, SearchSpace, When } from '@swath/contracts';

/** A condition on another parameter of the flat list: it must be active and have one of the values. */
export interface Condition {
  /** Position of the named parameter in the flat list; always before the parameter that depends on it. */
  readonly parent: number;
  readonly values: readonly Json[];
}

/** One parameter with a value of its own. */
export interface FlatParameter {
  /** Names from the root joined by dots: `optimizer.lr`. */
  readonly path: string;
  readonly segments: readonly string[];
  readonly parameter: LeafParameter;
  /** All must hold for the parameter to be active; conditions of enclosing groups included. */
  readonly conditions: readonly Condition[];
}

/** What is wrong with a space, where, and what to do. */
export interface SpaceProblem {
  /** Dotted path of the parameter, with the field last: `lr.min`. */
  readonly path: string;
  readonly message: string;
}

/** Thrown by functions that need a valid space; `validateSpace` lists the same problems without throwing. */
export class InvalidSpaceError extends Error {
  readonly problems: readonly SpaceProblem[];

  constructor(problems: readonly SpaceProblem[]) {
    super(problems.map((problem) => `${problem.path}: ${problem.message}`).join('; '));
    this.name = 'InvalidSpaceError';
    this.problems = problems;
  }
}

/** Separator between the names of nested parameters in W&B; decides the order of a W&B grid. */
const WANDB_NESTING = '.wbnest[599c28ca25da].';

interface Draft {
  readonly path: string;
  readonly segments: readonly string[];
  readonly parameter: LeafParameter;
  readonly whens: readonly When[];
}

/**
 * The parameters of a space in search order: sorted by name as W&B sorts them, each after the parameters it depends on.
 *
 * @throws InvalidSpaceError when a condition names an unknown parameter or conditions form a cycle
 */
export function flattenSpace(space: SearchSpace): readonly FlatParameter[] {
  const drafts = collect(space, [], []).sort((a, b) => compareText(sortKey(a), sortKey(b)));
  const { order, problems } = orderByDependency(drafts);
  if (problems.length > 0) throw new InvalidSpaceError(problems);
  const position = new Map(order.map((draft, index) => [draft.path, index]));
  return order.map((draft) => ({
    path: draft.path,
    segments: draft.segments,
    parameter: draft.parameter,
    conditions: draft.whens.flatMap((when) =>
      Object.entries(when).map(([path, values]) => ({ parent: position.get(path) ?? -1, values })),
    ),
  }));
}

/** Problems of the conditions alone: unknown names, cycles, two parameters with one dotted path. */
export function dependencyProblems(space: SearchSpace): readonly SpaceProblem[] {
  const drafts = collect(space, [], []);
  const seen = new Set<string>();
  const repeated = drafts.filter((draft) => seen.size === seen.add(draft.path).size);
  return [
    ...repeated.map(({ path }) => ({ path, message: 'two parameters have this dotted path; rename one' })),
    ...orderByDependency(drafts).problems,
  ];
}

function collect(space: SearchSpace, segments: readonly string[], whens: readonly When[]): Draft[] {
  return Object.entries(space).flatMap(([name, parameter]) => {
    const inner = [...segments, name];
    const conditions = parameter.when === undefined ? whens : [...whens, parameter.when];
    if (isNested(parameter)) return collect(parameter.parameters, inner, conditions);
    return [{ path: inner.join('.'), segments: inner, parameter, whens: conditions }];
  });
}

function sortKey(draft: Draft): string {
  return draft.segments.join(WANDB_NESTING);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Depth-first topological order that keeps the given order wherever no condition forbids it. */
function orderByDependency(drafts: readonly Draft[]): { order: Draft[]; problems: SpaceProblem[] } {
  const byPath = new Map(drafts.map((draft) => [draft.path, draft]));
  const order: Draft[] = [];
  const problems: SpaceProblem[] = [];
  const state = new Map<Draft, 'open' | 'done'>();
  const visit = (draft: Draft): void => {
    if (state.get(draft) === 'done') return;
    if (state.get(draft) === 'open') {
      problems.push({
        path: `${draft.path}.when`,
        message: 'the parameter depends on itself through conditions',
      });
      return;
    }
    state.set(draft, 'open');
    for (const path of draft.whens.flatMap((when) => Object.keys(when))) {
      const parent = byPath.get(path);
      if (parent) visit(parent);
      else problems.push({ path: `${draft.path}.when`, message: `no parameter is called "${path}"` });
    }
    state.set(draft, 'done');
    order.push(draft);
  };
  drafts.forEach(visit);
  return { order, problems };
}
