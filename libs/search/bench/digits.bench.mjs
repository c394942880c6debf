// Bayesian search against random search on the digits example, at equal trials, sequentially, over ten seeds: what a user sees of a better
// searcher. Trains for real; several minutes. Run after a build: node libs/search/bench/digits.bench.mjs [seeds] [trials]
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSweepSpec } from '@swath/contracts';
import { suggest } from '@swath/search';

const folder = fileURLToPath(new URL('../../../examples/digits/', import.meta.url));
const [seeds = 10, trials = 20] = process.argv.slice(2).map(Number);
const parsed = parseSweepSpec(readFileSync(`${folder}bayes.yaml`, 'utf8'));
if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
const { spec } = parsed;

/**
 * Best validation loss of one training: its best epoch.
 *
 * @param {Record<string, unknown>} parameters
 */
function train(parameters) {
  const flags = Object.entries(parameters).map(([name, value]) => `--${name}=${value}`);
  const output = execFileSync(process.execPath, ['train.mjs', ...flags], { cwd: folder, encoding: 'utf8' });
  const losses = output
    .trim()
    .split('\n')
    .map((line) => Number(JSON.parse(line).val_loss))
    .filter(Number.isFinite);
  return losses.length === 0 ? null : Math.min(...losses);
}

/**
 * Best value after `trials` sequential trials.
 *
 * @param {'bayes' | 'random'} method
 * @param {number} seed
 */
function search(method, seed) {
  const history = [];
  let model = null;
  for (let number = 0; number < trials; number += 1) {
    const result = suggest({
      space: spec.parameters,
      objectives: [{ name: 'val_loss', direction: 'minimize' }],
      method,
      seed,
      history,
      pending: [],
      nextNumber: number,
      count: 1,
      budget: trials,
      model,
    });
    model = result.model;
    const { parameters } = result.suggestions[0];
    const value = train(parameters);
    history.push({ number, parameters, status: value === null ? 'failed' : 'finished', values: [value] });
  }
  return Math.min(...history.flatMap(({ values }) => values.filter((value) => value !== null)));
}

let wins = 0;
for (let seed = 1; seed <= seeds; seed += 1) {
  const bayes = search('bayes', seed);
  const random = search('random', seed);
  if (bayes < random) wins += 1;
  console.log(
    `seed ${seed}  bayes ${bayes.toFixed(4)}  random ${random.toFixed(4)}  ${bayes < random ? 'bayes' : 'random'}`,
  );
}
console.log(`bayes better in ${wins} of ${seeds} seeds at ${trials} trials`);
