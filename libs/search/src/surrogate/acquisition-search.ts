/**
 * Maximises the acquisition function over a domain: many spread candidates and mutations of the best points are scored, the
 * most promising are climbed by gradient on numeric axes and by trying every value on short ones. The searchers call it once
 * per suggestion.
 */
import { minimize } from '../numerics/lbfgs.js';
import { sobolBlock } from '../random/sobol.js';
import type { Stream } from '../random/stream.js';
import type { Acquisition } from './acquisition.js';
import type { Domain } from './domain.js';
import { sameRow } from './domain.js';

/** Points of a domain, row by row. */
export interface Rows {
  readonly values: Float64Array;
  readonly count: number;
}

/** Part of a domain to search. */
export interface Region {
  /** Axes that keep the coordinate of `template`. */
  readonly fixed: Uint8Array;
  readonly template: Float64Array;
  /** Box for the numeric axes. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** One search. */
export interface SearchTask {
  readonly domain: Domain;
  readonly acquisition: Acquisition;
  readonly region: Region;
  /** Best points so far, best first: mutated, and climbed from. */
  readonly best: readonly Float64Array[];
  /** Points that must not be suggested again. */
  readonly tried: Rows;
  readonly stream: Stream;
  /** Key of the spread candidates. */
  readonly seed: number;
  /** Spread candidates; mutations are about as many. */
  readonly spread: number;
  /** Climbs. */
  readonly climbs: number;
  /** Whether a point satisfies the constraints. */
  readonly allowed: (row: Float64Array) => boolean;
}

/** A point and its acquisition value. */
export interface Scored {
  readonly row: Float64Array;
  readonly value: number;
}

/** Axes with more values are climbed by gradient and snapped; shorter ones are tried value by value. */
const SHORT_AXIS = 16;
/** Largest share of the candidates that is scored exactly. */
const MOST_SCORED = 0.3;
/** Work for exact scores, in multiplications: each costs the square of the number of training points. */
const SCORING_BUDGET = 2e6;
const FEWEST_SCORED = 48;
/** Candidates whose exact order matters. */
const KEPT = 16;
const ROUNDS = 3;
const CLIMB_ITERATIONS = 12;

/** The region that is the whole domain. */
export function wholeRegion(domain: Domain): Region {
  return {
    fixed: new Uint8Array(domain.size),
    template: new Float64Array(domain.size),
    lower: new Float64Array(domain.size),
    upper: new Float64Array(domain.size).fill(1),
  };
}

/** The best allowed point not tried yet; `null` when every point that was looked at has been tried. */
export function searchAcquisition(task: SearchTask): Scored | null {
  const scored = bestOf(task, gatherCandidates(task));
  const climbed = pickStarts(task, scored)
    .map((start) => climbOnce(task, start))
    .sort((a, b) => b.value - a.value);
  const finished = climbed.slice(0, 1).map((start) => climbOut(task, start));
  return bestNew(
    task,
    [...finished, ...climbed, ...scored].filter(({ row }) => task.allowed(row)),
  );
}

/** The best of listed points that has not been tried; `null` when all have. */
export function bestNew(task: Pick<SearchTask, 'tried'>, points: readonly Scored[]): Scored | null {
  const sorted = [...points].sort((a, b) => b.value - a.value);
  return sorted.find(({ row }) => !isTried(task.tried, row)) ?? null;
}

/** Candidates in one block with the bounds of their values: an array for each would cost more than looking at it. */
class Candidates {
  readonly bounds: number[] = [];
  private readonly values: Float64Array;

  constructor(
    private readonly task: SearchTask,
    capacity: number,
  ) {
    this.values = new Float64Array(capacity * task.domain.size);
  }

  add(row: Float64Array): void {
    if (!this.task.allowed(row)) return;
    this.values.set(row, this.bounds.length * row.length);
    this.bounds.push(this.task.acquisition.boundAt(row));
  }

  copyTo(row: Float64Array, index: number): void {
    for (let d = 0; d < row.length; d++) row[d] = this.values[index * row.length + d];
  }
}

/**
 * The best candidates, best first. Cheap bounds decide the order of looking; looking ends when no bound reaches the best few.
 */
function bestOf(task: SearchTask, candidates: Candidates): Scored[] {
  const { acquisition, domain } = task;
  const { bounds } = candidates;
  const order = bounds.map((_, index) => index).sort((a, b) => bounds[b] - bounds[a]);
  const n = acquisition.process.size;
  const affordable = Math.max(FEWEST_SCORED, Math.floor(SCORING_BUDGET / (n * n)));
  const limit = Math.min(Math.ceil(order.length * MOST_SCORED), affordable);
  const scored: Scored[] = [];
  const row = new Float64Array(domain.size);
  for (const index of order.slice(0, limit)) {
    const least = scored.length < KEPT ? -Infinity : scored[KEPT - 1].value;
    if (bounds[index] < least) break;
    candidates.copyTo(row, index);
    const value = acquisition.at(row);
    if (Number.isNaN(value) || (scored.length >= KEPT && value <= least)) continue;
    scored.push({ row: Float64Array.from(row), value });
    scored.sort((a, b) => b.value - a.value);
    if (scored.length > KEPT) scored.pop();
  }
  return scored;
}

function scoreOf(task: SearchTask, row: Float64Array): Scored {
  const value = task.acquisition.at(row);
  return { row, value: Number.isNaN(value) ? -Infinity : value };
}

function isTried({ values, count }: Rows, row: Float64Array): boolean {
  for (let i = 0; i < count; i++) if (sameRow(row, values, i * row.length, row.length)) return true;
  return false;
}

/** Moves a row into the region and onto values that run. */
function settle({ domain, region, stream }: SearchTask, row: Float64Array): Float64Array {
  for (let d = 0; d < domain.size; d++) {
    if (region.fixed[d]) row[d] = region.template[d];
    else if (d < domain.numeric) row[d] = Math.min(region.upper[d], Math.max(region.lower[d], row[d]));
  }
  domain.settle(row, () => stream.uniform());
  return row;
}

/** Points spread over the region and mutations of the best points. */
function gatherCandidates(task: SearchTask): Candidates {
  const { domain, best, spread } = task;
  const each = best.length === 0 ? 0 : Math.ceil(spread / 2 / best.length);
  const candidates = new Candidates(task, spread + each * best.length);
  const row = new Float64Array(domain.size);
  const cube = sobolBlock(0, spread, domain.size, task.seed);
  for (let i = 0; i < spread; i++) {
    spreadInto(task, cube, i * domain.size, row);
    candidates.add(row);
  }
  for (const parent of best) {
    for (let k = 0; k < each; k++) {
      mutateInto(task, parent, row);
      candidates.add(row);
    }
  }
  return candidates;
}

function spreadInto(task: SearchTask, cube: Float64Array, start: number, row: Float64Array): void {
  const { domain, region } = task;
  for (let d = 0; d < domain.size; d++) {
    const u = cube[start + d];
    const width = region.upper[d] - region.lower[d];
    row[d] = d < domain.numeric && width < 1 ? region.lower[d] + width * u : domain.axes[d].draw(u);
  }
  settle(task, row);
}

function mutateInto(task: SearchTask, parent: Float64Array, row: Float64Array): void {
  const { domain, stream } = task;
  row.set(parent);
  const sigma = 0.02 * Math.pow(15, stream.uniform());
  const share = Math.max(1 / domain.size, stream.uniform());
  for (let d = 0; d < domain.size; d++) {
    if (stream.uniform() > share) continue;
    if (d < domain.numeric) row[d] = moved(task, d, row[d], sigma);
    else if (stream.uniform() < 0.5) row[d] = domain.axes[d].draw(stream.uniform());
  }
  settle(task, row);
  if (domain.conditional) refresh(task, parent, row);
}

/** Draws the numeric axes that a changed condition has brought to life: their neutral coordinate means nothing. */
function refresh(task: SearchTask, before: Float64Array, row: Float64Array): Float64Array {
  const { domain, stream } = task;
  for (let d = 0; d < domain.numeric; d++) {
    if (domain.axes[d].conditions.length === 0) continue;
    if (domain.isActive(d, row) && !domain.isActive(d, before))
      row[d] = domain.axes[d].draw(stream.uniform());
  }
  return settle(task, row);
}

/** A normal step, at least one value on a finite axis. */
function moved({ domain, stream }: SearchTask, d: number, from: number, sigma: number): number {
  const axis = domain.axes[d];
  const to = from + sigma * stream.normal();
  if (axis.size === Infinity || axis.nearest(to) !== axis.nearest(from)) return to;
  const index = axis.nearest(from) + (stream.uniform() < 0.5 ? -1 : 1);
  return axis.at(Math.min(axis.size - 1, Math.max(0, index)));
}

/** The best candidates that are not close to each other, and the best point known. */
function pickStarts(task: SearchTask, scored: readonly Scored[]): Scored[] {
  const { domain, best, climbs } = task;
  const starts: Scored[] = [];
  for (const candidate of scored) {
    if (starts.length >= climbs) break;
    if (starts.every((start) => distance(domain, start.row, candidate.row) > 0.05)) starts.push(candidate);
  }
  if (best.length > 0) starts.push(scoreOf(task, settle(task, Float64Array.from(best[0]))));
  return starts;
}

function distance(domain: Domain, a: Float64Array, b: Float64Array): number {
  let most = 0;
  for (let d = 0; d < domain.size; d++) {
    most = Math.max(most, d < domain.numeric ? Math.abs(a[d] - b[d]) : a[d] === b[d] ? 0 : 1);
  }
  return most;
}

function climbOnce(task: SearchTask, start: Scored): Scored {
  return sweepShort(task, climbNumeric(task, start));
}

/** Climbs until nothing is gained: numeric and short axes take turns because each moves the other's optimum. */
function climbOut(task: SearchTask, start: Scored): Scored {
  let current = start;
  for (let round = 0; round < ROUNDS; round++) {
    const next = climbOnce(task, current);
    const gained = next.value - current.value;
    current = next;
    if (gained < 1e-4) break;
  }
  return current;
}

/** Gradient ascent on the active long numeric axes. */
function climbNumeric(task: SearchTask, start: Scored): Scored {
  const { domain, acquisition, region } = task;
  const axes: number[] = [];
  for (let d = 0; d < domain.numeric; d++) {
    if (!region.fixed[d] && domain.axes[d].size > SHORT_AXIS && domain.isActive(d, start.row)) axes.push(d);
  }
  if (axes.length === 0) return start;
  const row = Float64Array.from(start.row);
  const full = new Float64Array(domain.size);
  const negative = (x: Float64Array, gradient: Float64Array): number => {
    axes.forEach((d, i) => (row[d] = x[i]));
    const value = acquisition.withGradient(row, full);
    axes.forEach((d, i) => (gradient[i] = -full[d]));
    return Number.isNaN(value) ? Infinity : -value;
  };
  const found = minimize(
    negative,
    Float64Array.from(axes, (d) => start.row[d]),
    {
      lower: Float64Array.from(axes, (d) => region.lower[d]),
      upper: Float64Array.from(axes, (d) => region.upper[d]),
      iterations: CLIMB_ITERATIONS,
      tolerance: 1e-4,
      gain: 1e-6,
    },
  );
  axes.forEach((d, i) => (row[d] = found.x[i]));
  const climbed = scoreOf(task, settle(task, row));
  return climbed.value > start.value ? climbed : start;
}

/** Tries every value of each short axis and the neighbours on longer finite ones; keeps what is better. */
function sweepShort(task: SearchTask, start: Scored): Scored {
  const { domain, region, acquisition } = task;
  const row = new Float64Array(domain.size);
  let current = start;
  for (let d = 0; d < domain.size; d++) {
    const axis = domain.axes[d];
    if (axis.size === Infinity || region.fixed[d] || !domain.isActive(d, current.row)) continue;
    const at = axis.nearest(current.row[d]);
    for (const index of neighbours(at, axis.size)) {
      row.set(current.row);
      row[d] = axis.at(index);
      settle(task, row);
      if (domain.conditional) refresh(task, current.row, row);
      const value = acquisition.above(row, current.value);
      if (value > current.value) current = { row: Float64Array.from(row), value };
    }
  }
  return current;
}

function neighbours(at: number, size: number): number[] {
  const indices =
    size <= SHORT_AXIS ? Array.from({ length: size }, (_, i) => i) : [at - 4, at - 1, at + 1, at + 4];
  return indices.filter((index) => index !== at && index >= 0 && index < size);
}
