/** Sentences for people: why a trial was stopped, why an attempt waits. One place, so API, CLI and report say the same. */
import type { Decision } from '@swath/contracts';
import { describeAmount } from './budgets.js';

function number(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(5).replace(/\.?0+$/, '');
}

/** One sentence for a pruner's decision. */
export function describeDecision(decision: Decision, metric: string): string {
  const at =
    decision.rung === null
      ? `at resource ${number(decision.resource)}`
      : `at rung ${decision.rung} (resource ${number(decision.resource)})`;
  const rank = decision.rank === null ? '' : `, rank ${decision.rank} of ${decision.n}`;
  const cutoff = decision.cutoff === null ? '' : `, the cut was ${number(decision.cutoff)}`;
  const verbs = { stop: 'stopped', pause: 'paused', continue: 'went on' } as const;
  return `${verbs[decision.action]} by ${decision.rule} ${at}: ${metric} ${number(decision.value)}${rank}${cutoff}`;
}

/** Why an attempt waits, as placement stored it. */
export interface WaitingReason {
  readonly code: string;
  readonly [field: string]: unknown;
}

/** One sentence for a waiting reason; `null` stands for an attempt that placement has not looked at. */
export function describeWaiting(reason: WaitingReason | null): string {
  if (reason === null) return 'waits for its turn, or for a node of its pool to offer slots';
  const starts =
    typeof reason['startsInMs'] === 'number' ? `; at the earliest ${inTime(reason['startsInMs'])}` : '';
  return whyWaiting(reason) + starts;
}

function inTime(milliseconds: unknown): string {
  const seconds = Math.ceil(Number(milliseconds) / 1000);
  if (seconds <= 0) return 'now';
  return seconds < 120 ? `in ${seconds} s` : `in ${Math.ceil(seconds / 60)} min`;
}

function whyWaiting(reason: WaitingReason): string {
  switch (reason.code) {
    case 'sweep_not_running':
      return `its sweep is ${String(reason['state'])}`;
    case 'retry_later':
      return `is tried again ${inTime(reason['inMs'])}`;
    case 'not_its_turn':
      return reason['ahead'] === 0
        ? 'waits for a node of its pool to offer slots'
        : `waits behind ${String(reason['ahead'])} others`;
    case 'no_free_slot':
      return 'waits for a free slot';
    case 'too_few_slots':
      return `needs ${String(reason['needed'])} slots on one node; ${String(reason['free'])} are free`;
    case 'node_too_small':
      return `needs ${String(reason['needed'])} slots on one node; the last node asked has ${String(reason['capacity'])}`;
    case 'avoids_node':
      return 'failed on the node that is free and waits for another';
    case 'parallel':
      return typeof reason['failures'] === 'number'
        ? `each attempt so far has failed (${reason['failures']}), so the sweep runs ${String(reason['limit'])} at a time until one logs a metric`
        : `the sweep runs its limit of ${String(reason['limit'])} trials`;
    case 'ahead':
      return `starts on node ${String(reason['nodeId'])} as soon as a slot is free there`;
    case 'budget':
      return describeShortage(reason);
    default:
      return reason.code;
  }
}

const raisers: Readonly<Record<string, string>> = {
  org: 'an admin can raise it',
  team: 'an admin can raise it',
  project: 'a budget owner of the project or an admin can raise it',
  sweep: 'a member of the project can raise it in the limits of the sweep',
};

/** Which budget is short, by how much, and who can raise it. Amounts come from the ledger, as whole numbers in text. */
function describeShortage(reason: WaitingReason): string {
  const text = (field: string): string => (typeof reason[field] === 'string' ? reason[field] : '');
  const amount = (field: string): string =>
    /^-?\d+$/.test(text(field)) ? describeAmount(text('unit'), BigInt(text(field))) : 'an unknown amount';
  const scope = `the budget ${text('budgetId')} of ${text('scopeKind')} ${text('scopeId')}`;
  const raiser = raisers[text('scopeKind')] ?? 'an admin can raise it';
  return `${scope} has ${amount('avail')} left and the lease needs ${amount('needed')}; ${raiser}`;
}
