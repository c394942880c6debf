/** Name, state and controls of a sweep, and its headline: best value, progress, time left and money in one sentence. */
import type { SweepDetail } from '@swath/contracts';
import { isSweepEnded } from '@swath/contracts/states';
import { StateMark } from '../app/state-mark.js';
import { useNow } from '../app/use-now.js';
import { formatCount, formatMoney, formatValue } from '../format/numbers.js';
import { formatDuration, secondsBetween } from '../format/time.js';
import { endedTrials, secondsLeft } from './progress.js';
import { SweepControls } from './sweep-controls.js';

/** Head of the page. */
export function SweepHead({ sweep }: { readonly sweep: SweepDetail }) {
  const now = useNow(1_000, sweep.endedAt === null);
  return (
    <header className="sweep-head">
      <div className="page-head">
        <h1>{sweep.name === '' ? sweep.id : sweep.name}</h1>
        <StateMark
          state={sweep.state}
          note={formatDuration(secondsBetween(sweep.createdAt, sweep.endedAt, now))}
        />
        <span className="spacer" />
        <SweepControls sweep={sweep} />
      </div>
      <p className="headline">{headline(sweep, now)}</p>
      {sweep.reasonText === null ? null : <p className="muted">{sweep.reasonText}</p>}
    </header>
  );
}

/** The answer in words. */
export function headline(sweep: SweepDetail, nowMs: number): string {
  const { best, objective, trials, cost, budget } = sweep;
  const ended = endedTrials(sweep);
  const left = secondsLeft(sweep, nowMs);
  const pruned = trials.byState.pruned ?? 0;
  const name = objective?.name ?? 'value';
  const spent = `${formatMoney(cost)}${budget === null ? '' : ` of ${formatMoney(budget.cap)}`} spent`;
  return [
    best === null
      ? `No trial has a value of ${name} yet.`
      : `Best ${name} ${formatValue(best.value)} at trial ${best.number}.`,
    `${formatCount(ended)}${trials.limit === null ? '' : ` of ${formatCount(trials.limit)}`} trials ended` +
      `${left === null || isSweepEnded(sweep.state) ? '' : `, about ${formatDuration(left)} left`},`,
    cost === null && budget === null ? 'nothing has a price' : spent,
    pruned === 0 ? '' : `; ${formatCount(pruned)} stopped early`,
  ]
    .filter((part) => part !== '')
    .join(' ')
    .replace(' ;', ';')
    .concat('.');
}
