// One look at a sweep that is followed: a line of status, and a line for each running trial. Pure; `follow-sweep.ts` paints it.
import type { SweepDetail, TrialState } from '@swath/contracts';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { formatDuration, formatMoney, formatNumber, formatParameters } from './format.js';
import type { FollowedTrials } from './followed-trials.js';
import type { Style } from './style.js';

const BAR_WIDTH = 16;
const STATE_ORDER: readonly TrialState[] = [
  'running',
  'queued',
  'paused',
  'finished',
  'pruned',
  'failed',
  'stopped',
  'cancelled',
  'not_run',
];

/** What is shown of a sweep at one moment. */
export interface Shown {
  readonly sweep: SweepDetail;
  readonly trials: FollowedTrials;
  readonly nowMs: number;
  /** Seconds until the last trial ends, or null where that cannot be said. */
  readonly secondsLeft: number | null;
  /** False while the connection to the server is interrupted. */
  readonly connected: boolean;
}

/** One line: how far, the best, how long, the money. Parts that do not fit are left out, least important first. */
export function statusLine(shown: Shown, width: number, style: Style): string {
  const { sweep, nowMs, secondsLeft, connected } = shown;
  const { best, objective, cost, budget } = sweep;
  const seconds =
    ((sweep.endedAt === null ? nowMs : Date.parse(sweep.endedAt)) - Date.parse(sweep.createdAt)) / 1000;
  const left = secondsLeft === null ? '' : `, ~${formatDuration(secondsLeft)} left`;
  const parts: [weight: number, text: string][] = [
    [9, `${bar(sweep)}${counted(sweep)}`],
    [8, sweep.state === 'running' ? '' : style.bold(sweep.state)],
    [8, connected ? '' : style.yellow('no connection, trying again')],
    [4, countsOf(sweep)],
    [
      7,
      best === null ? '' : `best ${objective?.name ?? 'value'} ${formatNumber(best.value)} (#${best.number})`,
    ],
    [3, formatDuration(seconds) + left],
    [6, cost === null ? '' : `${formatMoney(cost)}${budget === null ? '' : `/${formatMoney(budget.cap)}`}`],
  ];
  let kept = parts.filter(([, text]) => text !== '');
  const lineOf = (): string => kept.map(([, text]) => text).join('   ');
  while (kept.length > 1 && stringWidth(lineOf()) > width) {
    const least = Math.min(...kept.map(([weight]) => weight));
    kept = kept.filter(([weight]) => weight !== least);
  }
  return cliTruncate(lineOf(), width);
}

function bar(sweep: SweepDetail): string {
  const { limit } = sweep.trials;
  if (limit === null || limit === 0) return '';
  const filled = Math.min(BAR_WIDTH, Math.floor((BAR_WIDTH * endedOf(sweep)) / limit));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}] `;
}

function counted(sweep: SweepDetail): string {
  const { limit } = sweep.trials;
  return limit === null ? `${endedOf(sweep)} trials ended` : `${endedOf(sweep)}/${limit}`;
}

/** Trials that have ended. */
export function endedOf({
  trials: { byState },
}: {
  readonly trials: { readonly byState: SweepDetail['trials']['byState'] };
}): number {
  const open = ['queued', 'running', 'paused'];
  return Object.entries(byState).reduce((sum, [state, count]) => sum + (open.includes(state) ? 0 : count), 0);
}

/** `running 8  queued 1  finished 12`. */
export function countsOf({
  trials: { byState },
}: {
  readonly trials: { readonly byState: SweepDetail['trials']['byState'] };
}): string {
  return STATE_ORDER.flatMap((state) => (byState[state] ? [`${state} ${byState[state]}`] : [])).join('  ');
}

/** The running trials, newest last, one line each. */
export function trialLines(
  { trials, sweep }: Shown,
  { width, most, style }: { width: number; most: number; style: Style },
): string[] {
  const metric = sweep.objective?.name ?? 'value';
  const running = [...trials.values()]
    .filter(({ state }) => state === 'running')
    .sort((a, b) => a.number - b.number);
  const shown = running.slice(-most).map((trial) => {
    const head = `  #${String(trial.number).padEnd(4)} ${trial.step === null ? '' : `step ${trial.step}  `}`;
    const value = trial.value === null ? 'started' : `${metric} ${formatNumber(trial.value)}`;
    return cliTruncate(
      `${head}${value}   ${style.dim(formatParameters(varying(trial.parameters, sweep)))}`,
      width,
    );
  });
  const hidden = running.length - shown.length;
  return hidden > 0 ? [...shown, style.dim(`  and ${hidden} more running`)] : shown;
}

/** The parameters that differ between trials, in the order of the spec. */
function varying(
  parameters: Readonly<Record<string, unknown>>,
  { spec }: SweepDetail,
): Readonly<Record<string, unknown>> {
  const searched = Object.entries(spec.parameters).filter(
    ([name, parameter]) => name in parameters && !('value' in parameter),
  );
  return Object.fromEntries(searched.map(([name]) => [name, parameters[name]]));
}
