/**
 * Bayesian optimisation with a Gaussian process and log expected improvement: the default of `method: bayes`. Initial design,
 * then one fit per call and one acquisition search per suggestion; running trials count at their predicted means.
 *
 * @source Snoek, Larochelle, Adams, "Practical Bayesian Optimization", NeurIPS 2012; sections of the parts in `surrogate/`.
 *   Differs: failed trials enter at the 75th percentile of the targets, so the model leans away from them without being
 *   distorted; every third suggestion of a conditional space goes to a branch chosen by a bandit; every twelfth one is a
 *   spread point, against a wrong model.
 */
import type { Json, TrialParameters } from '@swath/contracts';

import { Stream } from '../random/stream.js';
import type { Assignment } from '../space/assign.js';
import { fromParameters, toParameters } from '../space/assign.js';
import { satisfies } from '../space/constraint.js';
import type { Encoding } from '../space/encoding.js';
import { encodingOf } from '../space/encoding.js';
import { Acquisition, logImprovementFactor } from '../surrogate/acquisition.js';
import type { Region, Rows, Scored, SearchTask } from '../surrogate/acquisition-search.js';
import { bestNew, searchAcquisition, wholeRegion } from '../surrogate/acquisition-search.js';
import type { Branches } from '../surrogate/branches.js';
import { branchesOf, branchOf, branchRegion, chooseBranch } from '../surrogate/branches.js';
import type { Domain } from '../surrogate/domain.js';
import { enumerateDomain } from '../surrogate/domain.js';
import { invert } from '../surrogate/target.js';
import { trustRegion, trustRegionSide } from '../surrogate/trust-region.js';
import type { FittedModel } from './fitted-model.js';
import { fitModel } from './fitted-model.js';
import { initialPoint, initialSize } from './initial-design.js';
import type { SearchProblem } from './problem.js';
import { freshPoint } from './random.js';
import type { Suggestion, SuggestionInfo, SuggestResult } from './searcher.js';
import type { LearningTrial } from './targets.js';
import { learningTrials } from './targets.js';

/** A finite space with at most this many points is scored point by point. */
const LISTED_POINTS = 2048;
/** Expected improvement is divided by the predicted cost to this power. */
const COST_EXPONENT = 1;
/** How far a value stays off a bound for each trial that is there already, as a part of the range. */
const OFF_BOUND = 1e-6;
/** Values so close to a bound count as there. */
const AT_BOUND = 1e-3;
const BRANCH_EVERY = 3;
/** Trials beyond which every second suggestion stays near the best one. */
const MANY_TRIALS = 250;
const LOCAL_EVERY = 2;
const EXPLORE_EVERY = 12;

/** Suggests by Gaussian process, `request.count` points. */
export function suggestGaussianProcess(problem: SearchProblem): SuggestResult {
  const run = new ModelRun(problem);
  const suggestions: Suggestion[] = [];
  for (let offset = 0; offset < problem.request.count; offset++) {
    const suggestion = run.next(problem.request.nextNumber + offset);
    if (suggestion === null) return { suggestions, exhausted: true, model: run.model };
    suggestions.push(suggestion);
  }
  return { suggestions, exhausted: false, model: run.model };
}

/** One call's work: its state is what has been suggested in it. */
class ModelRun {
  model: Json;
  private readonly encoding: Encoding;
  private readonly branches: Branches | null;
  private readonly known: readonly LearningTrial[];
  private readonly rows: readonly Float64Array[];
  private readonly running: Float64Array[];
  private readonly points;
  /** Every point of a small finite space. */
  private readonly listed: readonly Float64Array[] | null;
  private fitted: FittedModel | null = null;

  constructor(private readonly problem: SearchProblem) {
    const { space, request } = problem;
    const { known, running } = learningTrials(problem, request.nextNumber);
    this.encoding = encodingOf(space);
    this.branches = branchesOf(this.encoding.domain);
    this.listed = enumerateDomain(this.encoding.domain, LISTED_POINTS);
    const rowOf = ({ parameters }: { readonly parameters: TrialParameters }): Float64Array =>
      this.encoding.encode(fromParameters(space, parameters));
    this.known = known;
    this.rows = known.map(rowOf);
    this.running = running.map(rowOf);
    this.points = [...problem.points];
    this.model = request.model ?? null;
  }

  /** The next suggestion; `null` when nothing new exists. */
  next(number: number): Suggestion | null {
    const { encoding } = this;
    const given = this.points.shift();
    if (given !== undefined) {
      const info = {
        searcher: 'gp',
        phase: 'point',
        reason: 'a point given in the spec, before any search',
      } as const;
      return this.accept(given, info);
    }
    const known = this.rows.length + this.running.length;
    const finished = this.known.filter(({ loss }) => loss !== null).length;
    if (known < initialSize(encoding.domain) || finished < 2) return this.initial(number);
    this.fitted ??= this.fit();
    return this.fromModel(number, this.fitted) ?? this.fallback(number);
  }

  /** Hands out a point and counts it as running. */
  private accept(values: Assignment, info: SuggestionInfo): Suggestion {
    const { problem } = this;
    const row = this.encoding.encode(values);
    problem.tried.add(values);
    this.running.push(row);
    if (this.fitted !== null && this.running.length <= this.fitted.capacity)
      this.fitted.process.believe([row]);
    return { parameters: toParameters(problem.space, values), info };
  }

  private initial(number: number): Suggestion | null {
    const { problem, encoding, branches } = this;
    const row = initialPoint(encoding.domain, branches, number, problem.request.seed);
    const values = encoding.decode(row);
    if (problem.tried.has(values) || !satisfies(problem.constraints, values)) return this.fallback(number);
    const reason = `initial design, before there is enough to model`;
    return this.accept(values, { searcher: 'gp', phase: 'initial', reason });
  }

  private fallback(number: number): Suggestion | null {
    const values = freshPoint(this.problem, number, 'random');
    if (values === null) return null;
    const reason = 'a random new point: every point the model looked at has been tried';
    return this.accept(values, { searcher: 'gp', phase: 'random', reason });
  }

  private fit(): FittedModel {
    const { encoding, rows, running, known } = this;
    const { request } = this.problem;
    const fitted = fitModel({
      domain: encoding.domain,
      rows,
      numbers: known.map((trial) => trial.number),
      losses: known.map(({ loss }) => loss?.loss ?? null),
      variances: known.map(({ loss }) => loss?.variance ?? 0),
      logCosts: known.map(({ logCost }) => logCost),
      running,
      room: request.count - 1,
      seed: request.seed,
      model: request.model,
    });
    this.model = fitted.model;
    return fitted;
  }

  private fromModel(number: number, fitted: FittedModel): Suggestion | null {
    const { problem, encoding, branches } = this;
    const explore = number % EXPLORE_EVERY === EXPLORE_EVERY - 1;
    if (explore) {
      const row = initialPoint(encoding.domain, branches, number, problem.request.seed);
      const values = encoding.decode(row);
      if (!problem.tried.has(values) && satisfies(problem.constraints, values)) {
        const reason = 'a spread point, to notice where the model is wrong';
        return this.accept(values, this.describe(fitted, row, { phase: 'exploration', reason }));
      }
    }
    const { region, reason } = this.regionFor(number, fitted);
    const found = this.search(number, fitted, region) ?? (region && this.search(number, fitted, null));
    if (found === null) return null;
    return this.accept(
      encoding.decode(found.row),
      this.describe(fitted, found.row, { phase: 'model', reason }),
    );
  }

  /** Where to look this time, and why there; `null` for everywhere. */
  private regionFor(number: number, fitted: FittedModel): { region: Region | null; reason: string } {
    const { branches, rows } = this;
    const { domain } = this.encoding;
    const gain = 'the largest expected improvement';
    if (branches !== null && number % BRANCH_EVERY === 0)
      return {
        region: branchRegion(domain, branches, this.bandit(branches, fitted)),
        reason: `${gain} in the branch that a bandit over the conditions chose`,
      };
    const centre = fitted.best[0];
    if (
      this.listed !== null ||
      rows.length <= MANY_TRIALS ||
      number % LOCAL_EVERY !== 0 ||
      centre === undefined
    )
      return { region: null, reason: `${gain} that the model sees` };
    const side = trustRegionSide(fitted.targets, domain.size);
    return {
      region: trustRegion(domain, centre, fitted.theta, side),
      reason: `${gain} near the best trial, in a box of ${(100 * side).toFixed(0)} % of the ranges`,
    };
  }

  private bandit(branches: Branches, fitted: FittedModel): number {
    const done = this.rows.map((row, index) => ({
      branch: branchOf(branches, row),
      target: fitted.targets[index] ?? null,
    }));
    const running = this.running.map((row) => ({ branch: branchOf(branches, row), target: null }));
    return chooseBranch(branches, [...done, ...running]);
  }

  private search(number: number, fitted: FittedModel, region: Region | null): Scored | null {
    const { problem, encoding } = this;
    const { domain } = encoding;
    const cost = fitted.cost && {
      process: fitted.cost.process,
      weight: COST_EXPONENT * fitted.cost.deviation,
    };
    const acquisition = new Acquisition(fitted.process, fitted.incumbent, {
      cost,
      feasibility: fitted.feasibility.varies ? fitted.feasibility : null,
    });
    const tried = rowsOf([...this.rows, ...this.running], domain.size);
    const allowed = (row: Float64Array): boolean =>
      problem.constraints.length === 0 || satisfies(problem.constraints, encoding.decode(row));
    if (region === null && this.listed !== null) {
      const scored = this.listed.filter(allowed).map((row) => ({ row, value: acquisition.at(row) }));
      return bestNew({ tried }, scored);
    }
    const stream = new Stream(problem.request.seed, number, 'candidates');
    const task: SearchTask = {
      domain,
      acquisition,
      region: region ?? wholeRegion(domain),
      best: fitted.best,
      tried,
      stream,
      seed: stream.word(),
      spread: fitted.process.size > 80 ? 128 : 256,
      climbs: fitted.process.size > 80 ? 2 : 4,
      allowed,
    };
    const found = searchAcquisition(task);
    return found && { ...found, row: offBounds(found.row, domain, tried, allowed) };
  }

  private describe(
    fitted: FittedModel,
    row: Float64Array,
    why: Pick<SuggestionInfo, 'phase' | 'reason'>,
  ): SuggestionInfo {
    const { process, transform: t, incumbent } = fitted;
    const mean = process.mean(row);
    const deviation = Math.sqrt(process.varianceAtLast());
    const feasibility = fitted.feasibility.atLast();
    const natural = (target: number): number => {
      const loss = invert(t, target);
      return this.problem.request.objectives[0]?.direction === 'maximize' ? -loss : loss;
    };
    const nearest = fitted.numbers[process.nearest(row, fitted.numbers.length)];
    const gain = Math.exp(logImprovementFactor((incumbent - mean) / deviation) + Math.log(deviation));
    return {
      searcher: 'gp',
      ...why,
      mean: natural(mean),
      deviation: Math.abs(natural(mean + deviation) - natural(mean - deviation)) / 2,
      expectedImprovement: Math.abs(natural(incumbent) - natural(incumbent - gain)),
      feasibility,
      incumbent: natural(incumbent),
      ...(nearest !== undefined && { nearest }),
      lengthScales: Object.fromEntries(
        this.encoding.parameterOf.map((parameter, axis) => [
          this.problem.space[parameter]?.path ?? '',
          Math.exp(fitted.theta[axis] ?? 0),
        ]),
      ),
    };
  }
}

/**
 * The row with continuous coordinates at a bound moved inside by a hair where earlier trials have that bound already: the maximum
 * of the acquisition lies in a corner again and again, and equal values of an axis teach the model nothing about it.
 */
function offBounds(
  row: Float64Array,
  domain: Domain,
  tried: Rows,
  allowed: (row: Float64Array) => boolean,
): Float64Array {
  const moved = Float64Array.from(row);
  for (let axis = 0; axis < domain.numeric; axis++) {
    const bound = row[axis] ?? 0.5;
    if ((bound !== 0 && bound !== 1) || domain.axes[axis]?.size !== Infinity) continue;
    let there = 0;
    for (let trial = 0; trial < tried.count; trial++)
      if (Math.abs((tried.values[trial * domain.size + axis] ?? 0.5) - bound) < AT_BOUND) there += 1;
    moved[axis] = Math.abs(bound - OFF_BOUND * there);
  }
  return allowed(moved) ? moved : row;
}

function rowsOf(rows: readonly Float64Array[], size: number): Rows {
  const values = new Float64Array(rows.length * size);
  rows.forEach((row, index) => {
    values.set(row, index * size);
  });
  return { values, count: rows.length };
}
