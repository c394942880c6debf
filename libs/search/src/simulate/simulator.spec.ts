import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TrialParameters } from '@swath/contracts';
import { createSearcher } from '../searchers/registry.js';
import { anyRule } from '../../test/rules.js';
import { simulate } from './simulator.js';
import type { Simulation } from './simulator.js';
import { inOrder, tableLookup } from './table.js';
import type { RecordedRow, RecordedTrial } from './recorded.js';

/** Curve of a trial with these values at resources 1, 2, 3, ..., each taking `step` seconds. */
function curve(values: readonly number[], step = 1): RecordedTrial {
  return { curve: values.map((value, i) => ({ resource: i + 1, value, seconds: (i + 1) * step })) };
}

const rows: RecordedRow[] = [
  { parameters: { lr: 0.1 }, trial: curve([5, 4, 3]) },
  { parameters: { lr: 0.2 }, trial: curve([6, 6, 6], 2) },
  { parameters: { lr: 0.3 }, trial: curve([3, 2, 1]) },
  { parameters: { lr: 0.4 }, trial: { ...curve([9, 9]), failed: true, seconds: 2.5 } },
];

const fixed: Simulation = {
  direction: 'minimize',
  slots: 2,
  suggest: inOrder(rows.map(({ parameters }) => parameters)),
  evaluate: tableLookup(rows),
};

describe('a simulated sweep', () => {
  it('gives each free slot the next trial and adds up the time', () => {
    const sweep = simulate(fixed);
    expect(sweep.trials.map(({ attempts }) => attempts)).toEqual([
      [{ from: 0, to: 3 }],
      [{ from: 0, to: 6 }],
      [{ from: 3, to: 6 }],
      [{ from: 6, to: 8.5 }],
    ]);
    expect(sweep.trials.map(({ status }) => status)).toEqual(['finished', 'finished', 'finished', 'failed']);
    expect(sweep.trials.map(({ value }) => value)).toEqual([3, 6, 1, null]);
    expect(sweep).toMatchObject({ seconds: 8.5, busySeconds: 14.5, resource: 11 });
    expect(sweep.incumbents).toEqual([
      ...[
        { at: 1, trial: 0, value: 5 },
        { at: 2, trial: 0, value: 4 },
        { at: 3, trial: 0, value: 3 },
      ],
      ...[
        { at: 5, trial: 2, value: 2 },
        { at: 6, trial: 2, value: 1 },
      ],
    ]);
  });

  it('charges the start of every attempt', () => {
    expect(simulate({ ...fixed, slots: 1, startSeconds: 10 })).toMatchObject({
      busySeconds: 54.5,
      seconds: 54.5,
    });
  });

  it('starts nothing after its time is up', () => {
    expect(simulate({ ...fixed, maxSeconds: 3 }).trials).toHaveLength(2);
    expect(simulate({ ...fixed, maxTrials: 3 }).trials).toHaveLength(3);
  });

  it('ends a trial at the measurement that was judged', () => {
    const rule = { type: 'threshold' as const, value: 5.5, at_resource: 2 };
    const pruned = simulate({ ...fixed, rule }).trials.filter(({ status }) => status === 'pruned');
    expect(pruned).toMatchObject([
      { number: 1, resource: 2, decision: { action: 'stop', value: 6, cutoff: 5.5 } },
    ]);
    expect(pruned[0]?.attempts).toEqual([{ from: 0, to: 4 }]);
  });

  it('resumes a promoted trial where it stopped', () => {
    const rule = {
      type: 'asha' as const,
      min_resource: 1,
      reduction_factor: 3,
      brackets: 1,
      mode: 'promote' as const,
    };
    const sweep = simulate({ ...fixed, slots: 1, maxTrials: 3, rule });
    // Trial 2 is the best of three at resource 1, so it goes on in place; 3 is its last resource, so it is not paused there.
    expect(sweep.trials.map(({ resource }) => resource)).toEqual([1, 1, 3]);
    const late = simulate({
      ...fixed,
      slots: 1,
      maxTrials: 3,
      rule,
      suggest: inOrder([{ lr: 0.3 }, { lr: 0.2 }, { lr: 0.1 }]),
    });
    // Here it came first: paused at 1 s, resumed at 4 s for the two units that are left.
    expect(late.trials[0]?.attempts).toEqual([
      { from: 0, to: 1 },
      { from: 4, to: 6 },
    ]);
    expect(late.trials[0]).toMatchObject({ status: 'finished', resource: 3 });
  });

  it('drives a real searcher with what it has seen', () => {
    const space = { x: { distribution: 'uniform' as const, min: 0, max: 1 } };
    const seen: number[] = [];
    const sweep = simulate({
      direction: 'minimize',
      slots: 3,
      maxTrials: 8,
      evaluate: ({ x }) => curve([Number(x), Number(x) / 2]),
      suggest: ({ number, seen: observed }): TrialParameters | null => {
        const { history, pending } = observed();
        seen.push(history.length + pending.length);
        const request = {
          space,
          objectives: [{ name: 'y', direction: 'minimize' as const }],
          method: 'random' as const,
        };
        const result = createSearcher('random').suggest({
          ...request,
          seed: 1,
          history,
          pending,
          nextNumber: number,
          count: 1,
        });
        return result.suggestions[0]?.parameters ?? null;
      },
    });
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(sweep.trials.map(({ parameters }) => parameters.x)).size).toBe(8);
  });

  it('says which point the table does not have', () => {
    expect(() => tableLookup(rows)({ lr: 7 })).toThrow('{"lr":7}');
  });
});

describe('every simulated sweep', () => {
  const anyTable = fc.array(
    fc.record({
      values: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 12 }),
      step: fc.integer({ min: 1, max: 4 }),
    }),
    { maxLength: 15 },
  );

  it('never runs more trials than slots, each once, and is the same again', () => {
    fc.assert(
      fc.property(anyRule, anyTable, fc.integer({ min: 1, max: 4 }), (rule, table, slots) => {
        const simulation: Simulation = {
          ...{ direction: 'minimize', rule, slots },
          suggest: inOrder(table.map((_, id) => ({ id }))),
          evaluate: (_, number) => curve(table[number]?.values ?? [], table[number]?.step),
        };
        const sweep = simulate(simulation);
        expect(simulate(simulation)).toEqual(sweep);
        expect(sweep.trials.map(({ number }) => number)).toEqual(table.map((_, number) => number));
        const attempts = sweep.trials.flatMap((trial) => trial.attempts);
        for (const { from } of attempts)
          expect(
            attempts.filter((other) => other.from <= from && from < other.to).length,
          ).toBeLessThanOrEqual(slots);
        expect(sweep.busySeconds).toBeLessThanOrEqual(sweep.seconds * slots + 1e-9);
      }),
    );
  });

  it('never ends a trial without a reason', () => {
    fc.assert(
      fc.property(anyRule, anyTable, (rule, table) => {
        const sweep = simulate({
          ...{ direction: 'minimize', rule, slots: 2 },
          suggest: inOrder(table.map((_, id) => ({ id }))),
          evaluate: (_, number) => curve(table[number]?.values ?? []),
        });
        for (const { status, decision, curve: made, number } of sweep.trials) {
          if (status === 'pruned') expect(decision?.action).not.toBe('continue');
          else expect(made).toHaveLength(table[number]?.values.length ?? NaN);
        }
      }),
    );
  });
});
