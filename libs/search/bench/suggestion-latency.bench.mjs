// CPU time of one `bayes` suggestion around 100, 500 and 1,000 trials in 20 mixed dimensions, all threads of the process, in a process
// that has suggested before, as an orchestrator's has.
// Needs `npm run build`. Prints p50 and p95 in milliseconds; nothing here passes or fails.
import { suggest } from '../dist/index.js';

const SIZES = [100, 500, 1000];
const WARM_UP = 200;
/** Suggestions measured, half of them before and half after the named number of trials. */
const MEASURED = 60;

const named = (prefix, count, parameter) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, parameter]));
const space = {
  ...named('float', 6, { distribution: 'uniform', min: 0, max: 1 }),
  ...named('log', 6, { distribution: 'log_uniform_values', min: 1e-6, max: 1 }),
  ...named('int', 4, { distribution: 'int_uniform', min: 0, max: 20 }),
  ...named('category', 4, { distribution: 'categorical', values: ['a', 'b', 'c', 'd'] }),
};
const base = { space, objectives: [{ name: 'loss', direction: 'minimize' }], seed: 1, pending: [] };

/** Distance of each parameter from a third of its range. */
function lossOf(parameters) {
  const positions = Object.entries(parameters).map(([name, value]) => {
    if (name.startsWith('float')) return value;
    if (name.startsWith('log')) return 1 + Math.log10(value) / 6;
    return name.startsWith('int') ? value / 20 : 'abcd'.indexOf(value) / 3;
  });
  return positions.reduce((sum, x) => sum + (x - 0.3) ** 2, 0);
}

function observation(number, parameters) {
  return { number, parameters, status: 'finished', values: [lossOf(parameters)] };
}

const percentile = (sorted, p) =>
  sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))].toFixed(1);

/** A sweep that goes on from `from` random trials: CPU milliseconds of each of `calls` suggestions. */
function suggestions(from, calls) {
  const random = suggest({ ...base, method: 'random', history: [], nextNumber: 0, count: from });
  const history = random.suggestions.map(({ parameters }, number) => observation(number, parameters));
  const spent = [];
  let model = null;
  for (let call = 0; call < calls; call++) {
    const number = history.length;
    const before = process.cpuUsage();
    const result = suggest({ ...base, method: 'bayes', history, nextNumber: number, count: 1, model });
    const { user, system } = process.cpuUsage(before);
    model = result.model;
    spent.push((user + system) / 1000);
    history.push(observation(number, result.suggestions[0].parameters));
  }
  return spent;
}

suggestions(50, WARM_UP);
for (const size of SIZES) {
  const spent = suggestions(size - MEASURED / 2, MEASURED);
  spent.sort((a, b) => a - b);
  process.stdout.write(
    `n = ${size}: CPU p50 ${percentile(spent, 0.5)} ms, p95 ${percentile(spent, 0.95)} ms\n`,
  );
}
