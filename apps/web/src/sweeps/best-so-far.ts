/** The best value so far as trials end, against trials, time or money. Pure; `best-so-far-panel.tsx` draws it. */
import type { TrialView } from '@swath/contracts';
import type { progressAxes } from '../app/search.js';

/** What the curve is drawn against. */
export type ProgressAxis = (typeof progressAxes)[number];

/** One trial with a value, in order of its end. */
export interface ProgressPoint {
  readonly trial: TrialView;
  /** Trials so far, seconds since the start, or money so far. */
  readonly x: number;
  readonly value: number;
  /** Best of this and all before; a pruned trial's partial result counts, as it does for the sweep. */
  readonly best: number;
}

/** The points of a sweep's progress. */
export function progressOf(
  trials: readonly TrialView[],
  goal: 'minimize' | 'maximize',
  axis: ProgressAxis,
  startedAt: string,
): ProgressPoint[] {
  const start = new Date(startedAt).getTime();
  const ended = trials
    .filter((trial) => trial.endedAt !== null)
    .sort((a, b) => (a.endedAt ?? '').localeCompare(b.endedAt ?? '') || a.number - b.number);
  const points: ProgressPoint[] = [];
  let money = 0;
  let best = goal === 'minimize' ? Infinity : -Infinity;
  for (const [index, trial] of ended.entries()) {
    money += Number(trial.cost?.amount ?? 0);
    if (typeof trial.value !== 'number') continue;
    best = goal === 'minimize' ? Math.min(best, trial.value) : Math.max(best, trial.value);
    const seconds = (new Date(trial.endedAt ?? startedAt).getTime() - start) / 1000;
    const x = { trials: index + 1, time: seconds, cost: money }[axis];
    points.push({ trial, x, value: trial.value, best });
  }
  return points;
}
