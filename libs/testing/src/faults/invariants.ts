// The invariants of the product as pure functions over a history: each lists what breaks it, so an empty list is a pass. Numbers
// (I1 ...) are those of the design's reliability chapter. Every one has a negative control in the spec beside it.
import type {
  AttemptRecord,
  LeaseRecord,
  ProcessRecord,
  RecordedHistory,
  StateEvent,
  TrialRecord,
} from './history.js';

/** One breach. */
export interface Breach {
  readonly invariant: string;
  readonly detail: string;
}

/** `Map.groupBy` is newer than the oldest Node that is supported. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const breach = (invariant: string, detail: string): Breach => ({ invariant, detail });

const trialEnds: readonly string[] = ['finished', 'pruned', 'failed', 'stopped', 'cancelled', 'not_run'];
const sweepEnds: readonly string[] = ['finished', 'stopped', 'cancelled', 'failed'];

/** I1: no trial is lost. Numbers have no gap, and a trial has ended, or waits, or has a live lease. */
export function noTrialLost(history: RecordedHistory): Breach[] {
  const found: Breach[] = [];
  for (const sweep of history.sweeps) {
    const trials = history.trials.filter((trial) => trial.sweepId === sweep.id);
    const missing = Array.from({ length: sweep.nextTrial - 1 }, (_, index) => index + 1).filter(
      (number) => !trials.some((trial) => trial.number === number),
    );
    if (missing.length > 0) found.push(breach('I1', `${sweep.id} has no trials ${missing.join(', ')}`));
    for (const trial of trials) {
      const lost = whyLost(history, trial, sweep.ended);
      if (lost !== undefined) found.push(breach('I1', `${trial.id} is ${trial.state} and ${lost}`));
    }
  }
  return found;
}

function whyLost(history: RecordedHistory, trial: TrialRecord, sweepEnded: boolean): string | undefined {
  const isEnd = trialEnds.includes(trial.state);
  if (trial.ended !== isEnd) return trial.ended ? 'has an end time' : 'has no end time';
  if (isEnd) return undefined;
  if (sweepEnded) return 'its sweep has ended';
  if (trial.state === 'paused') return undefined;
  const open = history.attempts.find(
    (attempt) => attempt.trialId === trial.id && (attempt.state === 'queued' || attempt.state === 'running'),
  );
  if (open === undefined) return 'has no open attempt';
  return whyUnheld(history, open);
}

/** An attempt that runs has a live lease, one that waits has none, or one ahead of its slot. */
function whyUnheld(history: RecordedHistory, open: AttemptRecord): string | undefined {
  const held = history.leases.find((lease) => lease.attemptId === open.id && isOpen(lease.state));
  const waiting = open.ahead ? 'ahead' : undefined;
  const expected = open.state === 'running' ? 'live' : waiting;
  if (held?.state === expected) return undefined;
  return `its attempt is ${waiting ?? open.state}, its open lease: ${held?.state ?? 'none'}`;
}

/** Whether a lease may still be used: its hold stands, and it has no usage record. */
function isOpen(leaseState: string): boolean {
  return leaseState === 'live' || leaseState === 'ahead';
}

interface Interval {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** Pairs of intervals that overlap by more than nothing. */
function overlaps(intervals: readonly Interval[]): [Interval, Interval][] {
  const sorted = intervals.toSorted((a, b) => a.from - b.from || a.to - b.to);
  const found: [Interval, Interval][] = [];
  let last: Interval | undefined;
  for (const interval of sorted) {
    if (last !== undefined && interval.from < last.to) found.push([last, interval]);
    if (last === undefined || interval.to > last.to) last = interval;
  }
  return found;
}

function overlapsBy<Item>(
  items: readonly Item[],
  keysOf: (item: Item) => readonly string[],
  intervalOf: (item: Item) => Interval,
): string[] {
  const groups = new Map<string, Interval[]>();
  for (const item of items) {
    for (const key of keysOf(item)) groups.set(key, [...(groups.get(key) ?? []), intervalOf(item)]);
  }
  return [...groups].flatMap(([key, intervals]) =>
    overlaps(intervals).map(
      ([a, b]) => `${key}: ${a.what} [${a.from}, ${a.to}] and ${b.what} [${b.from}, ${b.to}]`,
    ),
  );
}

const leaseInterval = (lease: LeaseRecord): Interval => ({
  what: lease.id,
  from: lease.grantedMs,
  to: lease.endMs,
});
const processInterval = (process: ProcessRecord): Interval => ({
  what: process.attemptId,
  from: process.startMs,
  to: process.reapMs ?? Infinity,
});

/** I2: at most one live attempt per trial, by lease intervals and by what the agents saw. */
export function oneAttemptPerTrial(history: RecordedHistory, processes: readonly ProcessRecord[]): Breach[] {
  // Under a lease that was given back unused nothing has lived.
  const used = history.leases.filter((lease) => lease.state !== 'released');
  const byLease = overlapsBy(used, (lease) => [lease.trialId], leaseInterval);
  const byAgent = overlapsBy(processes, (process) => [process.trialId], processInterval);
  return [
    ...byLease.map((detail) => breach('I2', `leases of ${detail}`)),
    ...byAgent.map((detail) => breach('I2', `processes of ${detail}`)),
  ];
}

/** I3: at most one attempt per slot, likewise. */
export function oneAttemptPerSlot(history: RecordedHistory, processes: readonly ProcessRecord[]): Breach[] {
  const slotsOf = (node: string, slots: readonly number[]): string[] =>
    slots.map((slot) => `${node}/${slot}`);
  const byLease = overlapsBy(history.leases, (lease) => slotsOf(lease.nodeId, lease.slots), leaseInterval);
  const byAgent = overlapsBy(processes, (process) => slotsOf(process.agent, process.slots), processInterval);
  return [
    ...byLease.map((detail) => breach('I3', `leases on ${detail}`)),
    ...byAgent.map((detail) => breach('I3', `processes on ${detail}`)),
  ];
}

/** I4: nothing was spent beyond a grant. */
export function noOverdraft(history: RecordedHistory): Breach[] {
  return history.accounts
    .filter((account) => account.kind === 'overdraft' && account.balance !== 0n)
    .map((account) => breach('I4', `${account.id} stands at ${account.balance}`));
}

/** I6: an ended lease holds nothing, and a budget's held account is the sum of its live holds. */
export function holdsResolved(history: RecordedHistory): Breach[] {
  const found = history.holds
    .filter((hold) => !isOpen(hold.leaseState) && hold.held !== 0n)
    .map((hold) => breach('I6', `${hold.leaseId} has ended and holds ${hold.held} of ${hold.budgetId}`));
  for (const account of history.accounts) {
    if (account.kind !== 'held') continue;
    const held = history.holds
      .filter((hold) => hold.budgetId === account.budgetId)
      .reduce((sum, hold) => sum + hold.held, 0n);
    if (held !== account.balance)
      found.push(breach('I6', `${account.id} stands at ${account.balance}, holds are ${held}`));
  }
  return found;
}

/** I7: every ended lease has one usage record, one that was given back unused has none, inside the lease, and each budget was charged exactly that use. */
export function usageMatches(history: RecordedHistory): Breach[] {
  const found: Breach[] = [];
  for (const lease of history.leases) {
    const records = history.usage.filter((usage) => usage.leaseId === lease.id);
    const expected = isOpen(lease.state) || lease.state === 'released' ? 0 : 1;
    if (records.length !== expected) {
      found.push(breach('I7', `${lease.id} is ${lease.state} and has ${records.length} usage records`));
    }
    for (const { fromMs, toMs } of records) {
      if (fromMs !== lease.grantedMs || toMs !== lease.endMs || toMs < fromMs) {
        found.push(
          breach(
            'I7',
            `${lease.id} used [${fromMs}, ${toMs}], its lease was [${lease.grantedMs}, ${lease.endMs}]`,
          ),
        );
      }
    }
  }
  return [...found, ...chargesMatch(history)];
}

/** The part of I7 about money and GPU time: what a budget was charged for an ended lease is that lease's use. */
function chargesMatch(history: RecordedHistory): Breach[] {
  const found: Breach[] = [];
  for (const hold of history.holds) {
    if (isOpen(hold.leaseState)) continue;
    if (hold.leaseState === 'released') {
      if (hold.spent !== 0n)
        found.push(breach('I7', `${hold.leaseId} was given back unused and ${hold.budgetId} charged`));
      continue;
    }
    const used = hold.unit === 'gpu_time' ? hold.milliGpuMs : hold.costMicros;
    const counted = hold.unit === 'gpu_time' || hold.unit.startsWith('money:');
    if (counted && used !== hold.spent) {
      found.push(
        breach('I7', `${hold.budgetId} was charged ${hold.spent} for ${hold.leaseId}, its use was ${used}`),
      );
    }
  }
  return found;
}

/** A batch of rows whose receipt was acknowledged, or that is stored. */
export interface MetricBatchRecord {
  readonly runId: string;
  readonly attempt: number;
  readonly stream: string;
  readonly seq: number;
  /** The rows as JSON text. */
  readonly rows: string;
}

/** I8: every acknowledged batch is stored once, as it was sent. */
export function nothingAcknowledgedLost(
  acknowledged: readonly MetricBatchRecord[],
  stored: readonly MetricBatchRecord[],
): Breach[] {
  const keyOf = ({ runId, attempt, stream, seq }: MetricBatchRecord): string =>
    [runId, attempt, stream, seq].join(' ');
  const byKey = groupBy(stored, keyOf);
  return acknowledged.flatMap((batch) => {
    const copies = byKey.get(keyOf(batch)) ?? [];
    if (copies.length !== 1) return [breach('I8', `${keyOf(batch)} is stored ${copies.length} times`)];
    return copies[0]?.rows === batch.rows
      ? []
      : [breach('I8', `${keyOf(batch)} is stored as ${copies[0]?.rows}`)];
  });
}

/** I11: no sweep has more trials than its limit, and no trial more attempts of a class than its retries allow. */
export function limitsKept(history: RecordedHistory): Breach[] {
  const found: Breach[] = [];
  for (const sweep of history.sweeps) {
    const trials = history.trials.filter((trial) => trial.sweepId === sweep.id);
    if (sweep.maxTrials !== null && trials.length > sweep.maxTrials) {
      found.push(breach('I11', `${sweep.id} has ${trials.length} trials, its limit is ${sweep.maxTrials}`));
    }
    const { infrastructure, preemption, user } = sweep.retries;
    for (const trial of trials) {
      const attempts = history.attempts.filter((attempt) => attempt.trialId === trial.id);
      const count = (cause: string): number => attempts.filter((attempt) => attempt.cause === cause).length;
      const requeues = 1 + count('requeue');
      if (
        count('retry') > (infrastructure + user) * requeues ||
        count('preemption') > preemption * requeues
      ) {
        found.push(
          breach('I11', `${trial.id} had ${count('retry')} retries, ${count('preemption')} preemptions`),
        );
      }
    }
  }
  return found;
}

/** I12: no point was issued twice. */
export function noPointTwice(history: RecordedHistory): Breach[] {
  const groups = groupBy(
    history.trials,
    (trial) => `${trial.sweepId} ${trial.parametersKey} ${trial.replicate}`,
  );
  return [...groups.values()]
    .filter((trials) => trials.length > 1)
    .map((trials) => breach('I12', `${trials.map((trial) => trial.id).join(', ')} are the same point`));
}

/** I13: an end state never changes, except that a person may ask for a failed trial again. */
export function endsAreFinal(history: RecordedHistory): Breach[] {
  const last = new Map<string, StateEvent>();
  const found: Breach[] = [];
  for (const event of history.events) {
    const before = last.get(event.id);
    const ends = event.entity === 'trial' ? trialEnds : sweepEnds;
    if (
      before !== undefined &&
      ends.includes(before.state) &&
      event.state !== before.state &&
      !event.requeued
    ) {
      found.push(breach('I13', `${event.id} went from ${before.state} to ${event.state}`));
    }
    last.set(event.id, event);
  }
  for (const { id, state } of [...history.trials, ...history.sweeps]) {
    const told = last.get(id);
    if (told !== undefined && trialEnds.includes(told.state) && told.state !== state) {
      found.push(breach('I13', `${id} was told to be ${told.state} and is ${state}`));
    }
  }
  return found;
}

/** What is left when all is quiet. */
export interface Leftovers {
  /** Processes that carry the environment of an attempt. */
  readonly processes: readonly number[];
  readonly outboxRows: number;
  readonly liveLeases: number;
  /** Ids of workflows that still run. */
  readonly workflows: readonly string[];
  /** Attempt folders in the agents' folders, kept failures not counted. */
  readonly attemptFolders: readonly string[];
}

/** I14: nothing is left over, and the agents have seen the end of every process they began. */
export function nothingLeft(leftovers: Leftovers, processes: readonly ProcessRecord[]): Breach[] {
  const counts: readonly [string, readonly (string | number)[]][] = [
    ['processes', leftovers.processes],
    ['workflows', leftovers.workflows],
    ['attempt folders', leftovers.attemptFolders],
    [
      'processes without a seen end',
      processes.filter((one) => one.reapMs === undefined).map((one) => one.attemptId),
    ],
  ];
  const found = counts
    .filter(([, items]) => items.length > 0)
    .map(([what, items]) => breach('I14', `${items.length} ${what}: ${items.slice(0, 10).join(', ')}`));
  if (leftovers.outboxRows > 0) found.push(breach('I14', `${leftovers.outboxRows} outbox rows`));
  if (leftovers.liveLeases > 0) found.push(breach('I14', `${leftovers.liveLeases} live leases`));
  return found;
}

/** Every invariant of one history (I8 and I14 need more than it and are called apart). */
export function checkHistory(history: RecordedHistory, processes: readonly ProcessRecord[]): Breach[] {
  return [
    ...noTrialLost(history),
    ...oneAttemptPerTrial(history, processes),
    ...oneAttemptPerSlot(history, processes),
    ...noOverdraft(history),
    ...holdsResolved(history),
    ...usageMatches(history),
    ...limitsKept(history),
    ...noPointTwice(history),
    ...endsAreFinal(history),
  ];
}
