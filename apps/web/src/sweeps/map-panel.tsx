/** Two parameters against each other, coloured by how good the trials there were: where to search on, and what was never tried. */
import { useMemo, useState } from 'react';
import type { TrialView } from '@swath/contracts';
import { Panel } from '../app/views.js';
import { HeatMap } from '../charts/heat-map.js';
import { formatCount, formatValue } from '../format/numbers.js';
import { inOrder, leavesOf, parameterNames } from './parameters.js';

/** The panel; `trials` have a value. Nothing with fewer than two parameters that vary. */
export function MapPanel({
  trials,
  order,
  objective,
  goal,
}: {
  readonly trials: readonly TrialView[];
  /** Parameters to show first. */
  readonly order: readonly string[];
  readonly objective: string;
  readonly goal: 'minimize' | 'maximize';
}) {
  const names = useMemo(() => inOrder(parameterNames(trials).varying, order), [trials, order]);
  const [chosenX, chooseX] = useState<string | undefined>();
  const [chosenY, chooseY] = useState<string | undefined>();
  const x = chosenX ?? names[0] ?? '';
  const y = chosenY ?? names.find((name) => name !== x) ?? '';
  const xs = useMemo(() => trials.map((trial) => leavesOf(trial.parameters).get(x)), [trials, x]);
  const ys = useMemo(() => trials.map((trial) => leavesOf(trial.parameters).get(y)), [trials, y]);
  const ranks = useMemo(() => ranksOf(trials, goal), [trials, goal]);
  if (names.length < 2) return null;
  const describe = (points: readonly number[]) => {
    const inside = points.map((index) => trials[index]).filter((trial) => trial !== undefined);
    const values = inside.map(({ value }) => Number(value));
    const best = goal === 'minimize' ? Math.min(...values) : Math.max(...values);
    return `${formatCount(inside.length)} trials, best ${objective} ${formatValue(best)}; ${rangeOf(x, points, xs)}, ${rangeOf(y, points, ys)}.`;
  };
  return (
    <Panel
      title="Map of two parameters"
      aside={
        <div className="filter">
          <Choice label="Across" names={names} value={x} onChange={chooseX} />
          <Choice label="Up" names={names} value={y} onChange={chooseY} />
        </div>
      }
    >
      <HeatMap
        xName={x}
        yName={y}
        xs={xs}
        ys={ys}
        ranks={ranks}
        format={formatValue}
        describe={describe}
        summary={`${formatCount(trials.length)} trials by ${x} and ${y}; yellow cells hold the best, violet ones the worst, empty ones were never tried.`}
      />
    </Panel>
  );
}

function Choice({
  label,
  names,
  value,
  onChange,
}: {
  readonly label: string;
  readonly names: readonly string[];
  readonly value: string;
  readonly onChange: (name: string) => void;
}) {
  return (
    <select aria-label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      {names.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  );
}

function ranksOf(trials: readonly TrialView[], goal: 'minimize' | 'maximize'): number[] {
  const sign = goal === 'minimize' ? 1 : -1;
  const order = trials
    .map(({ value }, index) => ({ index, value: Number(value) * sign }))
    .sort((a, b) => a.value - b.value);
  const ranks = trials.map(() => 1);
  for (const [place, { index }] of order.entries()) ranks[index] = place / Math.max(1, order.length - 1);
  return ranks;
}

function rangeOf(name: string, points: readonly number[], values: readonly unknown[]): string {
  const found = points.map((index) => values[index]);
  const numbers = found.filter((value) => typeof value === 'number');
  if (numbers.length < found.length) return `${name} ${[...new Set(found.map(formatValue))].join(', ')}`;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most
    ? `${name} ${formatValue(least)}`
    : `${name} ${formatValue(least)} to ${formatValue(most)}`;
}
