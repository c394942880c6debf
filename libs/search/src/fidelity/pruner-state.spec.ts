import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Direction } from '../objective/compare.js';
import { anyReports, anyRule } from '../../test/rules.js';
import type { PrunerDecision } from './decision.js';
import { createPruner, endPaused, promoteTrials, reportMeasurement } from './pruner-state.js';
import type { PrunerState, TrialMeasured } from './pruner-state.js';
import type { PrunerRule } from './rule.js';

const anyDirection = fc.constantFrom<Direction>('minimize', 'maximize');

/** Reports in order; the last state and each report's decision. */
function run(
  state: PrunerState,
  reports: readonly TrialMeasured[],
): { state: PrunerState; decisions: PrunerDecision[] } {
  const decisions: PrunerDecision[] = [];
  let current = state;
  for (const report of reports) {
    const step = reportMeasurement(current, report);
    current = step.state;
    decisions.push(step.decision);
  }
  return { state: current, decisions };
}

const promote: PrunerRule = {
  type: 'asha',
  min_resource: 1,
  reduction_factor: 3,
  brackets: 1,
  mode: 'promote',
};

describe('the pruner state', () => {
  it('answers a repeated report alike and is unchanged by it', () => {
    fc.assert(
      fc.property(anyRule, anyReports, anyDirection, fc.nat(), (rule, reports, direction, pick) => {
        const once = run(createPruner(rule, direction), reports);
        const twice = run(
          createPruner(rule, direction),
          reports.flatMap((report) => [report, report]),
        );
        expect(twice.state).toEqual(once.state);
        expect(twice.decisions.filter((_, index) => index % 2 === 1)).toEqual(once.decisions);
        const late = reports[pick % Math.max(1, reports.length)];
        if (late !== undefined) expect(reportMeasurement(once.state, late).state).toEqual(once.state);
      }),
    );
  });

  it('is plain JSON: a pruner stored and read back decides alike', () => {
    fc.assert(
      fc.property(anyRule, anyReports, anyDirection, (rule, reports, direction) => {
        const half = Math.floor(reports.length / 2);
        const first = run(createPruner(rule, direction), reports.slice(0, half)).state;
        const stored = JSON.parse(JSON.stringify(first)) as PrunerState;
        expect(run(stored, reports.slice(half))).toEqual(run(first, reports.slice(half)));
      }),
    );
  });

  it('never tells the trial with the best value to stop under ASHA or Hyperband', () => {
    const halving = anyRule.filter(({ type }) => type === 'asha' || type === 'hyperband');
    fc.assert(
      fc.property(halving, anyReports, anyDirection, (rule, reports, direction) => {
        let state = createPruner(rule, direction);
        for (const report of reports) {
          const step = reportMeasurement(state, report);
          const best = step.state.trials[report.trial]?.progress.best;
          if (step.decision !== state.trials[report.trial]?.decision && step.decision.action === 'stop')
            expect(best).not.toBe(step.state.best);
          state = step.state;
        }
      }),
    );
  });

  it('keeps a stopped trial stopped', () => {
    const rule: PrunerRule = { type: 'threshold', value: 1, at_resource: 1 };
    const stopped = run(createPruner(rule, 'minimize'), [{ trial: 0, resource: 1, value: 5 }]);
    const later = reportMeasurement(stopped.state, { trial: 0, resource: 2, value: 0 });
    expect(later.decision).toEqual(stopped.decisions[0]);
    expect(later.decision.action).toBe('stop');
  });

  it('judges a trial once at a rung, however many better ones come', () => {
    const rule: PrunerRule = { ...promote, mode: 'stop' };
    const reports = [9, 1, 2].map((value, trial) => ({ trial, resource: 1, value }));
    const { state } = run(createPruner(rule, 'minimize'), reports);
    expect(reportMeasurement(state, { trial: 0, resource: 2, value: 9 }).decision).toMatchObject({
      ...{ action: 'continue', reason: 'between_rungs', rung: null },
    });
  });

  it('holds a threshold against the best value by its resource', () => {
    const rule: PrunerRule = { type: 'threshold', value: 0.3, at_resource: 2 };
    const { decisions } = run(createPruner(rule, 'minimize'), [
      { trial: 0, resource: 1, value: 0.2 },
      { trial: 0, resource: 2, value: 0.9 },
    ]);
    expect(decisions[1]).toMatchObject({ action: 'continue', rung: 0, value: 0.2 });
  });

  it('ignores values that are not finite', () => {
    const state = createPruner(promote, 'minimize');
    expect(reportMeasurement(state, { trial: 3, resource: 1, value: NaN }).state).toBe(state);
  });

  it('promotes the best paused trial, once, and lets it report its checkpointed step again', () => {
    const paused = run(createPruner(promote, 'minimize'), [
      { trial: 0, resource: 1, value: 1 },
      { trial: 1, resource: 1, value: 2 },
      { trial: 2, resource: 1, value: 3 },
    ]);
    expect(paused.decisions.map(({ action }) => action)).toEqual(['pause', 'pause', 'pause']);
    const { state, promotions } = promoteTrials(paused.state, 4);
    expect(promotions).toEqual([{ trial: 0, bracket: 0, rung: 0, value: 1, rank: 1, n: 3 }]);
    expect(promoteTrials(state, 4).promotions).toEqual([]);
    expect(reportMeasurement(state, { trial: 0, resource: 1, value: 1 }).decision.action).toBe('continue');
  });

  it('never promotes a paused trial that was ended', () => {
    const reports = [1, 2, 3].map((value, trial) => ({ trial, resource: 1, value }));
    const paused = run(createPruner(promote, 'minimize'), reports);
    expect(promoteTrials(endPaused(paused.state, 0), 4).promotions).toEqual([]);
  });

  it('promotes every eta-th trial at most', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (values) => {
        let state = createPruner(promote, 'minimize');
        let resumed = 0;
        values.forEach((value, trial) => {
          const step = reportMeasurement(state, { trial, resource: 1, value });
          const { state: next, promotions } = promoteTrials(step.state, 1);
          resumed += promotions.length + (step.decision.action === 'continue' ? 1 : 0);
          state = next;
        });
        const arrivals = values.length;
        expect(resumed).toBeLessThanOrEqual(arrivals);
        const going = Object.values(state.cohorts)
          .flat()
          .filter(({ paused }) => !paused).length;
        expect(going).toBe(resumed);
      }),
    );
  });
});
