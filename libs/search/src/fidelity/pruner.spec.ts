import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction } from '../objective/compare.js';
import { isBetter } from '../objective/compare.js';
import { anyRule } from '../../test/rules.js';
import { promotable } from './asha.js';
import type { RungRecord } from './asha.js';
import type { JudgedMeasurement } from './decision.js';
import { advance } from './progress.js';
import type { Progress } from './progress.js';
import { decide } from './pruner.js';
import type { PrunerRule } from './rule.js';
import { minDeltaOf, rungValue } from './rule.js';
import { rungReached } from './rungs.js';

const directions: readonly Direction[] = ['minimize', 'maximize'];
const anyDirection = fc.constantFrom(...directions);

/** The progress of a trial that logged these values at resources 1, 2, 3, ... */
function curve(values: readonly number[], direction: Direction, minDelta = 0): Progress {
  const progress = values.reduce<Progress | null>(
    (before, value, index) => advance(before, { resource: index + 1, value }, direction, minDelta),
    null,
  );
  if (progress === null) throw new Error('a curve has at least one value');
  return progress;
}

/** A trial that reaches rung 0 at resource 1 with the first of the cohort's values. */
function arrival(
  rule: PrunerRule,
  cohort: readonly number[],
  more: Partial<JudgedMeasurement> = {},
): JudgedMeasurement {
  const direction = more.direction ?? 'minimize';
  const value = cohort[0] ?? 0;
  return {
    rule,
    direction,
    bracket: 0,
    rung: 0,
    resource: 1,
    value,
    recorded: value,
    cohort,
    progress: curve([value], direction),
    ...more,
  };
}

const asha: PrunerRule = { type: 'asha', min_resource: 1, reduction_factor: 3, brackets: 1, mode: 'stop' };

describe('asha', () => {
  it.each<[string, readonly number[], string, string, number | null, number]>([
    ['the first arrival goes on', [5], 'continue', 'cohort_too_small', null, 1],
    ['the second goes on although worse: fewer than eta', [5, 1], 'continue', 'cohort_too_small', null, 2],
    ['the worst of three stops', [5, 1, 2], 'stop', 'below_cut', 1, 3],
    ['the second of three stops', [2, 1, 5], 'stop', 'below_cut', 1, 2],
    ['the best of three goes on', [1, 2, 5], 'continue', 'above_cut', 1, 1],
    ['the second of four goes on: ceil(4/3) = 2', [2, 1, 5, 6], 'continue', 'above_cut', 2, 2],
    ['a tie with the last survivor goes on', [1, 1, 5], 'continue', 'above_cut', 1, 1],
    ['nobody stops when all are equal', [7, 7, 7, 7], 'continue', 'above_cut', 7, 1],
  ])('%s', (_, cohort, action, reason, cutoff, rank) => {
    const decision = decide(arrival(asha, cohort));
    expect(decision).toEqual({
      ...{ action, rule: 'asha', reason, bracket: 0, rung: 0, resource: 1 },
      ...{ value: cohort[0], cutoff, rank, n: cohort.length },
    });
  });

  it('mirrors when the objective is maximised', () => {
    expect(decide(arrival(asha, [5, 1, 2], { direction: 'maximize' })).action).toBe('continue');
    expect(decide(arrival(asha, [1, 2, 5], { direction: 'maximize' }))).toMatchObject({
      action: 'stop',
      cutoff: 5,
    });
  });

  it('never stops the trial that holds the best value of the sweep', () => {
    const decision = decide(arrival(asha, [5, 1, 2], { incumbent: true }));
    expect(decision).toMatchObject({ action: 'continue', reason: 'incumbent', cutoff: 1, rank: 3 });
  });

  it('never stops the best at a rung, and stops at most all but ceil(m/eta)', () => {
    const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, anyDirection, fc.constantFrom(2, 3, 4), (cohort, direction, eta) => {
        const rule: PrunerRule = { ...asha, reduction_factor: eta };
        const actions = cohort.map((value) => ({
          value,
          action: decide(arrival(rule, cohort, { direction, recorded: value })).action,
        }));
        const survivors = actions.filter(({ action }) => action === 'continue');
        expect(survivors.length).toBeGreaterThanOrEqual(Math.ceil(cohort.length / eta));
        for (const { value, action } of actions)
          if (!cohort.some((other) => isBetter(direction, other, value))) expect(action).toBe('continue');
      }),
    );
  });
});

describe('asha with promotion', () => {
  const promote: PrunerRule = { ...asha, mode: 'promote' };

  it.each<[string, readonly number[], string, number | null]>([
    ['pauses the first arrival', [5], 'pause', null],
    ['pauses the worst of three', [5, 1, 2], 'pause', 1],
    ['lets the best of three go on at once', [1, 2, 5], 'continue', 1],
    ['lets an arrival lose a tie', [1, 1, 5], 'pause', 1],
  ])('%s', (_, cohort, action, cutoff) => {
    expect(decide(arrival(promote, cohort))).toMatchObject({ action, cutoff, n: cohort.length });
  });

  const record = (trial: number, rung: number, value: number, paused = true): RungRecord => ({
    ...{ trial, bracket: 0, rung, value, paused },
  });

  it('promotes the best third of a rung that is still paused, highest rung first', () => {
    const records = [
      ...[record(0, 0, 0.1, false), record(1, 0, 0.2), record(2, 0, 0.3), record(3, 0, 0.4)],
      ...[record(4, 0, 0.25, false), record(5, 0, 0.9)],
      ...[record(6, 1, 0.8, false), record(4, 1, 0.7), record(0, 1, 0.75, false)],
    ];
    if (promote.type !== 'asha') throw new Error('unreachable');
    expect(promotable({ rule: promote, direction: 'minimize', records })).toEqual([
      { trial: 4, bracket: 0, rung: 1, value: 0.7, rank: 1, n: 3 },
      { trial: 1, bracket: 0, rung: 0, value: 0.2, rank: 2, n: 6 },
    ]);
  });

  it('gives the same promotions whatever the order of the records', () => {
    const anyRecords = fc.uniqueArray(
      fc.record({
        trial: fc.nat(30),
        bracket: fc.nat(1),
        rung: fc.nat(2),
        value: fc.integer({ min: 0, max: 5 }),
        paused: fc.boolean(),
      }),
      { selector: ({ trial, rung }) => `${trial}/${rung}` },
    );
    const shuffled = anyRecords.chain((records) =>
      fc.shuffledSubarray(records, { minLength: records.length }).map((other) => ({ records, other })),
    );
    fc.assert(
      fc.property(shuffled, anyDirection, ({ records, other }, direction) => {
        if (promote.type !== 'asha') return;
        expect(promotable({ rule: promote, direction, records: other })).toEqual(
          promotable({ rule: promote, direction, records }),
        );
      }),
    );
  });
});

describe('W&B hyperband', () => {
  interface WandbCase {
    rule: Extract<PrunerRule, { type: 'wandb_hyperband' }>;
    goal: Direction;
    runs: { state: string; history: number[] }[];
    stopped: number[];
  }
  const fixture = JSON.parse(
    readFileSync(new URL('../../test/fixtures/wandb-hyperband.json', import.meta.url), 'utf8'),
  ) as { cases: WandbCase[] };

  /** Who W&B stops, decided by our rule from each running trial's own history and the records at its highest band. */
  function stoppedBySwath({ rule, goal, runs }: WandbCase): number[] {
    return runs.flatMap(({ state, history }, trial) => {
      if (state !== 'running' || history.length === 0) return [];
      const rung = rungReached(rule, 0, history.length);
      const atRung = runs.map(({ history: other }) => recordAt(rule, goal, other, rung));
      const decision = decide({
        rule,
        direction: goal,
        bracket: 0,
        rung,
        resource: history.length,
        value: history.at(-1) ?? NaN,
        progress: curve(history, goal),
        recorded: atRung[trial] ?? NaN,
        cohort: atRung.filter((value) => value !== undefined),
      });
      return decision.action === 'stop' ? [trial] : [];
    });
  }

  function recordAt(
    rule: PrunerRule,
    goal: Direction,
    history: readonly number[],
    rung: number | null,
  ): number | undefined {
    const index = history.findIndex((_, i) => rung !== null && rungReached(rule, 0, i + 1) === rung);
    return index === -1
      ? undefined
      : rungValue(rule, curve(history.slice(0, index + 1), goal), history[index] ?? NaN);
  }

  it('stops exactly the trials that the package `sweeps` stops', () => {
    expect(fixture.cases.filter(({ stopped }) => stopped.length > 0).length).toBeGreaterThan(20);
    for (const wandb of fixture.cases) expect(stoppedBySwath(wandb)).toEqual(wandb.stopped);
  });

  it('stops the second trial at a band when it is worse: the known defect, kept', () => {
    const rule: PrunerRule = { type: 'wandb_hyperband', min_iter: 1, eta: 3, strict: true };
    expect(decide(arrival(rule, [2, 1]))).toMatchObject({ action: 'stop', cutoff: 1, rank: 2, n: 2 });
  });
});

describe('median', () => {
  const rule: PrunerRule = { type: 'median', grace_resource: 1, min_trials: 3, interval: 1 };

  it.each<[string, readonly number[], readonly number[], string, number | null]>([
    ['waits for enough other trials', [9], [1, 2], 'continue', null],
    ['stops a best value worse than the median average', [9, 8], [1, 2, 3], 'stop', 2],
    ['lets a best value equal to the median go on', [9, 2], [1, 2, 3], 'continue', 2],
    ['takes the mean of the two middle averages', [9, 2.6], [1, 2, 3, 4], 'stop', 2.5],
    ['judges by the best so far, not by the last value', [1, 9], [2, 2, 2], 'continue', 2],
  ])('%s', (_, own, others, action, cutoff) => {
    const progress = curve(own, 'minimize');
    const recorded = rungValue(rule, progress, own.at(-1) ?? NaN);
    const judged = arrival(rule, [recorded, ...others], { progress, recorded, resource: own.length });
    expect(decide(judged)).toMatchObject({ action, cutoff, value: Math.min(...own), n: others.length + 1 });
  });
});

describe('patience', () => {
  const rule: PrunerRule = { type: 'patience', patience: 3, min_delta: 0.1, grace_resource: 5 };

  it.each<[string, readonly number[], string]>([
    ['goes on while it improves', [5, 4, 3, 2, 1, 0], 'continue'],
    ['goes on during the grace period', [1, 1, 1, 1], 'continue'],
    ['stops after three units without improvement', [5, 4, 4, 4, 4], 'stop'],
    ['counts an improvement below min_delta as none', [5, 4, 3.95, 3.95, 3.95], 'stop'],
    ['counts small improvements together', [5, 4, 3.95, 3.85, 3.85, 3.85], 'continue'],
  ])('%s', (_, values, action) => {
    const progress = curve(values, 'minimize', minDeltaOf(rule));
    const judged = arrival(rule, [], { rung: null, progress, resource: values.length });
    expect(decide(judged)).toMatchObject({ action, rule: 'patience', cutoff: progress.anchor, rung: null });
  });
});

describe('the progress of a trial', () => {
  it('does not take an equal value for an improvement', () => {
    expect(curve([5, 4, 4], 'minimize')).toEqual({
      ...{ resource: 3, count: 3, sum: 13, best: 4, anchor: 4, anchorResource: 2 },
    });
  });
});

describe('threshold', () => {
  it.each<[string, Direction, number, string]>([
    ['stops below an accuracy', 'maximize', 0.1, 'stop'],
    ['goes on at the accuracy', 'maximize', 0.3, 'continue'],
    ['stops above a loss', 'minimize', 0.5, 'stop'],
  ])('%s', (_, direction, value, action) => {
    const rule: PrunerRule = { type: 'threshold', value: 0.3, at_resource: 1 };
    expect(decide(arrival(rule, [value], { direction }))).toMatchObject({ action, cutoff: 0.3 });
  });
});

describe('every rule', () => {
  it('does not depend on the order of the cohort', () => {
    const cohort = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 30 });
    const shuffled = cohort.chain((values) =>
      fc.shuffledSubarray(values, { minLength: values.length }).map((other) => ({ values, other })),
    );
    fc.assert(
      fc.property(anyRule, shuffled, anyDirection, (rule, { values, other }, direction) => {
        const judged = arrival(rule, values, { direction });
        expect(decide({ ...judged, cohort: other })).toEqual(decide(judged));
      }),
    );
  });

  it('answers plain JSON in natural units', () => {
    fc.assert(
      fc.property(
        anyRule,
        fc.array(fc.integer(), { minLength: 1 }),
        anyDirection,
        (rule, cohort, direction) => {
          const decision = decide(arrival(rule, cohort, { direction }));
          expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
        },
      ),
    );
  });

  it('goes on between rungs', () => {
    const decision = decide(arrival(asha, [], { rung: null, resource: 2 }));
    expect(decision).toMatchObject({ action: 'continue', rule: 'none', reason: 'between_rungs', n: 0 });
  });
});
