/**
 * A recorded table as a problem to simulate: each row is a point and the curve it had. Lets any searcher and pruner be compared on real
 * trainings without training again.
 */
import type { TrialParameters } from '@swath/contracts';
import { canonicalParameters } from '../space/equality.js';
import type { RecordedRow, RecordedTrial } from './recorded.js';

/**
 * Looks a point up in the table: the row with the same parameters, compared by type and value.
 *
 * @throws RangeError naming the parameters when the table has no such row
 */
export function tableLookup(rows: readonly RecordedRow[]): (parameters: TrialParameters) => RecordedTrial {
  const byPoint = new Map(rows.map(({ parameters, trial }) => [canonicalParameters(parameters), trial]));
  return (parameters) => {
    const trial = byPoint.get(canonicalParameters(parameters));
    if (trial === undefined)
      throw new RangeError(`the table has no row for ${canonicalParameters(parameters)}`);
    return trial;
  };
}

/** Suggests the points in order, then nothing: a searcher for simulations of a fixed list. */
export function inOrder(
  points: readonly TrialParameters[],
): (context: { readonly number: number }) => TrialParameters | null {
  return ({ number }) => points[number] ?? null;
}
