// The command line of `train.mjs`: one `--name=value` for each setting, checked before any work is done. A sweep writes
// these flags from its parameters (`${args}` in the spec).

/** Every setting: its default and what it may be. `digits` of a number flag are whole numbers only. */
export const SETTINGS = {
  hidden_units: { default: 32, integer: true, min: 1, max: 1024, means: 'width of each hidden layer' },
  hidden_layers: { default: 1, integer: true, min: 1, max: 4, means: 'number of hidden layers' },
  activation: { default: 'relu', choices: ['relu', 'tanh'], means: 'of the hidden units' },
  optimizer: { default: 'adam', choices: ['adam', 'sgd'], means: 'adam, or sgd with momentum' },
  learning_rate: { default: 0.003, above: 0, max: 1000, means: 'size of one update' },
  momentum: { default: 0.9, min: 0, below: 1, means: 'share of the last update kept; beta1 of adam' },
  weight_decay: { default: 0, min: 0, max: 10, means: 'pull of the weights towards zero' },
  dropout: { default: 0, min: 0, below: 1, means: 'share of hidden units switched off in each step' },
  batch_size: { default: 32, integer: true, min: 1, max: 1198, means: 'images in each update' },
  epochs: { default: 27, integer: true, min: 1, max: 10_000, means: 'passes over the training images' },
  seed: { default: 1, integer: true, min: 0, max: 2 ** 48, means: 'of initial weights, order and dropout' },
};

/** What the command line of this script looks like, for `--help`. */
export function usage() {
  const lines = Object.entries(SETTINGS).map(
    ([name, rule]) => `  --${name}=${rule.default}`.padEnd(28) + `${bounds(rule)}; ${rule.means}`,
  );
  return ['node train.mjs [--name=value ...], by default:', ...lines].join('\n');
}

/**
 * Returns the settings that the arguments describe, defaults filled in.
 *
 * @throws {RangeError} with one line for the user if a flag is unknown, given twice, or out of bounds
 */
export function parseSettings(args) {
  const given = new Map();
  for (const arg of args) {
    const [, name, text] = /^--([^=]*)=(.*)$/s.exec(arg) ?? [];
    if (name === undefined) throw new RangeError(`expected --name=value, got ${JSON.stringify(arg)}`);
    if (!Object.hasOwn(SETTINGS, name)) {
      throw new RangeError(`unknown flag --${name}; known are ${Object.keys(SETTINGS).join(', ')}`);
    }
    if (given.has(name)) throw new RangeError(`--${name} is given twice`);
    given.set(name, parseValue(name, text));
  }
  const defaults = Object.entries(SETTINGS).map(([name, rule]) => [name, rule.default]);
  return Object.fromEntries([...defaults, ...given]);
}

function parseValue(name, text) {
  const rule = SETTINGS[name];
  const value = rule.choices ? text : text.trim() === '' ? Number.NaN : Number(text);
  if (!allowed(rule, value)) {
    throw new RangeError(`--${name} must be ${bounds(rule)}, got ${JSON.stringify(text)}`);
  }
  return value;
}

function allowed(rule, value) {
  if (rule.choices) return rule.choices.includes(value);
  const { min = -Infinity, above = -Infinity, max = Infinity, below = Infinity } = rule;
  const inBounds = value >= min && value > above && value <= max && value < below;
  return inBounds && (!rule.integer || Number.isInteger(value));
}

function bounds(rule) {
  if (rule.choices) return `one of ${rule.choices.join(', ')}`;
  const low = rule.min === undefined ? `above ${rule.above}` : `from ${rule.min}`;
  const high = rule.max === undefined ? `below ${rule.below}` : `to ${rule.max}`;
  return `${rule.integer ? 'a whole number' : 'a number'} ${low} ${high}`;
}
