/**
 * Generated search spaces for property tests: every distribution, nested groups, conditions on earlier lists. Specs of the space
 * and of the searchers draw from here.
 */
import type { Json, LeafParameter, Parameter, SearchSpace } from '@swath/contracts';
import fc from 'fast-check';

const scalar = fc.constantFrom<Json>(false, 0, '', null, true, 1, '1', 'a', 0.5, -3);
const list = fc.uniqueArray(scalar, { minLength: 1, maxLength: 4, comparator: (a, b) => Object.is(a, b) });
const ordered = fc
  .uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 3, maxLength: 6 })
  .map((values) => values.sort((a, b) => a - b));
const bounds = fc
  .tuple(fc.integer({ min: -20, max: 20 }), fc.integer({ min: 1, max: 30 }))
  .map(([min, width]) => ({ min, max: min + width }));
const positive = fc
  .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 500 }))
  .map(([min, width]) => ({ min: min / 10, max: (min + width) / 10 }));
const step = fc.constantFrom(1, 2, 0.5, 0.1);
const moments = { mu: fc.integer({ min: -2, max: 2 }), sigma: fc.constantFrom(0.5, 1, 2) };
const shape = { a: fc.constantFrom(0.5, 1, 3), b: fc.constantFrom(0.5, 2, 5) };

/** A parameter with finitely many values that a grid accepts. */
export const anyGridLeaf: fc.Arbitrary<LeafParameter> = fc.oneof(
  scalar.map((value) => ({ distribution: 'constant' as const, value })),
  list.map((values) => ({ distribution: 'categorical' as const, values })),
  ordered.map((values) => ({ distribution: 'categorical' as const, values })),
  fc
    .integer({ min: 1, max: 4 })
    .map((width) => ({ distribution: 'int_uniform' as const, min: -1, max: width - 1 })),
  fc
    .integer({ min: 1, max: 4 })
    .map((width) => ({ distribution: 'q_uniform' as const, min: 0, max: width, q: 1 })),
);

/** A parameter of any distribution. */
export const anyLeaf: fc.Arbitrary<LeafParameter> = fc.oneof(
  anyGridLeaf,
  list.map((values) => ({
    distribution: 'categorical_w_probabilities' as const,
    values,
    probabilities: values.map(() => 1 / values.length),
  })),
  bounds.map((range) => ({ distribution: 'int_uniform' as const, ...range })),
  bounds.map((range) => ({ distribution: 'uniform' as const, ...range })),
  fc.tuple(bounds, step).map(([range, q]) => ({ distribution: 'q_uniform' as const, ...range, q })),
  positive.map((range) => ({ distribution: 'log_uniform_values' as const, ...range })),
  positive.map((range) => ({ distribution: 'inv_log_uniform_values' as const, ...range })),
  fc
    .tuple(positive, step)
    .map(([range, q]) => ({ distribution: 'q_log_uniform_values' as const, ...range, q })),
  fc.constantFrom('log_uniform' as const, 'inv_log_uniform' as const).map((distribution) => ({
    distribution,
    min: -2,
    max: 3,
  })),
  step.map((q) => ({ distribution: 'q_log_uniform' as const, min: -1, max: 3, q })),
  fc.record({ distribution: fc.constantFrom('normal' as const, 'log_normal' as const), ...moments }),
  fc.record({
    distribution: fc.constantFrom('q_normal' as const, 'q_log_normal' as const),
    ...moments,
    q: step,
  }),
  fc.record({ distribution: fc.constant('beta' as const), ...shape }),
  fc.record({ distribution: fc.constant('q_beta' as const), ...shape, q: fc.constantFrom(0.1, 0.25) }),
);

/**
 * A space of up to `most` parameters from `leaf`. Some depend on a list before them, some sit in a group.
 */
export function anySpace(leaf: fc.Arbitrary<LeafParameter>, most = 6): fc.Arbitrary<SearchSpace> {
  const drafts = fc.array(fc.tuple(leaf, fc.nat(), fc.nat(), fc.boolean()), {
    minLength: 1,
    maxLength: most,
  });
  return drafts.map((list) => {
    const space: Record<string, Parameter> = {};
    const group: Record<string, Parameter> = {};
    const parents: { path: string; values: readonly Json[] }[] = [];
    list.forEach(([parameter, pick, value, nested], index) => {
      // Names run backwards, so that most parents sort after the parameters that depend on them.
      const name = String.fromCharCode(122 - index);
      const parent = pick % 3 === 0 ? parents[pick % Math.max(1, parents.length)] : undefined;
      const when = parent && { [parent.path]: [parent.values[value % parent.values.length]] };
      (nested ? group : space)[name] = { ...parameter, ...(when && { when }) };
      if (parameter.distribution === 'categorical') {
        parents.push({ path: nested ? `m.${name}` : name, values: parameter.values });
      }
    });
    return Object.keys(group).length === 0 ? space : { ...space, m: { parameters: group } };
  });
}
