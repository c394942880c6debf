import { describe, expect, it } from 'vitest';
import type { ProcessRecord, RecordedHistory } from './history.js';
import {
  checkHistory,
  endsAreFinal,
  holdsResolved,
  limitsKept,
  noOverdraft,
  noPointTwice,
  noTrialLost,
  nothingAcknowledgedLost,
  nothingLeft,
  oneAttemptPerSlot,
  oneAttemptPerTrial,
  usageMatches,
} from './invariants.js';

/** Two trials on one slot, one after the other; the first was lost once and retried. */
const good: RecordedHistory = {
  sweeps: [
    {
      id: 'sw_1',
      state: 'finished',
      ended: true,
      maxTrials: 2,
      nextTrial: 3,
      retries: { infrastructure: 1, preemption: 0, user: 0 },
    },
  ],
  trials: [1, 2].map((number) => ({
    id: `tr_${number}`,
    sweepId: 'sw_1',
    number,
    state: 'finished',
    ended: true,
    parametersKey: `p${number}`,
    replicate: 0,
  })),
  attempts: [
    { id: 'at_1', trialId: 'tr_1', number: 1, cause: 'first', state: 'ended', outcome: 'lost', ahead: false },
    {
      id: 'at_2',
      trialId: 'tr_1',
      number: 2,
      cause: 'retry',
      state: 'ended',
      outcome: 'finished',
      ahead: false,
    },
    {
      id: 'at_3',
      trialId: 'tr_2',
      number: 1,
      cause: 'first',
      state: 'ended',
      outcome: 'finished',
      ahead: false,
    },
  ],
  leases: [
    lease('le_1', 'at_1', 'tr_1', 0, 100),
    lease('le_2', 'at_2', 'tr_1', 100, 200),
    lease('le_3', 'at_3', 'tr_2', 200, 300),
  ],
  holds: ['le_1', 'le_2', 'le_3'].map((leaseId) => ({
    leaseId,
    budgetId: 'bu_1',
    unit: 'money:USD',
    leaseState: 'ended',
    held: 0n,
    spent: 5n,
    costMicros: 5n,
    milliGpuMs: 100n,
  })),
  accounts: [
    { id: 'bu_1:held', budgetId: 'bu_1', kind: 'held', balance: 0n },
    { id: 'bu_1:overdraft', budgetId: 'bu_1', kind: 'overdraft', balance: 0n },
  ],
  usage: [
    { leaseId: 'le_1', trialId: 'tr_1', attempt: 1, fromMs: 0, toMs: 100 },
    { leaseId: 'le_2', trialId: 'tr_1', attempt: 2, fromMs: 100, toMs: 200 },
    { leaseId: 'le_3', trialId: 'tr_2', attempt: 1, fromMs: 200, toMs: 300 },
  ],
  events: [
    { entity: 'trial', id: 'tr_1', state: 'finished', requeued: false },
    { entity: 'trial', id: 'tr_2', state: 'finished', requeued: false },
    { entity: 'sweep', id: 'sw_1', state: 'finished', requeued: false },
  ],
};
const processes: readonly ProcessRecord[] = [
  run('at_1', 'tr_1', 1, 90),
  run('at_2', 'tr_1', 101, 190),
  run('at_3', 'tr_2', 201, 290),
];

function lease(
  id: string,
  attemptId: string,
  trialId: string,
  grantedMs: number,
  endMs: number,
): RecordedHistory['leases'][number] {
  return { id, attemptId, trialId, nodeId: 'nd_1', slots: [0], state: 'ended', grantedMs, endMs };
}
function run(attemptId: string, trialId: string, startMs: number, reapMs: number | undefined): ProcessRecord {
  return { agent: 'nd_1', attemptId, trialId, attempt: 1, slots: [0], startMs, reapMs };
}
function change<Key extends keyof RecordedHistory>(
  key: Key,
  index: number,
  over: Partial<RecordedHistory[Key][number]>,
): RecordedHistory {
  const rows: readonly object[] = good[key];
  return { ...good, [key]: rows.map((row, at) => (at === index ? { ...row, ...over } : row)) };
}

describe('the invariants', () => {
  it('hold in a good history', () => {
    expect(checkHistory(good, processes)).toEqual([]);
  });

  it.each<[string, (history: RecordedHistory) => { invariant: string }[], RecordedHistory]>([
    ['I1 of a trial that never ended', noTrialLost, change('trials', 0, { state: 'queued', ended: false })],
    ['I1 of a missing trial', noTrialLost, { ...good, trials: good.trials.slice(1) }],
    ['I1 of an end state without an end', noTrialLost, change('trials', 0, { ended: false })],
    ['I2 of leases that overlap', (h) => oneAttemptPerTrial(h, []), change('leases', 1, { grantedMs: 99 })],
    ['I3 of leases on one slot', (h) => oneAttemptPerSlot(h, []), change('leases', 2, { grantedMs: 150 })],
    ['I4 of an overdraft', noOverdraft, change('accounts', 1, { balance: 1n })],
    ['I6 of an ended lease that holds', holdsResolved, change('holds', 0, { held: 1n })],
    ['I6 of a held account of its own', holdsResolved, change('accounts', 0, { balance: 2n })],
    ['I7 of a charge beyond the use', usageMatches, change('holds', 1, { spent: 6n })],
    ['I7 of a lease without usage', usageMatches, { ...good, usage: good.usage.slice(1) }],
    ['I7 of use outside the lease', usageMatches, change('usage', 0, { toMs: 101 })],
    ['I11 of one trial too many', limitsKept, change('sweeps', 0, { maxTrials: 1 })],
    [
      'I11 of one retry too many',
      limitsKept,
      change('sweeps', 0, { retries: { infrastructure: 0, preemption: 0, user: 0 } }),
    ],
    ['I12 of a repeated point', noPointTwice, change('trials', 1, { parametersKey: 'p1' })],
    [
      'I13 of an end that changed',
      endsAreFinal,
      {
        ...good,
        events: [...good.events, { entity: 'trial', id: 'tr_1', state: 'queued', requeued: false }],
      },
    ],
    ['I13 of an end nobody was told of', endsAreFinal, change('trials', 0, { state: 'failed' })],
  ])('find the breach: %s', (name, check, history) => {
    const found = check(history);
    expect(found).not.toEqual([]);
    expect(new Set(found.map(({ invariant }) => invariant))).toEqual(new Set([name.split(' ')[0]]));
  });

  it('find processes that overlap although the leases do not', () => {
    const late = processes.map((one, index) => (index === 0 ? { ...one, reapMs: 105 } : one));
    expect(oneAttemptPerTrial(good, late)).toHaveLength(1);
    expect(oneAttemptPerSlot(good, late)).toHaveLength(1);
    const never = processes.map((one, index) => (index === 0 ? { ...one, reapMs: undefined } : one));
    expect(oneAttemptPerTrial(good, never)).not.toEqual([]);
  });

  it('let a person ask for a failed trial again', () => {
    const events = [
      { entity: 'trial', id: 'tr_1', state: 'failed', requeued: false },
      { entity: 'trial', id: 'tr_1', state: 'queued', requeued: true },
      { entity: 'trial', id: 'tr_1', state: 'finished', requeued: false },
    ] as const;
    expect(endsAreFinal({ ...good, events })).toEqual([]);
  });

  it('find lost, changed and repeated metrics (I8)', () => {
    const batch = { runId: 'ru_1', attempt: 1, stream: 'metrics', seq: 1, rows: '[1]' };
    expect(nothingAcknowledgedLost([batch], [batch, { ...batch, seq: 2 }])).toEqual([]);
    expect(nothingAcknowledgedLost([batch], [])).toHaveLength(1);
    expect(nothingAcknowledgedLost([batch], [batch, batch])).toHaveLength(1);
    expect(nothingAcknowledgedLost([batch], [{ ...batch, rows: '[2]' }])).toHaveLength(1);
  });

  it('find everything that is left over (I14)', () => {
    const none = { processes: [], outboxRows: 0, liveLeases: 0, workflows: [], attemptFolders: [] };
    expect(nothingLeft(none, processes)).toEqual([]);
    expect(nothingLeft({ ...none, processes: [1] }, [])).toHaveLength(1);
    expect(nothingLeft({ ...none, outboxRows: 1 }, [])).toHaveLength(1);
    expect(nothingLeft({ ...none, liveLeases: 1 }, [])).toHaveLength(1);
    expect(nothingLeft({ ...none, workflows: ['trial/1'] }, [])).toHaveLength(1);
    expect(nothingLeft({ ...none, attemptFolders: ['at_1'] }, [])).toHaveLength(1);
    expect(nothingLeft(none, [run('at_9', 'tr_9', 1, undefined)])).toHaveLength(1);
  });
});
