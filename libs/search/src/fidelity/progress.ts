/**
 * A trial's measurements so far, folded into six numbers that rules read instead of the whole curve. The API keeps one per
 * trial beside its rung rows and advances it with each measurement; it is plain JSON.
 */
import type { Direction } from '../objective/compare.js';
import { improvement, isBetter } from '../objective/compare.js';

/** One finite value of the objective at a resource level. */
export interface Measured {
  /** Training effort so far, in the spec's unit, above 0. */
  readonly resource: number;
  readonly value: number;
}

/** Summary of a trial's measurements, in order of resource. */
export interface Progress {
  /** Resource of the last measurement. */
  readonly resource: number;
  /** Measurements so far, at least 1. */
  readonly count: number;
  /** Their sum; `sum / count` is the running average. */
  readonly sum: number;
  /** Best value so far. */
  readonly best: number;
  /** Last value that beat the one before it by more than the rule's `min_delta`: what patience waits for. */
  readonly anchor: number;
  /** Resource at which `anchor` was measured. */
  readonly anchorResource: number;
}

/**
 * The progress after one more measurement. A measurement at or below the last resource changes nothing, so a report that
 * arrives twice or late counts once.
 *
 * @param minDelta  improvement that moves the anchor, at least 0; see `minDeltaOf`
 */
export function advance(
  progress: Progress | null,
  measured: Measured,
  direction: Direction,
  minDelta = 0,
): Progress {
  const { resource, value } = measured;
  if (progress === null) {
    return { resource, count: 1, sum: value, best: value, anchor: value, anchorResource: resource };
  }
  if (resource <= progress.resource) return progress;
  const moved = improvement(direction, value, progress.anchor) > minDelta;
  return {
    resource,
    count: progress.count + 1,
    sum: progress.sum + value,
    best: isBetter(direction, value, progress.best) ? value : progress.best,
    anchor: moved ? value : progress.anchor,
    anchorResource: moved ? resource : progress.anchorResource,
  };
}
