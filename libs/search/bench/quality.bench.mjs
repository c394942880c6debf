// Search quality on problems drawn per seed, beside random search and TPE: mean log10 regret over the trials (0 = the best there is, 1 =
// the median of random search), lower is better. The public kit has nine fixed problems; these guard against tuning to them.
// Needs `npm run build`. Run: node libs/search/bench/quality.bench.mjs [seeds] [methods] [problems], lists with commas.
import { AskTellSession } from '../dist/index.js';
import { problems, trainings } from './problems.mjs';

const TRIALS = 100;
const LOWEST = 1e-4;
const [seeds = '5', methods = 'bayes,tpe,random', only = ''] = process.argv.slice(2);

/** A small generator for the problems' own randomness (mulberry32). @param {number} seed */
function generator(seed) {
  let state = Math.imul(seed, 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x = (x + Math.imul(x ^ (x >>> 7), x | 61)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (draw) => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());

/** Asks for one thing and expects an answer. */
function call(session, request) {
  const answer = JSON.parse(session.answerLine(JSON.stringify(request)));
  if (answer.error !== undefined) throw new Error(`${request.op}: ${answer.error}`);
  return answer;
}

/** The landscape of a seed with what regret is measured against. */
function instanceOf(problem, seed) {
  const instance = problem.make(generator(seed));
  const session = new AskTellSession();
  call(session, init(problem, 'random', 1000 + seed, null));
  const { trials } = call(session, { op: 'ask', n: 800 });
  const losses = trials.map(({ params }) => instance.loss(params)).filter((loss) => loss !== null);
  losses.sort((a, b) => a - b);
  const best = instance.best ?? bestOfList(problem.space, instance.loss);
  return { ...instance, best, median: losses[Math.floor(losses.length / 2)] };
}

function bestOfList(space, loss) {
  const session = new AskTellSession();
  call(session, { op: 'init', space, metric: { name: 'loss', goal: 'minimize' }, method: 'grid', seed: 0 });
  let best = Infinity;
  for (;;) {
    const { trials } = call(session, { op: 'ask', n: 1000 });
    if (trials.length === 0) return best;
    best = Math.min(best, ...trials.map(({ params }) => loss(params)));
  }
}

function init(problem, method, seed, budget, extra = {}) {
  return {
    op: 'init',
    space: problem.space,
    metric: { name: 'loss', goal: problem.maximize ? 'maximize' : 'minimize' },
    method,
    seed,
    parallel: problem.workers ?? 1,
    budget,
    ...extra,
  };
}

const regretOf = ({ best, median }, loss) => Math.min(1, Math.max(LOWEST, (loss - best) / (median - best)));

/** Ends a trial; an infinite value is a failure. */
function tell(session, { maximize }, id, seen) {
  const outcome =
    seen === Infinity
      ? { status: 'failed', value: null }
      : { status: 'finished', value: maximize ? -seen : seen };
  call(session, { op: 'tell', id, ...outcome, seconds: 1 });
}

/** Mean log10 regret of the trial with the best told value, over the ended trials. */
function runTrials(problem, method, seed) {
  const { noise = 0, workers = 1 } = problem;
  const instance = instanceOf(problem, seed);
  const draw = generator(7919 * seed + 1);
  const session = new AskTellSession();
  call(session, init(problem, method, seed, TRIALS));
  const running = [];
  let [now, started, told, incumbent, total, ended] = [0, 0, Infinity, Infinity, 0, 0];
  while (ended < TRIALS) {
    while (started < TRIALS && running.length < workers) {
      const [trial] = call(session, { op: 'ask', n: 1 }).trials;
      if (trial === undefined) break;
      running.push({ ...trial, number: started++, until: now + Math.exp(0.5 * normal(draw)) });
    }
    if (running.length === 0) break;
    running.sort((a, b) => a.until - b.until || a.number - b.number);
    const { id, params, until } = running.shift();
    now = until;
    const loss = instance.loss(params);
    const seen = loss === null ? Infinity : loss + noise * normal(draw);
    tell(session, problem, id, seen);
    if (seen < told) [told, incumbent] = [seen, loss];
    total += Math.log10(regretOf(instance, incumbent));
    ended += 1;
  }
  return (total + (TRIALS - ended) * Math.log10(regretOf(instance, incumbent))) / TRIALS;
}

/** Mean log10 regret of the best value at any step over the time of 40 trainings on 4 workers, everything reported. */
function runTrainings(problem, method, seed) {
  const instance = instanceOf(problem, seed);
  const draw = generator(7919 * seed + 1);
  const session = new AskTellSession();
  const steps = 27;
  const [workers, horizon] = [4, 10];
  const early_stopping = { type: 'asha', max_steps: steps };
  call(session, { ...init(problem, method, seed, null, { early_stopping }), parallel: workers });
  const live = new Map();
  const running = [];
  const samples = [];
  let [now, best] = [0, Infinity];
  while (now < horizon) {
    while (running.length < workers) {
      const [trial] = call(session, { op: 'ask', n: 1 }).trials;
      if (trial === undefined) break;
      if (!live.has(trial.id)) {
        const final = instance.loss(trial.params);
        const curve = instance.curve(trial.params, final).map((v) => v + (problem.noise ?? 0) * normal(draw));
        live.set(trial.id, { curve, pace: instance.seconds(trial.params) / steps, done: 0 });
      }
      running.push({ id: trial.id, until: now + live.get(trial.id).pace });
    }
    running.sort((a, b) => a.until - b.until || (a.id < b.id ? -1 : 1));
    const { id, until } = running.shift();
    for (let t = Math.floor(now * 5) + 1; t <= Math.min(until, horizon) * 5; t++) samples.push(best);
    now = until;
    const state = live.get(id);
    const value = state.curve[state.done++];
    best = Math.min(best, value);
    const { decision } = call(session, { op: 'report', id, step: state.done, value });
    if (state.done < steps && decision === 'continue') {
      running.push({ id, until: now + state.pace });
    } else if (state.done === steps || decision === 'stop') {
      const status = state.done === steps ? 'finished' : 'pruned';
      const curve = state.curve.slice(0, state.done).map((v, i) => [i + 1, v]);
      call(session, { op: 'tell', id, status, value, curve, seconds: state.pace * state.done });
    }
  }
  return samples.reduce((sum, value) => sum + Math.log10(regretOf(instance, value)), 0) / samples.length;
}

const wanted = (name) => only === '' || only.split(',').includes(name);
const columns = methods.split(',');
const means = columns.map(() => []);
console.log(['problem'.padEnd(18), ...columns.map((method) => method.padStart(16))].join(''));
const before = process.cpuUsage().user;
for (const problem of [...problems, ...trainings].filter(({ name }) => wanted(name))) {
  const run = trainings.includes(problem) ? runTrainings : runTrials;
  const cells = columns.map((method, column) => {
    const results = Array.from({ length: Number(seeds) }, (_, i) => run(problem, method, i + 1));
    const mean = results.reduce((sum, value) => sum + value, 0) / results.length;
    const variance =
      results.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, results.length - 1);
    means[column].push(mean);
    return `${mean.toFixed(2)} ± ${Math.sqrt(variance / results.length).toFixed(2)}`.padStart(16);
  });
  console.log([problem.name.padEnd(18), ...cells].join(''));
}
const averages = means.map((cells) => cells.reduce((sum, value) => sum + value, 0) / cells.length);
console.log(['mean'.padEnd(18), ...averages.map((value) => value.toFixed(3).padStart(16))].join(''));
console.log(`CPU ${((process.cpuUsage().user - before) / 1e6).toFixed(0)} s`);
