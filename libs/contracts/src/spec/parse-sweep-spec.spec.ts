import { badSpecs } from '@swath/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../errors.js';
import type { SweepSpec } from '../sweep-spec.js';
import { parseSweepSpec } from './parse-sweep-spec.js';
import { sweepSpecJsonSchema } from './sweep-spec-json-schema.js';

function accepted(input: unknown): SweepSpec {
  const result = parseSweepSpec(input);
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 2));
  return result.spec;
}

function warnings(input: unknown): string[] {
  const result = parseSweepSpec(input);
  return result.ok ? result.warnings.map(({ pointer, code }) => `${code} ${pointer}`) : ['refused'];
}

const run = 'program: train.py\n';

describe('a spec that cannot run', () => {
  it('is one of at least 120', () => {
    expect(badSpecs.length).toBeGreaterThanOrEqual(120);
    expect(new Set(badSpecs.map(({ name }) => name)).size).toBe(badSpecs.length);
  });

  it.each(badSpecs)('$name', ({ text, pointer, code }) => {
    const result = parseSweepSpec(text);
    expect(result.ok).toBe(false);
    const problems = result.ok ? [] : result.problems;
    expect(problems).toContainEqual(expect.objectContaining({ pointer, code }));
    for (const problem of problems) {
      expect(problem.detail.length).toBeGreaterThan(10);
      expect(problem.detail.length).toBeLessThan(1_200);
    }
  });

  it('gets all its problems at once, each with its place', () => {
    const result = parseSweepSpec(
      'method: bayse\nparameters:\n  lr: {min: 3, max: 1}\n  wd: {vales: [1]}\nrunn_cap: 3\n',
    );
    expect(
      result.ok ? [] : result.problems.map(({ pointer, line, column }) => [pointer, line, column]),
    ).toEqual([
      ['/method', 1, 1],
      ['/runn_cap', 5, 1],
      ['/parameters/lr/min', 3, 8],
      ['/parameters/wd', 4, 3],
    ]);
  });

  it('is told the near miss of a mistyped word', () => {
    const result = parseSweepSpec('method: rndom\nparalell: 2\nparameters: {x: {value: 1}}\n');
    const details = result.ok ? [] : result.problems.map(({ detail }) => detail);
    expect(details.join(' ')).toContain('"random"');
    expect(details.join(' ')).toContain('"parallel"');
  });

  it('is refused as a value of any kind', () => {
    for (const value of [null, undefined, 3, true, [], () => 1, Symbol('x'), new Map()]) {
      expect(parseSweepSpec(value).ok).toBe(false);
    }
  });

  it('does not crash the parser, whatever the text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '[', '{', '&', '*', '"', '?', '!') }),
        ),
        (text) => {
          expect(typeof parseSweepSpec(text).ok).toBe('boolean');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a sweep file of W&B', () => {
  it('infers distributions as W&B does', () => {
    const { parameters } = accepted(`${run}method: random
parameters:
  a: {value: 3}
  b: {values: [1, two, true, null, [1], {k: v}]}
  c: {values: [x, y], probabilities: [0.3, 0.7]}
  d: {min: 1, max: 5}
  e: {min: 1.0, max: 5.0}
  f: {parameters: {g: {min: 0.0, max: 0.5}}}
`);
    expect(parameters).toEqual({
      a: { distribution: 'constant', value: 3 },
      b: { distribution: 'categorical', values: [1, 'two', true, null, [1], { k: 'v' }] },
      c: { distribution: 'categorical_w_probabilities', values: ['x', 'y'], probabilities: [0.3, 0.7] },
      d: { distribution: 'int_uniform', min: 1, max: 5 },
      e: { distribution: 'uniform', min: 1, max: 5 },
      f: { parameters: { g: { distribution: 'uniform', min: 0, max: 0.5 } } },
    });
  });

  it.each([
    ['uniform', '{distribution: uniform, min: 0, max: 1}', { min: 0, max: 1 }],
    ['q_uniform', '{distribution: q_uniform, min: 0, max: 10}', { min: 0, max: 10, q: 1 }],
    ['log_uniform_values', '{distribution: log_uniform_values, min: 0.001, max: 1}', { min: 0.001, max: 1 }],
    [
      'q_log_uniform_values',
      '{distribution: q_log_uniform_values, min: 1, max: 100, q: 2}',
      { min: 1, max: 100, q: 2 },
    ],
    [
      'inv_log_uniform_values',
      '{distribution: inv_log_uniform_values, min: 0.1, max: 1}',
      { min: 0.1, max: 1 },
    ],
    ['log_uniform', '{distribution: log_uniform, min: -5, max: 0}', { min: -5, max: 0 }],
    ['q_log_uniform', '{distribution: q_log_uniform, min: 0, max: 5}', { min: 0, max: 5, q: 1 }],
    ['inv_log_uniform', '{distribution: inv_log_uniform, min: -5, max: 0}', { min: -5, max: 0 }],
    ['normal', '{distribution: normal}', { mu: 0, sigma: 1 }],
    ['q_normal', '{distribution: q_normal, mu: 3}', { mu: 3, sigma: 1, q: 1 }],
    ['log_normal', '{distribution: log_normal, sigma: 0.5}', { mu: 0, sigma: 0.5 }],
    ['q_log_normal', '{distribution: q_log_normal}', { mu: 0, sigma: 1, q: 1 }],
    ['beta', '{distribution: beta, a: 2}', { a: 2, b: 1 }],
    ['q_beta', '{distribution: q_beta, q: 0.1}', { a: 1, b: 1, q: 0.1 }],
  ])('keeps %s with the defaults of W&B', (distribution, definition, expected) => {
    const { parameters } = accepted(`${run}method: random\nparameters: {x: ${definition}}\n`);
    expect(parameters['x']).toEqual({ distribution, ...expected });
  });

  it.each([
    ['{type: hyperband, min_iter: 3}', { min_iter: 3, eta: 3, strict: true }],
    ['{type: hyperband, max_iter: 27, s: 2, eta: 3}', { max_iter: 27, s: 2, eta: 3, strict: true }],
    ['{type: hyperband, min_iter: 5, eta: 2, strict: false}', { min_iter: 5, eta: 2, strict: false }],
  ])('gets W&B’s own rule for %s', (rule, expected) => {
    const spec = accepted(
      `${run}method: bayes\nmetric: {name: loss}\nparameters: {x: {value: 1}}\nearly_terminate: ${rule}\n`,
    );
    expect(spec.early_terminate).toEqual({ type: 'wandb_hyperband', ...expected });
  });

  it('gets Hyperband of the paper with Swath’s fields', () => {
    const spec = accepted(
      `${run}method: random\nmetric: {name: loss}\nparameters: {x: {value: 1}}\nearly_terminate: {type: hyperband, max_resource: 27}\n`,
    );
    expect(spec.early_terminate).toEqual({
      type: 'hyperband',
      min_resource: 1,
      max_resource: 27,
      reduction_factor: 3,
    });
  });

  it('keeps metric, run_cap and command', () => {
    const spec = accepted(`
method: bayes
program: train.py
name: my sweep
run_cap: 40
metric: {name: val/acc, goal: maximize, target: 0.99, impute: best, impute_while_running: latest}
command: ['\${env}', '\${interpreter}', '\${program}', --flag, 3, true, '\${args}']
entity: me
project: p
parameters: {x: {values: [1]}}
`);
    expect(spec.objectives).toEqual([
      {
        name: 'val/acc',
        goal: 'maximize',
        target: 0.99,
        impute: 'best',
        impute_while_running: 'latest',
        value: 'best',
      },
    ]);
    expect(spec.budget.max_trials).toBe(40);
    expect(spec.command).toEqual([
      '${env}',
      '${interpreter}',
      '${program}',
      '--flag',
      '3',
      'True',
      '${args}',
    ]);
    expect(spec.ignored).toEqual({ entity: 'me', project: 'p' });
  });

  it('reads scalars as PyYAML does', () => {
    const { parameters } = accepted(`${run}method: random
parameters: {x: {values: [yes, off, 0x1F, 017, 1_000, 1e-3, 1.0e-3, .5, '1', ~, 1:30, 1.0e3]}}
`);
    expect(parameters['x']).toMatchObject({
      values: [true, false, 31, 15, 1000, '1e-3', 0.001, 0.5, '1', null, 90, '1.0e3'],
    });
  });

  it('reads an exponent without a dot as a number where only numbers make sense, with a warning', () => {
    const text = `${run}method: random\nbudget: {max_trials: 1}\nparameters: {lr: {distribution: log_uniform_values, min: 1e-5, max: 1e-1}}\n`;
    expect(accepted(text).parameters['lr']).toEqual({
      distribution: 'log_uniform_values',
      min: 1e-5,
      max: 0.1,
    });
    expect(warnings(text)).toEqual([
      'spec/number-as-text /parameters/lr/min',
      'spec/number-as-text /parameters/lr/max',
    ]);
  });

  it('follows anchors, aliases and merge keys', () => {
    const { parameters } = accepted(`${run}method: random
parameters:
  a: &range {min: 0.0, max: 1.0}
  b: *range
  c: {<<: *range, max: 2.0}
`);
    expect(parameters['b']).toEqual(parameters['a']);
    expect(parameters['c']).toEqual({ distribution: 'uniform', min: 0, max: 2 });
  });

  it('may come as JSON, indented with tabs', () => {
    const text =
      '{\n\t"method": "random",\n\t"program": "a",\n\t"parameters": {\n\t\t"x": {"min": 1e-3, "max": 1.0}\n\t}\n}';
    expect(accepted(text).parameters['x']).toEqual({ distribution: 'uniform', min: 0.001, max: 1 });
  });

  it('warns where W&B warns or a person could be surprised', () => {
    expect(
      warnings(
        'method: random\nparameters: {x: {distribution: log_uniform, min: -3, max: 0}}\ncontroller: {type: local}\n',
      ),
    ).toEqual([
      'spec/deprecated-distribution /parameters/x/distribution',
      'spec/ignored-key /controller',
      'spec/no-program /program',
      'spec/unbounded /budget',
    ]);
  });
});

describe('Swath’s own keys', () => {
  it('are read with their units and defaults', () => {
    const spec = accepted(`${run}method: tpe
metric: {name: loss, value: last, resource: epoch}
parameters:
  opt: {values: [sgd, adam]}
  momentum: {min: 0.0, max: 0.99, when: {opt: sgd}}
points: [{opt: sgd, momentum: 0.9}]
constraints: ['momentum < 0.95']
budget: {max_cost: 12.5, currency: EUR, max_gpu_hours: "3", max_wall_clock: 1h30m, max_trial_duration: 90, max_cost_per_trial: 0.250, max_consecutive_initial_failures: 3, on_exhaust: kill}
parallel: 8
resources: {pool: a100, gpus: 2}
retries: {user: 2}
seed: 7
priority: -5
env: {LEVEL: 3, NAME: x}
checkpoint_signal: SIGUSR1
early_terminate: {type: asha, max_resource: 81}
`);
    expect(spec).toMatchObject({
      objectives: [{ name: 'loss', goal: 'minimize', value: 'last', resource: 'epoch' }],
      budget: {
        max_cost: '12.5',
        currency: 'EUR',
        max_gpu_hours: '3',
        max_wall_clock: 5400,
        max_trial_duration: 90,
        max_cost_per_trial: '0.25',
        max_consecutive_initial_failures: 3,
        on_exhaust: 'kill',
      },
      resources: { pool: 'a100', gpus: 2 },
      retries: { infrastructure: 3, preemption: 10, user: 2 },
      env: { LEVEL: '3', NAME: 'x' },
      early_terminate: {
        type: 'asha',
        min_resource: 1,
        max_resource: 81,
        reduction_factor: 3,
        brackets: 1,
        mode: 'stop',
      },
      priority: -5,
    });
    expect(spec.parameters['momentum']).toMatchObject({ when: { opt: ['sgd'] } });
  });

  it('reads a spec inside a request with its own pointers and the numbers as written', () => {
    const body =
      '{"project": "p", "spec": {"method": "random", "program": "a", "parameters": {"x": {"min": 1.0, "max": 2.0}, "y": {"min": 2, "max": 1}}}}';
    const result = parseSweepSpec(body, { member: 'spec' });
    expect(result.ok ? [] : result.problems).toMatchObject([{ pointer: '/parameters/y/min', line: 1 }]);
  });
});

const name = fc
  .stringMatching(/^[a-z][a-z0-9_]{0,8}$/)
  .filter((text) => text !== 'constructor' && text !== 'prototype');
const value = fc.oneof(
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.stringMatching(/^[a-z]{1,5}$/),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((n) => n + 0),
);
const leaf = fc.oneof(
  value.map((v) => ({ value: v })),
  fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => ({ values })),
  fc
    .tuple(fc.integer({ min: -100, max: 0 }), fc.integer({ min: 1, max: 100 }))
    .map(([min, max]) => ({ min, max })),
  fc.constant({ distribution: 'q_normal', q: 0.5 }),
);
const space = fc.dictionary(name, leaf, { minKeys: 1, maxKeys: 6 });

describe('a resolved spec', () => {
  it('parses to itself, as text and as an object', () => {
    fc.assert(
      fc.property(space, fc.option(fc.integer({ min: 1, max: 1e6 })), (parameters, cap) => {
        const spec = accepted({
          method: 'random',
          program: 'a',
          parameters,
          ...(cap === null ? {} : { run_cap: cap }),
        });
        expect(accepted(JSON.stringify(spec))).toEqual(spec);
        expect(accepted(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps its objectives and ignored keys', () => {
    const spec = accepted(
      `${run}method: nsga2\nmetrics: [{name: a}, {name: b, goal: maximize}]\nentity: me\nparameters: {x: {min: 0, max: 3}}\n`,
    );
    expect(accepted(JSON.stringify(spec))).toEqual(spec);
  });
});

describe('the published schema', () => {
  it('has every key with its bounds and defaults', () => {
    const schema = JSON.parse(JSON.stringify(sweepSpecJsonSchema()));
    expect(schema.required).toEqual(['method', 'parameters']);
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.priority).toMatchObject({ default: 0, minimum: -100, maximum: 100 });
    expect(JSON.stringify(schema)).toContain('log_uniform_values');
    expect(schema.properties).not.toHaveProperty('ignored');
  });
});

it('refuses with codes of the catalogue at the HTTP level', () => {
  expect(errorCatalogue['spec/invalid'].status).toBe(422);
});
