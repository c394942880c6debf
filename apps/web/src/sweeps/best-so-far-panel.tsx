/** The best value so far with every ended trial as a point, against trials, time or money. */
import { useMemo } from 'react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SweepDetail, TrialView } from '@swath/contracts';
import { useProject } from '../app/layout.js';
import { progressAxes } from '../app/search.js';
import { Empty, Panel } from '../app/views.js';
import { SeriesChart } from '../charts/series-chart.js';
import type { Series } from '../charts/series-chart.js';
import { formatValue } from '../format/numbers.js';
import { formatDuration } from '../format/time.js';
import { progressOf } from './best-so-far.js';
import type { ProgressAxis, ProgressPoint } from './best-so-far.js';

const labels: Readonly<Record<ProgressAxis, string>> = {
  trials: 'trials ended',
  time: 'time since the start',
  cost: 'money spent',
};

/** The panel. */
export function BestSoFarPanel({
  sweep,
  trials,
}: {
  readonly sweep: SweepDetail;
  readonly trials: readonly TrialView[];
}) {
  const { x: axis = 'trials' } = useSearch({ from: '/signed-in/$team/$project/sweeps/$sweepId' });
  const navigate = useNavigate();
  const project = useProject();
  const goal = sweep.objective?.goal ?? 'minimize';
  const name = sweep.objective?.name ?? 'value';
  const points = useMemo(
    () => progressOf(trials, goal, axis, sweep.createdAt),
    [trials, goal, axis, sweep.createdAt],
  );
  const x = useMemo(() => points.map((point) => point.x), [points]);
  const series = useMemo(() => seriesOf(points), [points]);
  const open = (index: number) => {
    const trial = points[index]?.trial;
    if (trial === undefined) return;
    const params = { ...project, sweepId: sweep.id, number: String(trial.number) };
    void navigate({ to: '/$team/$project/sweeps/$sweepId/trials/$number', params });
  };
  return (
    <Panel title={`Best ${name} so far`} aside={<AxisSwitch axis={axis} />}>
      {points.length === 0 ? (
        <Empty title="No trial has ended with a value yet" />
      ) : (
        <SeriesChart
          x={x}
          series={series}
          xLabel={labels[axis]}
          yLabel={name}
          summary={summaryOf(points, name)}
          onPick={open}
          formatX={axis === 'time' ? formatDuration : formatValue}
        />
      )}
    </Panel>
  );
}

function AxisSwitch({ axis }: { readonly axis: ProgressAxis }) {
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId' });
  return (
    <div className="filter" role="group" aria-label="Draw against">
      {progressAxes.map((name) => (
        <button
          key={name}
          type="button"
          className="button small"
          aria-pressed={name === axis}
          onClick={() => void navigate({ to: '.', search: (old) => ({ ...old, x: name }), replace: true })}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

function seriesOf(points: readonly ProgressPoint[]): Series[] {
  const only = (keep: (point: ProgressPoint) => boolean) =>
    points.map((point) => (keep(point) ? point.value : null));
  return [
    { label: 'best', shape: 'step', colour: '--accent', values: points.map(({ best }) => best) },
    {
      label: 'finished',
      shape: 'points',
      colour: '--good',
      values: only(({ trial }) => trial.state === 'finished'),
    },
    {
      label: 'stopped early',
      shape: 'points',
      colour: '--cut',
      hollow: true,
      values: only(({ trial }) => trial.state === 'pruned'),
    },
    {
      label: 'other',
      shape: 'points',
      colour: '--bad',
      hollow: true,
      values: only(({ trial }) => trial.state !== 'pruned' && trial.state !== 'finished'),
    },
  ];
}

function summaryOf(points: readonly ProgressPoint[], name: string): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return '';
  return `Best ${name} went from ${formatValue(first.best)} to ${formatValue(last.best)} over ${points.length} trials.`;
}
