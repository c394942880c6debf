// What the command line knows of a sweep that it follows, and how it shows that: a block that is repainted in a terminal, or one line an
// event. Pure: `follow-sweep.ts` feeds it with events and views of the server.
import type { EventView, SweepDetail, TrialState } from '@swath/contracts';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { formatDuration, formatMoney, formatNumber, formatParameters } from './format.js';
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

/** A trial as its events tell. */
export interface FollowedTrial {
  readonly number: number;
  readonly state: string;
  readonly step: number | null;
  readonly resource: number | null;
  readonly value: number | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The pruner's last decision. */
  readonly decision: { readonly action: string; readonly text: string } | undefined;
}

/** Trials by number. */
export type FollowedTrials = Map<number, FollowedTrial>;

const UNKNOWN: Omit<FollowedTrial, 'number'> = {
  state: 'queued',
  step: null,
  resource: null,
  value: null,
  parameters: {},
  decision: undefined,
};

/** Takes an event into account; returns the trial it was about. */
export function applyEvent(trials: FollowedTrials, { name, entity }: EventView): FollowedTrial | undefined {
  const number = entity['number'];
  if (typeof number !== 'number') return undefined;
  const before = trials.get(number) ?? { ...UNKNOWN, number };
  const after = { ...before, ...changeOf(name, entity, before) };
  trials.set(number, after);
  return after;
}

function changeOf(name: string, entity: EventView['entity'], before: FollowedTrial): Partial<FollowedTrial> {
  const state = typeof entity['state'] === 'string' ? entity['state'] : before.state;
  switch (name) {
    case 'trial.created':
      return { state, parameters: recordOf(entity['parameters']) };
    case 'metrics.append':
      return {
        step: numberOf(entity['step']) ?? before.step,
        resource: numberOf(entity['resource']) ?? before.resource,
        value: numberOf(entity['value']) ?? before.value,
      };
    case 'decision.recorded':
      return { decision: decisionOf(recordOf(entity['decision'])) };
    case 'attempt.ended':
      return before.state === 'running' ? { state: 'queued' } : {};
    default:
      return { state };
  }
}

function decisionOf(decision: Readonly<Record<string, unknown>>): FollowedTrial['decision'] {
  const { action, rule, rung, resource, rank, n } = decision;
  const where = typeof rung === 'number' ? `rung ${rung}` : `resource ${formatAny(resource)}`;
  const place = typeof rank === 'number' ? ` rank ${rank}/${formatAny(n)}` : '';
  return { action: formatAny(action), text: `${formatAny(rule)} ${where}${place}` };
}

/** One line of `key=value` for an event that a person wants to see; undefined for the others. */
export function eventLine(
  event: EventView,
  trial: FollowedTrial | undefined,
  metric: string,
): string | undefined {
  const { at, name, entity } = event;
  if (name === 'sweep.state_changed' || name === 'sweep.finished') {
    return `${at} sweep=${formatAny(entity['id'])} state=${formatAny(entity['state'])}${quoted('reason', entity['text'])}`;
  }
  if (trial === undefined) return undefined;
  if (name === 'attempt.started')
    return `${at} trial=${trial.number} state=running attempt=${formatAny(entity['attempt'])}`;
  if (name === 'decision.recorded' && trial.decision?.action !== 'continue') {
    return `${at} trial=${trial.number} decision=${trial.decision?.action ?? ''}${measured(trial, metric)}${quoted('reason', trial.decision?.text)}`;
  }
  if (name !== 'trial.state_changed') return undefined;
  return `${at} trial=${trial.number} state=${trial.state}${measured(trial, metric)}`;
}

function measured({ resource, value }: FollowedTrial, metric: string): string {
  return `${resource === null ? '' : ` resource=${formatNumber(resource)}`}${value === null ? '' : ` ${metric}=${formatNumber(value)}`}`;
}

function quoted(name: string, text: unknown): string {
  return typeof text === 'string' && text !== '' ? ` ${name}=${JSON.stringify(text)}` : '';
}

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
    return cliTruncate(`${head}${value}   ${style.dim(formatParameters(trial.parameters))}`, width);
  });
  const hidden = running.length - shown.length;
  return hidden > 0 ? [...shown, style.dim(`  and ${hidden} more running`)] : shown;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function formatAny(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
