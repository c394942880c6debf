/**
 * Sweep specs that must be refused, each with the problem a person must get. The language's own test and the test of hostile
 * requests through a real server both read them.
 */
import { badParameters } from './bad-parameters.js';
import { bad, head } from './bad-spec.js';
import type { BadSpec } from './bad-spec.js';

const metric = 'metric: {name: loss}\n';
const ok = 'parameters: {x: {min: 0.0, max: 1.0}}\n';

/** A valid spec with one more top-level line. */
function key(name: string, line: string, pointer: string, code: string): BadSpec {
  return bad(name, `${head}${metric}${ok}${line}\n`, pointer, code);
}

const texts: readonly BadSpec[] = [
  bad('empty text', '', '', 'spec/type'),
  bad('only a comment', '# nothing\n', '', 'spec/type'),
  bad('a scalar', 'hello', '', 'spec/type'),
  bad('a list', '- a\n- b\n', '', 'spec/type'),
  bad('broken flow', 'method: {random\n', '', 'spec/syntax'),
  bad('broken JSON', '{"method": "random", ', '', 'spec/syntax'),
  bad('tab indentation', 'method: random\nparameters:\n\tx: {value: 1}\n', '', 'spec/syntax'),
  bad('two documents', 'a: 1\n---\nb: 2\n', '', 'spec/syntax'),
  bad('unknown alias', 'method: *nothing\n', '/method', 'spec/alias'),
  bad('duplicate top key', `${head}method: grid\n${ok}`, '/method', 'spec/duplicate-key'),
  bad(
    'duplicate parameter',
    `${head}parameters:\n  x: {value: 1}\n  x: {value: 2}\n`,
    '/parameters/x',
    'spec/duplicate-key',
  ),
  bad(
    'duplicate JSON key',
    '{"method":"random","method":"grid","parameters":{"x":{"value":1}}}',
    '/method',
    'spec/duplicate-key',
  ),
  bad(
    'prototype key',
    `${head}parameters: {__proto__: {value: 1}}\n`,
    '/parameters/__proto__',
    'spec/reserved-key',
  ),
  bad(
    'prototype key at the top',
    '{"__proto__": {"method": "grid"}, "parameters": {}}',
    '/__proto__',
    'spec/reserved-key',
  ),
  bad(
    'constructor as parameter',
    `${head}parameters: {constructor: {value: 1}}\n`,
    '/parameters/constructor',
    'spec/reserved-key',
  ),
  bad(
    'constructor inside a value',
    `${head}parameters: {x: {value: {constructor: 1}}}\n`,
    '/parameters/x/value/constructor',
    'spec/reserved-key',
  ),
  bad(
    'python tag',
    `${head}parameters: {x: {value: !!python/object:os.system [ls]}}\n`,
    '/parameters/x/value',
    'spec/tag',
  ),
  bad('custom tag', `${head}parameters: {x: {value: !secret a}}\n`, '/parameters/x/value', 'spec/tag'),
  bad('NUL character', 'method: "ran\u0000dom"\n', '', 'spec/control-character'),
  bad('escape character', 'method: random # \u001b[31m\n', '', 'spec/control-character'),
  bad('escaped NUL', `${head}${ok}name: "a\\0b"\n`, '/name', 'spec/control-character'),
  bad(
    'lone surrogate',
    `{"method":"random","name":"\\ud800","parameters":{"x":{"value":1}}}`,
    '/name',
    'spec/control-character',
  ),
  bad(
    'bidirectional override in a key',
    `${head}parameters: {"a\u202eb": {value: 1}}\n`,
    '/parameters/a\u202eb',
    'spec/control-character',
  ),
  bad('a list as key', `${head}? [a, b]\n: 1\n${ok}`, '', 'spec/key'),
  bad('merge of a number', `${head}<<: 3\n${ok}`, '', 'spec/merge'),
  bad(
    'deep flow',
    `${head}parameters: {x: {value: ${'['.repeat(500)}${']'.repeat(500)}}}\n`,
    '',
    'spec/too-deep',
  ),
  bad(
    'deep block',
    `${head}parameters:\n  x:\n    value:\n${Array.from({ length: 100 }, (_, n) => `${' '.repeat(6 + n)}a:`).join('\n')} 1\n`,
    '',
    'spec/too-deep',
  ),
  bad(
    'deep dashes',
    `${head}parameters: {x: {value: 1}}\ntags:\n  ${'- '.repeat(1000)}a\n`,
    '',
    'spec/too-deep',
  ),
  bad('unclosed brackets', '['.repeat(100_000), '', 'spec/too-deep'),
  bad(
    'a YAML bomb',
    `a: &a [x, x, x, x, x, x, x, x, x]\n${'bcdefgh'
      .split('')
      .map(
        (c, n) =>
          `${c}: &${c} [${Array(9)
            .fill(`*${'abcdefgh'.charAt(n)}`)
            .join(', ')}]\n`,
      )
      .join('')}`,
    '',
    'spec/too-many-values',
  ),
  bad('an alias inside itself', 'a: &a {b: *a}\n', `/a${'/b'.repeat(16)}`, 'spec/too-deep'),
  bad(
    'too many values',
    `${head}parameters: {x: {values: [${Array.from({ length: 10_001 }, (_, n) => n).join(',')}]}}\n`,
    '/parameters/x/values',
    'spec/too-many-values',
  ),
  bad(
    'a million list entries',
    `${head}parameters: {x: {values: [${'1,'.repeat(500_000)}1]}}\n`,
    '',
    'spec/too-many-values',
  ),
  bad(
    'too many parameters',
    `${head}parameters:\n${Array.from({ length: 1_001 }, (_, n) => `  p${n}: {value: 1}`).join('\n')}\n`,
    '/parameters',
    'spec/too-many-parameters',
  ),
];

const methods: readonly BadSpec[] = [
  bad('no method', `program: a\n${ok}`, '/method', 'spec/required'),
  bad('mistyped method', `method: rndom\nprogram: a\n${ok}`, '/method', 'spec/not-one-of'),
  bad('method of wrong type', `method: 3\nprogram: a\n${ok}`, '/method', 'spec/not-one-of'),
  bad('custom method', `method: custom\nprogram: a\n${ok}`, '/method', 'spec/not-one-of'),
  bad('no parameters', head, '/parameters', 'spec/required'),
  bad('empty parameters', `${head}parameters: {}\n`, '/parameters', 'spec/no-parameters'),
  bad('null parameters', `${head}parameters:\n`, '/parameters', 'spec/type'),
  bad('parameters as a list', `${head}parameters: [x]\n`, '/parameters', 'spec/type'),
  bad('bayes without metric', `method: bayes\nprogram: a\n${ok}`, '/metric', 'spec/metric-required'),
  bad('tpe without metric', `method: tpe\nprogram: a\n${ok}`, '/metric', 'spec/metric-required'),
  bad(
    'early_terminate without metric',
    `${head}${ok}early_terminate: {type: hyperband, min_iter: 3}\n`,
    '/metric',
    'spec/metric-required',
  ),
  bad('grid over uniform', `method: grid\nprogram: a\n${ok}`, '/parameters/x', 'spec/grid-continuous'),
  bad(
    'grid over normal',
    'method: grid\nprogram: a\nparameters: {x: {distribution: normal}}\n',
    '/parameters/x',
    'spec/grid-continuous',
  ),
  bad(
    'grid with probabilities',
    'method: grid\nprogram: a\nparameters: {x: {values: [1, 2], probabilities: [0.5, 0.5]}}\n',
    '/parameters/x',
    'spec/grid-continuous',
  ),
  bad(
    'grid over a nested continuous one',
    'method: grid\nprogram: a\nparameters: {g: {parameters: {x: {min: 0.0, max: 1.0}}}}\n',
    '/parameters/g/parameters/x',
    'spec/grid-continuous',
  ),
];

const keys: readonly BadSpec[] = [
  key('mistyped key', 'runcap: 3', '/runcap', 'spec/unknown-key'),
  key('unknown key', 'colour: blue', '/colour', 'spec/unknown-key'),
  key('W&B’s settings', 'settings: {a: 1}', '/settings', 'spec/unknown-key'),
  key('run_cap of zero', 'run_cap: 0', '/run_cap', 'spec/too-small'),
  key('run_cap of text', 'run_cap: many', '/run_cap', 'spec/type'),
  key('fractional run_cap', 'run_cap: 2.5', '/run_cap', 'spec/not-integer'),
  key('program of wrong type', 'working_dir: [a]', '/working_dir', 'spec/type'),
  key('command as text', 'command: python train.py', '/command', 'spec/type'),
  key('command with an object', 'command: [python, {a: 1}]', '/command/1', 'spec/type'),
  key('name as a number', 'name: 3', '/name', 'spec/type'),
  key('metrics beside metric', 'metrics: [{name: a}, {name: b}]', '/metrics', 'spec/conflict'),
  key('foreign scheduler', 'scheduler: {engine: optuna}', '/scheduler/engine', 'spec/not-one-of'),
  key('unknown controller', 'controller: {type: remote}', '/controller/type', 'spec/not-one-of'),
  key('mistyped budget key', 'budget: {max_trails: 3}', '/budget/max_trails', 'spec/unknown-key'),
  key('budget as a number', 'budget: 20', '/budget', 'spec/type'),
  key('max_trials of zero', 'budget: {max_trials: 0}', '/budget/max_trials', 'spec/too-small'),
  key('negative max_cost', 'budget: {max_cost: -5}', '/budget/max_cost', 'spec/too-small'),
  key('max_cost with a currency sign', 'budget: {max_cost: "$20"}', '/budget/max_cost', 'spec/format'),
  key('max_cost with seven digits', 'budget: {max_cost: "1.0000001"}', '/budget/max_cost', 'spec/format'),
  key('max_cost of zero', 'budget: {max_cost: "0"}', '/budget/max_cost', 'spec/format'),
  key('unknown currency', 'budget: {max_cost: 5, currency: dollars}', '/budget/currency', 'spec/format'),
  key(
    'duration without a unit',
    'budget: {max_wall_clock: "two hours"}',
    '/budget/max_wall_clock',
    'spec/format',
  ),
  key('duration of nothing', 'budget: {max_wall_clock: 0}', '/budget/max_wall_clock', 'spec/too-small'),
  key('unknown on_exhaust', 'budget: {on_exhaust: explode}', '/budget/on_exhaust', 'spec/not-one-of'),
  key('no trials at once', 'parallel: 0', '/parallel', 'spec/too-small'),
  key('mistyped parallel', 'paralel: 3', '/paralel', 'spec/unknown-key'),
  key('gpus as text', 'resources: {gpus: all}', '/resources/gpus', 'spec/type'),
  key('half a slot', 'resources: {gpus: 0.5}', '/resources/gpus', 'spec/not-integer'),
  key('pool with a slash', 'resources: {pool: a/b}', '/resources/pool', 'spec/format'),
  key('negative seed', 'seed: -1', '/seed', 'spec/too-small'),
  key('negative retries', 'retries: {user: -1}', '/retries/user', 'spec/too-small'),
  key('unknown retry class', 'retries: {network: 1}', '/retries/network', 'spec/unknown-key'),
  key('priority out of range', 'priority: 1000', '/priority', 'spec/too-big'),
  key('unknown signal', 'checkpoint_signal: SIGKILL', '/checkpoint_signal', 'spec/not-one-of'),
  key('environment name with a dash', 'env: {MY-VAR: a}', '/env/MY-VAR', 'spec/env-name'),
  key('environment of the agent', 'env: {SWATH_TOKEN: a}', '/env/SWATH_TOKEN', 'spec/env-name'),
  key('environment as a list', 'env: [A=1]', '/env', 'spec/type'),
  key('tags as text', 'tags: a', '/tags', 'spec/type'),
  key('point outside the bounds', 'points: [{x: 5}]', '/points/0/x', 'spec/point'),
  key('point with an unknown name', 'points: [{z: 5}]', '/points/0/z', 'spec/unknown-parameter'),
  key('constraint of wrong type', 'constraints: [3]', '/constraints/0', 'spec/type'),
  bad('metric without name', `${head}${ok}metric: {goal: minimize}\n`, '/metric/name', 'spec/required'),
  bad('metric as text', `${head}${ok}metric: loss\n`, '/metric', 'spec/type'),
  bad('mistyped goal', `${head}${ok}metric: {name: a, goal: minimise}\n`, '/metric/goal', 'spec/not-one-of'),
  bad('target as text', `${head}${ok}metric: {name: a, target: low}\n`, '/metric/target', 'spec/type'),
  bad(
    'unknown metric key',
    `${head}${ok}metric: {name: a, gaol: minimize}\n`,
    '/metric/gaol',
    'spec/unknown-key',
  ),
  bad(
    'metric given twice',
    `${head}${ok}metrics: [{name: a}, {name: a}]\n`,
    '/metrics/1/name',
    'spec/conflict',
  ),
  bad(
    'pruning by two metrics',
    `${head}${ok}metrics: [{name: a}, {name: b}]\nearly_terminate: {type: asha}\n`,
    '/early_terminate',
    'spec/conflict',
  ),
  key('early_terminate as text', 'early_terminate: hyperband', '/early_terminate', 'spec/type'),
  key(
    'early_terminate without type',
    'early_terminate: {min_iter: 3}',
    '/early_terminate/type',
    'spec/required',
  ),
  key('unknown rule', 'early_terminate: {type: hyperbnad}', '/early_terminate/type', 'spec/not-one-of'),
  key(
    'hyperband without fields',
    'early_terminate: {type: hyperband}',
    '/early_terminate/min_iter',
    'spec/required',
  ),
  key(
    'hyperband with max_iter only',
    'early_terminate: {type: hyperband, max_iter: 27}',
    '/early_terminate/s',
    'spec/required',
  ),
  key(
    'hyperband of two kinds',
    'early_terminate: {type: hyperband, min_iter: 1, max_resource: 9}',
    '/early_terminate',
    'spec/conflict',
  ),
  key(
    'eta of one',
    'early_terminate: {type: hyperband, min_iter: 1, eta: 1}',
    '/early_terminate/eta',
    'spec/too-small',
  ),
  key(
    'min_iter of zero',
    'early_terminate: {type: hyperband, min_iter: 0}',
    '/early_terminate/min_iter',
    'spec/too-small',
  ),
  key(
    'fractional s',
    'early_terminate: {type: hyperband, max_iter: 9, s: 1.5}',
    '/early_terminate/s',
    'spec/not-integer',
  ),
  key(
    'asha bounds',
    'early_terminate: {type: asha, min_resource: 9, max_resource: 3}',
    '/early_terminate/min_resource',
    'spec/bounds',
  ),
  key(
    'unknown asha key',
    'early_terminate: {type: asha, eta: 3}',
    '/early_terminate/eta',
    'spec/unknown-key',
  ),
  key(
    'unknown asha mode',
    'early_terminate: {type: asha, mode: kill}',
    '/early_terminate/mode',
    'spec/not-one-of',
  ),
  key(
    'threshold without value',
    'early_terminate: {type: threshold, at_resource: 3}',
    '/early_terminate/value',
    'spec/required',
  ),
  key(
    'patience without patience',
    'early_terminate: {type: patience}',
    '/early_terminate/patience',
    'spec/required',
  ),
];

/** Every bad spec. */
export const badSpecs: readonly BadSpec[] = [...texts, ...methods, ...badParameters, ...keys];
