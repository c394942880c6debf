/** Generated rules and report sequences for the property tests of `src/fidelity`; used by its specs only. */
import fc from 'fast-check';
import type { PrunerRule } from '../src/fidelity/rule.js';
import type { TrialMeasured } from '../src/fidelity/pruner-state.js';

const eta = fc.constantFrom(2, 2.5, 3, 4);
const minResource = fc.constantFrom(0.5, 1, 2, 5);

const anyAsha: fc.Arbitrary<PrunerRule> = fc.record({
  type: fc.constant('asha' as const),
  min_resource: minResource,
  reduction_factor: eta,
  brackets: fc.integer({ min: 1, max: 3 }),
  mode: fc.constantFrom('stop' as const, 'promote' as const),
});

/** Every kind of rule with usual settings. */
export const anyRule: fc.Arbitrary<PrunerRule> = fc.oneof(
  anyAsha,
  fc.record({
    type: fc.constant('hyperband' as const),
    min_resource: minResource,
    max_resource: fc.integer({ min: 6, max: 300 }),
    reduction_factor: eta,
  }),
  fc.record({
    type: fc.constant('wandb_hyperband' as const),
    min_iter: fc.integer({ min: 1, max: 5 }),
    eta: fc.constantFrom(1.2, 2, 3),
    strict: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('median' as const),
    grace_resource: fc.nat(5),
    min_trials: fc.integer({ min: 1, max: 4 }),
    interval: fc.constantFrom(0.1, 1, 3),
  }),
  fc.record({
    type: fc.constant('patience' as const),
    patience: fc.integer({ min: 1, max: 4 }),
    min_delta: fc.constantFrom(0, 0.5),
    grace_resource: fc.nat(4),
  }),
  fc.record({
    type: fc.constant('threshold' as const),
    value: fc.integer({ min: -3, max: 3 }),
    at_resource: fc.integer({ min: 1, max: 6 }),
  }),
);

/** Measurements of a few trials, each trial's in order of resource, interleaved; few distinct values, so ties are common. */
export const anyReports: fc.Arbitrary<TrialMeasured[]> = fc
  .array(fc.record({ trial: fc.nat(7), value: fc.integer({ min: -4, max: 4 }) }), { maxLength: 80 })
  .map((entries) => {
    const steps = new Map<number, number>();
    return entries.map(({ trial, value }) => {
      const resource = (steps.get(trial) ?? 0) + 1;
      steps.set(trial, resource);
      return { trial, resource, value };
    });
  });
