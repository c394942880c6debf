/**
 * Learning curves made up for planning, when nothing has run yet: a hidden final quality, seen through noise that fades as training goes
 * on. Rules that compare ranks (ASHA, Hyperband, W&B's) stop nearly the same share whatever the curves are, because the trials of a rung
 * arrive in random order of quality; the median rule depends on the shape, so its forecast is rougher.
 */
import type { Stream } from '../random/stream.js';
import type { RecordedMeasurement, RecordedTrial } from './recorded.js';

/** How the curves are drawn. */
export interface SyntheticCurves {
  /** Resource of a whole training, above 0. */
  readonly fullResource: number;
  /** Resources at which the trial is measured, ascending, at most `fullResource`; the full resource is added. */
  readonly measuredAt: readonly number[];
  /** Seconds per unit of resource of this trial. */
  readonly secondsPerResource: number;
}

/** Rank correlation with the final value after a share of the training: 0.5 at 1/27, 0.8 at a third. */
function correlation(share: number): number {
  return Math.min(1, share ** 0.2);
}

/** A curve to minimise; the stream decides everything that is random. */
export function syntheticTrial(curves: SyntheticCurves, stream: Stream): RecordedTrial {
  const quality = stream.normal();
  const resources = [
    ...curves.measuredAt.filter((resource) => resource < curves.fullResource),
    curves.fullResource,
  ];
  const curve = resources.map((resource): RecordedMeasurement => {
    const share = resource / curves.fullResource;
    const known = correlation(share);
    const value = known * quality + Math.sqrt(1 - known ** 2) * stream.normal() + 2 * (1 - Math.sqrt(share));
    return { resource, value, seconds: resource * curves.secondsPerResource };
  });
  return { curve };
}
