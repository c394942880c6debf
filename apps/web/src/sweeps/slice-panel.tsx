/** One parameter against the objective, every trial a point. */
import { useMemo, useState } from 'react';
import type { TrialView } from '@swath/contracts';
import { Panel } from '../app/views.js';
import { SeriesChart } from '../charts/series-chart.js';
import { formatCount } from '../format/numbers.js';
import { inOrder, leavesOf, parameterNames } from './parameters.js';

/** The panel; parameters without numbers are left out. */
export function SlicePanel({
  trials,
  order,
  objective,
}: {
  readonly trials: readonly TrialView[];
  /** Parameters to show first. */
  readonly order: readonly string[];
  readonly objective: string;
}) {
  const names = useMemo(() => inOrder(numeric(trials), order), [trials, order]);
  const [chosen, choose] = useState<string | undefined>();
  const name = chosen ?? names[0];
  const points = useMemo(() => (name === undefined ? [] : slice(trials, name)), [trials, name]);
  if (name === undefined) return null;
  return (
    <Panel
      title="Slice"
      aside={
        <select aria-label="Parameter" value={name} onChange={(event) => choose(event.target.value)}>
          {names.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      }
    >
      <SeriesChart
        x={points.map(([x]) => x)}
        series={[
          {
            label: objective,
            shape: 'points',
            colour: '--accent',
            hollow: true,
            values: points.map(([, y]) => y),
          },
        ]}
        xLabel={name}
        yLabel={objective}
        summary={`${formatCount(points.length)} trials by ${name}.`}
      />
    </Panel>
  );
}

function numeric(trials: readonly TrialView[]): string[] {
  return parameterNames(trials).varying.filter((name) =>
    trials.every((trial) => {
      const value = leavesOf(trial.parameters).get(name);
      return value === undefined || typeof value === 'number';
    }),
  );
}

function slice(trials: readonly TrialView[], name: string): [number, number][] {
  return trials
    .map((trial): [number, number] => [Number(leavesOf(trial.parameters).get(name)), Number(trial.value)])
    .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y))
    .sort(([a], [b]) => a - b);
}
