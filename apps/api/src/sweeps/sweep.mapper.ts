/** Sweep and trial rows as the API shows them. */
import { formatMicros, toMoney } from '@swath/contracts';
import type { AttemptView, DecisionView, Json, Money, SweepView, TrialView } from '@swath/contracts';
import { describeDecision, describeWaiting } from '@swath/lifecycle';
import type { AttemptSummary, DecisionRow, SweepSummary, TrialSummary } from '@swath/lifecycle';

/** A sweep. */
export function toSweepView(row: SweepSummary): SweepView {
  return {
    id: row.id,
    name: row.name,
    projectId: row.projectId,
    state: row.state,
    reason: row.reason,
    reasonText: row.reasonText,
    method: row.method,
    objective: row.objective === null ? null : { name: row.objective, goal: row.goal ?? 'minimize' },
    pool: row.pool,
    parallel: row.parallel,
    trials: { limit: row.maxTrials, created: row.created, byState: row.byState },
    best: row.best,
    cost: moneyOf(row.spentMicros, row.currency),
    budget:
      row.capMicros === null || row.currency === null
        ? null
        : { cap: toMoney(row.capMicros, row.currency), held: toMoney(row.heldMicros ?? 0n, row.currency) },
    createdAt: row.createdAt.toISOString(),
    endedAt: timeOf(row.endedAt),
    version: row.version,
  };
}

/** A trial. */
export function toTrialView(row: TrialSummary, metric: string): TrialView {
  const decision = row.reason?.decision;
  return {
    id: row.id,
    sweepId: row.sweepId,
    runId: row.runId,
    number: row.number,
    state: row.state,
    reason:
      row.reason === null
        ? null
        : { ...row.reason, ...(decision === undefined ? {} : { text: describeDecision(decision, metric) }) },
    waiting: row.state === 'queued' ? waitingOf(row.waiting) : null,
    parameters: row.parameters,
    value: loggedOf(row.value),
    values: Object.fromEntries(Object.entries(row.values).map(([name, value]) => [name, loggedOf(value)])),
    resource: row.resource,
    bracket: row.bracket,
    attempts: row.attempts,
    cost: moneyOf(row.spentMicros, row.currency),
    createdAt: row.createdAt.toISOString(),
    startedAt: timeOf(row.startedAt),
    endedAt: timeOf(row.endedAt),
  };
}

/** An attempt. */
export function toAttemptView(row: AttemptSummary): AttemptView {
  return {
    id: row.id,
    trialId: row.trialId,
    number: row.number,
    cause: row.cause,
    state: row.state,
    outcome: row.outcome,
    node: row.nodeId === null ? null : { id: row.nodeId, name: row.nodeName ?? row.nodeId },
    slots: [...row.slots],
    waiting: row.state === 'queued' ? waitingOf(row.waiting) : null,
    exit: row.exit as Record<string, Json> | null,
    class: row.class,
    cost: moneyOf(row.costMicros, row.currency),
    enqueuedAt: row.enqueuedAt.toISOString(),
    startedAt: timeOf(row.startedAt),
    endedAt: timeOf(row.endedAt),
  };
}

/** A decision. */
export function toDecisionView(row: DecisionRow, metric: string): DecisionView {
  return {
    id: row.id.toString(),
    trialId: row.trialId,
    trialNumber: row.number,
    attempt: row.attempt,
    decision: { ...row.decision },
    text: describeDecision(row.decision, metric),
    at: row.at.toISOString(),
  };
}

/** A waiting reason with its sentence. */
export function waitingOf(reason: Parameters<typeof describeWaiting>[0]): TrialView['waiting'] {
  return { code: 'not_looked_at', ...reason, text: describeWaiting(reason) };
}

/** Money, or null without a currency. */
export function moneyOf(micros: bigint | null, currency: string | null): Money | null {
  return micros === null || currency === null ? null : { amount: formatMicros(micros), currency };
}

/** A number as JSON can carry it. */
function loggedOf(value: number | null): TrialView['value'] {
  if (value === null || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

/** A time, or null. */
export function timeOf(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}
