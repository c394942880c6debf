/** Run rows and metric points as the API shows them. */
import type { Json, MetricsPage, RunView } from '@swath/contracts';
import type { MetricPoint } from '@swath/lifecycle';
import { timeOf } from '../sweeps/sweep.mapper.js';

/** A run as stored. */
export interface RunRow {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly display_name: string;
  readonly state: string;
  readonly trial_id: string | null;
  readonly sweep_id: string | null;
  readonly config: Record<string, Json>;
  readonly summary: Record<string, Json>;
  readonly tags: string[];
  readonly notes: string | null;
  readonly row_count: bigint;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly ended_at: Date | null;
}

/** A run. */
export function toRunView(row: RunRow): RunView {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    displayName: row.display_name,
    state: row.state,
    trialId: row.trial_id,
    sweepId: row.sweep_id,
    config: row.config,
    summary: row.summary,
    tags: row.tags,
    notes: row.notes,
    rows: Number(row.row_count),
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    endedAt: timeOf(row.ended_at),
  };
}

/** A logged row. */
export function toMetricRow(point: MetricPoint): MetricsPage['rows'][number] {
  const values = Object.entries(point.values).map(([name, value]): [string, Json] => [
    name,
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  ]);
  return {
    row: point.row,
    step: point.step,
    attempt: point.attempt,
    offsetMs: point.offsetMs,
    late: point.late,
    values: Object.fromEntries(values),
  };
}
