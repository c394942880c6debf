/** Curves of one metric for several trials over each other; legends name the parameters that differ. */
import { useMemo, useState } from 'react';
import { useQueries } from '@tanstack/react-query';
import type { MetricsPage, TrialView } from '@swath/contracts';
import { request } from '../api/request.js';
import { Panel } from '../app/views.js';
import { hueAt } from '../charts/colours.js';
import { SeriesChart } from '../charts/series-chart.js';
import type { Series } from '../charts/series-chart.js';
import { formatValue } from '../format/numbers.js';
import { leavesOf } from '../sweeps/parameters.js';

const ROWS = 5_000;

/** The panel. */
export function CompareCurves({
  trials,
  differing,
}: {
  readonly trials: readonly TrialView[];
  readonly differing: readonly string[];
}) {
  const pages = useQueries({
    queries: trials.map(({ id, runId }) => ({
      queryKey: ['trial', id, 'metrics', 'compare'],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        request<'getRunMetrics'>('GET /api/v1/runs/{runId}/metrics', {
          params: { runId },
          query: { limit: ROWS },
          signal,
        }),
    })),
    combine: (results) => results.map(({ data }) => data),
  });
  const names = useMemo(
    () => [...new Set(pages.flatMap((page) => page?.keys ?? []))].filter((name) => !name.startsWith('_')),
    [pages],
  );
  const [chosen, choose] = useState<string | undefined>();
  const name = chosen ?? names[0];
  const { x, series } = useMemo(
    () => overlay(trials, pages, { metric: name ?? '', differing }),
    [trials, pages, name, differing],
  );
  if (name === undefined) return <p className="muted">None of these trials has logged a number.</p>;
  return (
    <Panel
      title="Curves"
      aside={
        <select aria-label="Metric" value={name} onChange={(event) => choose(event.target.value)}>
          {names.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      }
    >
      <SeriesChart
        x={x}
        series={series}
        xLabel="step"
        yLabel={name}
        height={320}
        summary={`${name} of ${trials.length} trials by step.`}
      />
    </Panel>
  );
}

function overlay(
  trials: readonly TrialView[],
  pages: readonly (MetricsPage | undefined)[],
  { metric, differing }: { readonly metric: string; readonly differing: readonly string[] },
): { x: number[]; series: Series[] } {
  const curves = pages.map((page) => {
    const points = new Map<number, number>();
    for (const { row, step, values } of page?.rows ?? []) {
      const value = values[metric];
      if (typeof value === 'number') points.set(step ?? row, value);
    }
    return points;
  });
  const x = [...new Set(curves.flatMap((points) => [...points.keys()]))].sort((a, b) => a - b);
  const series = trials.map((trial, index): Series => ({
    label: labelOf(trial, differing),
    shape: 'line',
    colour: hueAt(index),
    values: x.map((step) => curves[index]?.get(step) ?? null),
  }));
  return { x, series };
}

const MOST_NAMED = 3;

function labelOf(trial: TrialView, differing: readonly string[]): string {
  const leaves = leavesOf(trial.parameters);
  const named = differing.slice(0, MOST_NAMED).map((name) => `${name} ${formatValue(leaves.get(name))}`);
  return `#${trial.number} ${named.join(', ')}`;
}
