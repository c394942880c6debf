/**
 * A request made ready for a searcher: the flat space, the parsed constraints, what has been tried, the given points that
 * come first. Built once per call by `registry.ts`; every searcher takes it.
 */
import type { TrialParameters } from '@swath/contracts';

import type { Assignment } from '../space/assign.js';
import { fromParameters, toParameters } from '../space/assign.js';
import type { Constraint } from '../space/constraint.js';
import { parseConstraint, satisfies } from '../space/constraint.js';
import { completePoint } from '../space/draw.js';
import { canonicalParameters } from '../space/equality.js';
import type { FlatParameter } from '../space/flatten.js';
import { flattenSpace } from '../space/flatten.js';
import type { Observation, PendingTrial, SuggestRequest } from './searcher.js';

/** Keys of the points that exist already: told, running, or suggested in this call. Built when first asked about. */
export class TriedPoints {
  private keys: Set<string> | null = null;
  private readonly added: Assignment[] = [];

  constructor(
    private readonly space: readonly FlatParameter[],
    private readonly trials: readonly { readonly parameters: TrialParameters }[],
  ) {}

  has(values: Assignment): boolean {
    this.keys ??= new Set(
      [...this.trials.map(({ parameters }) => fromParameters(this.space, parameters)), ...this.added].map(
        (point) => this.keyOf(point),
      ),
    );
    return this.keys.has(this.keyOf(values));
  }

  add(values: Assignment): void {
    if (this.keys === null) this.added.push(values);
    else this.keys.add(this.keyOf(values));
  }

  private keyOf(values: Assignment): string {
    return canonicalParameters(toParameters(this.space, values));
  }
}

/** A request in the form searchers work on. */
export interface SearchProblem {
  readonly request: SuggestRequest;
  readonly space: readonly FlatParameter[];
  readonly constraints: readonly Constraint[];
  /** Sorted by trial number: arrival order must not matter. */
  readonly history: readonly Observation[];
  /** Sorted by trial number. */
  readonly pending: readonly PendingTrial[];
  readonly tried: TriedPoints;
  /** Given points not tried yet, in their order. */
  readonly points: readonly Assignment[];
}

/**
 * Prepares a request.
 *
 * @throws InvalidSpaceError or ConstraintError as `flattenSpace` and `parseConstraint` do
 */
export function prepare(request: SuggestRequest): SearchProblem {
  const space = flattenSpace(request.space);
  const constraints = (request.constraints ?? []).map((text) => parseConstraint(text, space));
  const history = [...request.history].sort((a, b) => a.number - b.number);
  const pending = [...request.pending].sort((a, b) => a.number - b.number);
  const tried = new TriedPoints(space, [...history, ...pending]);
  const points = (request.points ?? [])
    .map((point) => completePoint(space, point))
    .filter(
      (point): point is Assignment => point !== null && satisfies(constraints, point) && !tried.has(point),
    );
  return { request, space, constraints, history, pending, tried, points };
}
