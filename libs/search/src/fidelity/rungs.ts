/**
 * Where a rule judges: the resource level of each rung of a bracket. Called for every measurement, before the rung row is
 * stored; `brackets.ts` says which bracket a trial belongs to.
 *
 * @source Li et al., "A System for Massively Parallel Hyperparameter Tuning" (ASHA), MLSys 2020, section 3: rung k of bracket s
 *   is at r·eta^(s+k). Symbols: r = `min_resource`, R = `max_resource`, eta = `reduction_factor`. Differs: Hyperband's rungs
 *   (Li et al., JMLR 2018, Algorithm 1) are counted down from R there and up from r here, which is the same where R/r is a
 *   power of eta. W&B's bands are those of its package `sweeps`, `hyperband_stopping.py`.
 */
import type { PrunerRule } from './rule.js';

/** Geometric rungs per bracket at most; W&B's own limit. */
const MAX_RUNGS = 100;

/** `reduction_factor` multiplied up in floating point leaves the last digits wrong: 12 digits are kept. */
function rounded(resource: number): number {
  return Number(resource.toPrecision(12));
}

function geometricRungs(first: number, eta: number, limit: number): number[] {
  const rungs: number[] = [];
  for (let k = 0; k < MAX_RUNGS; k++) {
    const resource = rounded(first * eta ** k);
    if (resource >= limit || resource > Number.MAX_SAFE_INTEGER) break;
    rungs.push(resource);
  }
  return rungs;
}

type WandbRule = Extract<PrunerRule, { type: 'wandb_hyperband' }>;

/** Bands by repeated division or multiplication, truncated, as W&B computes them; its repeated equal bands are kept once. */
function wandbBands(rule: WandbRule): number[] {
  const bands: number[] = [];
  if (rule.max_iter !== undefined && rule.s !== undefined) {
    let band = rule.max_iter;
    for (let k = 0; k < rule.s; k++) {
      band /= rule.eta;
      if (band < 1) break;
      bands.push(Math.trunc(band));
    }
    bands.reverse();
  } else {
    let band = rule.min_iter ?? 1;
    for (let k = 0; k < MAX_RUNGS && band <= Number.MAX_SAFE_INTEGER; k++) {
      bands.push(Math.trunc(band));
      band *= rule.eta;
    }
  }
  return bands.filter((band, k) => band !== bands[k - 1]);
}

/** Rungs of the rules that have finitely many; `undefined` for the evenly spaced ones of the median rule. */
function finiteRungs(rule: PrunerRule, bracket: number): readonly number[] | undefined {
  switch (rule.type) {
    case 'asha':
    case 'hyperband': {
      const first = rule.min_resource * rule.reduction_factor ** bracket;
      return geometricRungs(first, rule.reduction_factor, rule.max_resource ?? Infinity);
    }
    case 'wandb_hyperband':
      return wandbBands(rule);
    case 'threshold':
      return [rule.at_resource];
    case 'patience':
      return [];
    case 'median':
      return undefined;
  }
}

/** First judged resource and distance of the median rule; without a grace period it starts at the first interval. */
function spacing(rule: Extract<PrunerRule, { type: 'median' }>): { first: number; interval: number } {
  return { first: rule.grace_resource > 0 ? rule.grace_resource : rule.interval, interval: rule.interval };
}

/** Index of the last evenly spaced rung at or below a resource, -1 below the first; tolerant of the last digit. */
function intervalsUntil(resource: number, first: number, interval: number): number {
  return Math.max(-1, Math.floor((resource - first) / interval + 1e-9));
}

/**
 * Resource levels of the rungs of a bracket, strictly ascending, at most `upTo`. A trial that trains to R is not judged at R:
 * it ends there by itself.
 *
 * @param bracket  from 0; see `bracketOf`
 * @param upTo  last resource of interest; the median rule has a rung at every interval, so give the trial's resource.
 *   Default: all rungs of rules that have finitely many, the first 100 of the median rule
 */
export function rungsOf(rule: PrunerRule, bracket = 0, upTo = Infinity): readonly number[] {
  const finite = finiteRungs(rule, bracket);
  if (finite !== undefined) return finite.filter((resource) => resource <= upTo);
  if (rule.type !== 'median') return [];
  const { first, interval } = spacing(rule);
  const count = upTo === Infinity ? MAX_RUNGS : intervalsUntil(upTo, first, interval) + 1;
  return Array.from({ length: count }, (_, k) => rounded(first + k * interval));
}

/**
 * Index of the highest rung at or below a resource, or null below the first rung. A trial whose measurements jump over rungs
 * is recorded at the highest only: its value there says nothing about the rungs it skipped.
 */
export function rungReached(rule: PrunerRule, bracket: number, resource: number): number | null {
  const finite = finiteRungs(rule, bracket);
  if (finite !== undefined) {
    const index = finite.findLastIndex((rung) => rung <= resource);
    return index === -1 ? null : index;
  }
  if (rule.type !== 'median') return null;
  const { first, interval } = spacing(rule);
  const index = intervalsUntil(resource, first, interval);
  return index < 0 ? null : index;
}

/** Resource level of a rung, or null when the bracket has no such rung. */
export function rungResource(rule: PrunerRule, bracket: number, rung: number): number | null {
  if (rule.type === 'median') {
    const { first, interval } = spacing(rule);
    return rounded(first + rung * interval);
  }
  return finiteRungs(rule, bracket)?.[rung] ?? null;
}
