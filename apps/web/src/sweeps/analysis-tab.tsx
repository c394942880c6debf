/**
 * What did we learn: parallel coordinates over parameters and result, brushes kept by the URL, and the trials they leave; which
 * parameters mattered, what a better value costs, and where in the space the good trials lie.
 */
import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SweepDetail, TrialView } from '@swath/contracts';
import { importanceQuery } from '../api/use-importance.js';
import { trialsQuery } from '../api/use-trials.js';
import { Empty, Loaded, Panel } from '../app/views.js';
import { insideBrushes, ParallelCoordinates, parallelAxes } from '../charts/parallel-coordinates.js';
import type { Brush } from '../charts/parallel-coordinates.js';
import { formatCount, formatValue } from '../format/numbers.js';
import { ImportancePanel } from './importance-panel.js';
import { MapPanel } from './map-panel.js';
import { ParetoPanel } from './pareto-panel.js';
import { brushText, brushesOf } from './brushes.js';
import { leavesOf, parameterNames } from './parameters.js';
import { SlicePanel } from './slice-panel.js';
import { TrialTable } from './trial-table.js';

/** More axes than this do not fit a screen. */
const MOST_AXES = 12;

/** The tab. */
export function AnalysisTab({ sweep }: { readonly sweep: SweepDetail }) {
  const trials = useQuery(trialsQuery(sweep.id));
  return <Loaded query={trials}>{(list) => <Analysis sweep={sweep} trials={list} />}</Loaded>;
}

function Analysis({ sweep, trials }: { readonly sweep: SweepDetail; readonly trials: readonly TrialView[] }) {
  const objective = sweep.objective?.name ?? 'value';
  const measured = useMemo(() => trials.filter((trial) => typeof trial.value === 'number'), [trials]);
  const goal = sweep.objective?.goal ?? 'minimize';
  const withoutValue = trials.filter(({ endedAt, value }) => endedAt !== null && value === null).length;
  const order = useOrder(sweep);
  const lines = useLines(measured, objective, goal);
  const { brushes, setBrush } = useBrushes();
  const inside = useMemo(
    () => insideBrushes(parallelAxes({ ...lines, format: formatValue }), lines.rows, brushes),
    [lines, brushes],
  );
  const kept = useMemo(() => measured.filter((_trial, index) => inside[index]), [measured, inside]);
  if (measured.length < 2) {
    return <Empty title="There is something to compare once two trials have a value" />;
  }
  return (
    <>
      <Panel
        title="Parallel coordinates"
        aside={<BrushChips brushes={brushes} onRemove={(axis) => setBrush(axis, undefined)} />}
      >
        <ParallelCoordinates
          {...lines}
          brushes={brushes}
          onBrush={setBrush}
          format={formatValue}
          summary={`${formatCount(kept.length)} of ${formatCount(measured.length)} trials with a value; the best are yellow and on top. Drag along an axis to keep a part of it.`}
        />
      </Panel>
      <div className="panels">
        <ImportancePanel sweep={sweep} />
        <ParetoPanel sweep={sweep} trials={measured} withoutValue={withoutValue} />
        <SlicePanel order={order} trials={measured} objective={objective} />
        <MapPanel order={order} trials={measured} objective={objective} goal={goal} />
      </div>
      <TrialTable trials={kept} objective={objective} />
    </>
  );
}

function useLines(trials: readonly TrialView[], objective: string, goal: 'minimize' | 'maximize') {
  return useMemo(() => {
    const names = parameterNames(trials).varying.slice(0, MOST_AXES);
    const values = trials
      .map((trial) => Number(trial.value))
      .sort((a, b) => (goal === 'minimize' ? a - b : b - a));
    const places = new Map(values.map((value, index) => [value, index / Math.max(1, values.length - 1)]));
    return {
      axes: [...names, objective],
      rows: trials.map((trial) => {
        const leaves = leavesOf(trial.parameters);
        return [...names.map((name) => leaves.get(name)), Number(trial.value)];
      }),
      ranks: trials.map((trial) => places.get(Number(trial.value)) ?? null),
    };
  }, [trials, objective, goal]);
}

/** Parameters by their importance, as far as it is known: pictures of few parameters show these first. */
function useOrder(sweep: SweepDetail): readonly string[] {
  const { data } = useQuery(importanceQuery(sweep.id, sweep.trials.byState.finished ?? 0));
  return useMemo(() => (data?.parameters ?? []).map(({ name }) => name), [data]);
}

function useBrushes() {
  const { brush } = useSearch({ from: '/signed-in/$team/$project/sweeps/$sweepId' });
  const navigate = useNavigate({ from: '/$team/$project/sweeps/$sweepId' });
  const brushes = useMemo(() => brushesOf(brush), [brush]);
  const setBrush = (axis: string, next: Brush | undefined) => {
    const changed = new Map(brushes);
    if (next === undefined) changed.delete(axis);
    else changed.set(axis, next);
    void navigate({ to: '.', search: (old) => ({ ...old, brush: brushText(changed) }), replace: true });
  };
  return { brushes, setBrush };
}

function BrushChips({
  brushes,
  onRemove,
}: {
  readonly brushes: ReadonlyMap<string, Brush>;
  readonly onRemove: (axis: string) => void;
}) {
  return (
    <div className="filter">
      {[...brushes.keys()].map((axis) => (
        <button key={axis} type="button" className="button small" onClick={() => onRemove(axis)}>
          {axis} brushed <span aria-hidden="true">✕</span>
          <span className="visually-hidden">: remove</span>
        </button>
      ))}
    </div>
  );
}
