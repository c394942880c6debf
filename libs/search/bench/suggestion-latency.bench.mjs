// CPU time of one `bayes` suggestion after 100, 500 and 1,000 trials in 20 mixed dimensions, all threads of the process.
// Needs `npm run build`. Prints p50 and p95 in milliseconds; nothing here passes or fails.
import { suggest } from '../dist/index.js';

const SIZES = [100, 500, 1000];
const WARM_UP = 10;
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

for (const size of SIZES) {
  const random = suggest({ ...base, method: 'random', history: [], nextNumber: 0, count: size });
  const history = random.suggestions.map(({ parameters }, number) => observation(number, parameters));
  const spent = [];
  let model = null;
  for (let call = 0; call < WARM_UP + MEASURED; call++) {
    const number = history.length;
    const before = process.cpuUsage();
    const result = suggest({ ...base, method: 'bayes', history, nextNumber: number, count: 1, model });
    const { user, system } = process.cpuUsage(before);
    model = result.model;
    if (call >= WARM_UP) spent.push((user + system) / 1000);
    history.push(observation(number, result.suggestions[0].parameters));
  }
  spent.sort((a, b) => a - b);
  process.stdout.write(
    `n = ${size}: CPU p50 ${percentile(spent, 0.5)} ms, p95 ${percentile(spent, 0.95)} ms\n`,
  );
}
