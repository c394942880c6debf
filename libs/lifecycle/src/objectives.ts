/**
 * Following the objectives of a trial through its logged rows: which rows are measurements, at which resource, and what the
 * best and last values are. Pure; called by the ingest transaction.
 */
import type { MetricRow, Objective, SweepSpec } from '@swath/contracts';
import { numericValue } from '@swath/persistence';
import type { Progress } from '@swath/search';

/** What is known of one objective. */
export interface ObjectiveProgress {
  /** Finite values so far. */
  readonly count: number;
  readonly best: number;
  readonly last: number;
}

/** What is known of a trial's training; stored with the trial. */
export interface TrialProgress {
  /** Training effort so far: the resource metric, or the count of finite values of the first objective. */
  readonly resource: number;
  readonly objectives: Readonly<Record<string, ObjectiveProgress>>;
  /** The pruner's summary; null before the first measurement. */
  readonly pruner: Progress | null;
}

/** A value of the first objective at a resource level. */
export interface Measurement {
  readonly resource: number;
  readonly value: number;
}

/** Progress of a trial that has logged nothing. */
export const noProgress: TrialProgress = { resource: 0, objectives: {}, pruner: null };

function better(objective: Objective, value: number, than: number): boolean {
  return objective.goal === 'maximize' ? value > than : value < than;
}

function followOne(
  objective: Objective,
  known: ObjectiveProgress | undefined,
  value: number,
): ObjectiveProgress {
  if (known === undefined) return { count: 1, best: value, last: value };
  return {
    count: known.count + 1,
    best: better(objective, value, known.best) ? value : known.best,
    last: value,
  };
}

/** Takes rows in order; values that are not finite numbers are kept in the chunks and do not count here. */
export function followObjectives(
  spec: Pick<SweepSpec, 'objectives'>,
  stored: TrialProgress,
  rows: readonly MetricRow[],
): { readonly progress: TrialProgress; readonly measurements: readonly Measurement[] } {
  const start = { ...noProgress, ...stored };
  const objectives: Record<string, ObjectiveProgress> = { ...start.objectives };
  const measurements: Measurement[] = [];
  let resource = start.resource;
  const first = spec.objectives[0];
  for (const row of rows) {
    for (const objective of spec.objectives) {
      const value = Object.hasOwn(row.values, objective.name)
        ? numericValue(row.values[objective.name])
        : undefined;
      if (value === undefined || !Number.isFinite(value)) continue;
      const next = followOne(objective, objectives[objective.name], value);
      objectives[objective.name] = next;
      if (objective !== first) continue;
      const named = first.resource === undefined ? next.count : numericValue(row.values[first.resource]);
      if (named === undefined || !Number.isFinite(named)) continue;
      resource = Math.max(resource, named);
      measurements.push({ resource: named, value });
    }
  }
  return { progress: { ...start, resource, objectives }, measurements };
}
