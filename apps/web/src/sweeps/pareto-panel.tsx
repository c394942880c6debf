/** What a better value costs: every trial with a value against money, time or another objective, and the front nobody beats. */
import { useMemo, useState } from 'react';
import { useNavigate } from '@tanstack/react-router';
import type { SweepDetail, TrialView } from '@swath/contracts';
import { useProject } from '../app/layout.js';
import { Panel } from '../app/views.js';
import { SeriesChart } from '../charts/series-chart.js';
import type { Series } from '../charts/series-chart.js';
import { formatCount, formatValue } from '../format/numbers.js';
import { formatDuration, secondsBetween } from '../format/time.js';
import { frontOf } from './pareto.js';
import type { Goal } from './pareto.js';

/** What the value can be weighed against. */
interface Aim {
  readonly name: string;
  readonly goal: Goal;
  readonly of: (trial: TrialView) => number;
  readonly format: (value: number) => string;
}

interface Point {
  readonly trial: TrialView;
  readonly x: number;
  readonly y: number;
}

/** The panel; `trials` are those of the sweep with a value. */
export function ParetoPanel({
  sweep,
  trials,
  withoutValue,
}: {
  readonly sweep: SweepDetail;
  readonly trials: readonly TrialView[];
  /** Ended trials that have no value and so no place. */
  readonly withoutValue: number;
}) {
  const aims = useMemo(() => aimsOf(sweep), [sweep]);
  const [chosen, choose] = useState<string | undefined>();
  const aim = aims.find(({ name }) => name === chosen) ?? aims[0];
  const navigate = useNavigate();
  const project = useProject();
  const name = sweep.objective?.name ?? 'value';
  const goal = sweep.objective?.goal ?? 'minimize';
  const points = useMemo(() => (aim === undefined ? [] : pointsOf(trials, aim)), [trials, aim]);
  const front = useMemo(
    () => new Set(frontOf(points, { x: aim?.goal ?? 'minimize', y: goal })),
    [points, aim, goal],
  );
  const x = useMemo(() => points.map((point) => point.x), [points]);
  const series = useMemo(() => seriesOf(points, front), [points, front]);
  if (aim === undefined || points.length < 2) return null;
  const open = (index: number) => {
    const number = points[index]?.trial.number;
    if (number === undefined) return;
    const params = { ...project, sweepId: sweep.id, number: String(number) };
    void navigate({ to: '/$team/$project/sweeps/$sweepId/trials/$number', params });
  };
  return (
    <Panel
      title={`Pareto front of ${name} and ${aim.name}`}
      aside={
        <select aria-label="Weigh against" value={aim.name} onChange={(event) => choose(event.target.value)}>
          {aims.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
      }
    >
      <SeriesChart
        x={x}
        series={series}
        xLabel={aim.name}
        yLabel={name}
        formatX={aim.format}
        onPick={open}
        summary={summaryOf({ front: front.size, points: points.length, withoutValue })}
      />
    </Panel>
  );
}

function aimsOf(sweep: SweepDetail): Aim[] {
  const others = sweep.spec.objectives.slice(1).map(({ name, goal }): Aim => {
    const of = ({ values }: TrialView) => Number(values[name] ?? NaN);
    return { name, goal, of, format: formatValue };
  });
  const time: Aim = {
    name: 'run time',
    goal: 'minimize',
    of: ({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? NaN : secondsBetween(startedAt, endedAt, 0),
    format: formatDuration,
  };
  if (sweep.cost === null) return [...others, time];
  const { currency } = sweep.cost;
  const cost: Aim = {
    name: `cost in ${currency}`,
    goal: 'minimize',
    of: (trial) => (trial.endedAt === null ? NaN : Number(trial.cost?.amount ?? NaN)),
    format: formatValue,
  };
  return [...others, cost, time];
}

function pointsOf(trials: readonly TrialView[], aim: Aim): Point[] {
  return trials
    .map((trial) => ({ trial, x: aim.of(trial), y: Number(trial.value) }))
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
    .sort((a, b) => a.x - b.x);
}

function seriesOf(points: readonly Point[], front: ReadonlySet<number>): Series[] {
  const only = (isKept: boolean) => points.map(({ y }, index) => (front.has(index) === isKept ? y : null));
  return [
    { label: 'front', shape: 'line', colour: '--accent', values: only(true) },
    { label: 'on the front', shape: 'points', colour: '--accent', values: only(true) },
    { label: 'beaten', shape: 'points', colour: '--muted', hollow: true, values: only(false) },
  ];
}

function summaryOf(counts: {
  readonly front: number;
  readonly points: number;
  readonly withoutValue: number;
}): string {
  const { front, points, withoutValue } = counts;
  const missing =
    withoutValue === 0 ? '' : ` ${formatCount(withoutValue)} ended without a value and have no place.`;
  return `${formatCount(front)} of ${formatCount(points)} trials are on the front: no other is better in one and as good in the other.${missing}`;
}
