// What the events of a sweep tell about its trials, and one line of `key=value` for each event that matters to a person. Pure; fed by
// `follow-sweep.ts`.
import type { EventView } from '@swath/contracts';
import { formatNumber } from './format.js';

/** A trial as its events tell. */
export interface FollowedTrial {
  readonly number: number;
  readonly state: string;
  readonly step: number | null;
  readonly resource: number | null;
  readonly value: number | null;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The pruner's last decision. */
  readonly decision: TrialDecision | undefined;
}

/** A decision of the pruner, at the resource and the value that it judged. */
export interface TrialDecision {
  readonly action: string;
  readonly resource: number | null;
  readonly value: number | null;
  readonly text: string;
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

function decisionOf(decision: Readonly<Record<string, unknown>>): TrialDecision {
  const { action, rule, rung, resource, value, rank, n } = decision;
  const where = typeof rung === 'number' ? `rung ${rung}` : `resource ${formatAny(resource)}`;
  const place = typeof rank === 'number' ? ` rank ${rank}/${formatAny(n)}` : '';
  return {
    action: formatAny(action),
    resource: numberOf(resource) ?? null,
    value: numberOf(value) ?? null,
    text: `${formatAny(rule)} ${where}${place}`,
  };
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
  const { decision } = trial;
  if (name === 'decision.recorded' && decision !== undefined && decision.action !== 'continue') {
    return `${at} trial=${trial.number} decision=${decision.action}${measured(decision, metric)}${quoted('reason', decision.text)}`;
  }
  if (name !== 'trial.state_changed') return undefined;
  const failure = recordOf(entity['reason'])['text'];
  const why = quoted('reason', trial.state === 'pruned' ? decision?.text : failure);
  return `${at} trial=${trial.number} state=${trial.state}${measured(trial, metric)}${why}`;
}

function measured({ resource, value }: Pick<FollowedTrial, 'resource' | 'value'>, metric: string): string {
  return `${resource === null ? '' : ` resource=${formatNumber(resource)}`}${value === null ? '' : ` ${metric}=${formatNumber(value)}`}`;
}

function quoted(name: string, text: unknown): string {
  return typeof text === 'string' && text !== '' ? ` ${name}=${JSON.stringify(text)}` : '';
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
