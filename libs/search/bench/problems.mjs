// Problems for `quality.bench.mjs`: one per kind of difficulty that sweeps have in practice, each drawn anew for every seed (optima, active
// axes, interactions), so that nothing can be tuned to one landscape. Every loss has its known best at 0, up to what a grid leaves.

/**
 * @typedef {Record<string, any>} Parameters
 * @typedef {{ best?: number, loss: (parameters: Parameters) => number | null, curve?: (parameters: Parameters, final: number) => number[],
 *   seconds?: (parameters: Parameters) => number }} Instance
 * @typedef {{ name: string, space: Record<string, any>, noise?: number, maximize?: boolean, workers?: number, make: (draw: () => number) => Instance }} Problem
 */

const uniform = (min, max) => ({ distribution: 'uniform', min, max });
const log = (min, max) => ({ distribution: 'log_uniform_values', min, max });
const integer = (min, max) => ({ distribution: 'int_uniform', min, max });
const logInteger = (min, max) => ({ distribution: 'q_log_uniform_values', min, max, q: 1 });
const oneOf = (...values) => ({ distribution: 'categorical', values });
const named = (prefix, count, parameter) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, parameter]));

const square = (x) => x * x;
const at = (value, low, high) => (value - low) / (high - low);
const logAt = (value, low, high) => Math.log(value / low) / Math.log(high / low);
const list = (count, make) => Array.from({ length: count }, (_, i) => make(i));
const sum = (values) => values.reduce((total, value) => total + value, 0);
/** In the middle part of [0, 1], where a good value usually is. */
const inner = (draw) => 0.15 + 0.7 * draw();

/** Wells of different depth and width, the deepest at 0: a search that stays in the first one it meets is caught. */
function wells(draw, dimensions, count) {
  const centres = list(count, () => list(dimensions, () => inner(draw)));
  const widths = list(count, () => 0.12 + 0.15 * draw());
  const depth = (i) => (i === 0 ? 1 : 0.55 + 0.3 * draw());
  const depths = list(count, depth);
  return (x) => {
    const values = centres.map((centre, i) => {
      const r = sum(centre.map((c, d) => square(x[d] - c)));
      return depths[i] * Math.exp(-r / (2 * dimensions * 0.25 * square(widths[i]) * 4));
    });
    return 1 - Math.max(...values);
  };
}

/** A bowl with different curvature per axis and a coupling between neighbours. */
function bowl(draw, dimensions) {
  const centre = list(dimensions, () => inner(draw));
  const weights = list(dimensions, () => Math.exp(2 * draw() - 1));
  const coupling = list(dimensions, () => 0.8 * (2 * draw() - 1));
  return (x) => {
    const z = centre.map((c, d) => (x[d] - c) * weights[d]);
    return sum(z.map((value, d) => square(value + coupling[d] * (z[d + 1] ?? 0))));
  };
}

const values = (parameters, prefix, count) => list(count, (i) => parameters[`${prefix}${i}`]);

const boosting = {
  rate: log(1e-3, 1),
  depth: integer(2, 14),
  leaves: logInteger(4, 512),
  rows: uniform(0.3, 1),
  columns: uniform(0.3, 1),
  l2: log(1e-6, 100),
  growth: oneOf('depth', 'leaf', 'symmetric'),
  balanced: oneOf(true, false, null),
};

function boostingLoss(draw) {
  const shape = bowl(draw, 6);
  const growth = { depth: 0, leaf: 0.03 + 0.1 * draw(), symmetric: 0.05 + 0.1 * draw() };
  const shift = { depth: 0, leaf: 0.15, symmetric: -0.15 };
  const balanced = 0.05 * draw();
  return (p) =>
    shape([
      logAt(p.rate, 1e-3, 1) + shift[p.growth],
      at(p.depth, 2, 14),
      logAt(p.leaves, 4, 512),
      at(p.rows, 0.3, 1),
      at(p.columns, 0.3, 1),
      0.5 + 0.3 * (logAt(p.l2, 1e-6, 100) - 0.5),
    ]) +
    growth[p.growth] +
    (p.balanced === true ? 0 : p.balanced === false ? balanced : 2 * balanced);
}

const pipeline = {
  scale: oneOf('none', 'standard', 'quantile'),
  bins: { ...integer(4, 64), when: { scale: ['quantile'] } },
  model: oneOf('svm', 'forest', 'network', 'neighbours'),
  c: { ...log(1e-4, 1e4), when: { model: ['svm'] } },
  kernel: { ...oneOf('linear', 'rbf'), when: { model: ['svm'] } },
  gamma: { ...log(1e-5, 10), when: { kernel: ['rbf'] } },
  trees: { ...logInteger(10, 1000), when: { model: ['forest'] } },
  share: { ...uniform(0.05, 1), when: { model: ['forest'] } },
  width: { ...logInteger(8, 1024), when: { model: ['network'] } },
  rate: { ...log(1e-5, 1), when: { model: ['network'] } },
  dropout: { ...uniform(0, 0.8), when: { model: ['network'] } },
  k: { ...integer(1, 50), when: { model: ['neighbours'] } },
};

function pipelineLoss(draw) {
  const models = ['svm', 'forest', 'network', 'neighbours'];
  const best = models[Math.floor(draw() * 4)];
  const floor = Object.fromEntries(models.map((m) => [m, m === best ? 0 : 0.05 + 0.2 * draw()]));
  const scale = { none: 0.04 * draw(), standard: 0, quantile: 0.02 };
  const [a, b, c] = list(3, () => inner(draw));
  const inside = {
    svm: (p) =>
      square(logAt(p.c, 1e-4, 1e4) - a) +
      (p.kernel === 'rbf'
        ? 2 * square(logAt(p.gamma, 1e-5, 10) - b + 0.4 * (logAt(p.c, 1e-4, 1e4) - a))
        : 0.1),
    forest: (p) => 0.3 * square(logAt(p.trees, 10, 1000) - 0.9) + square(p.share - b),
    network: (p) =>
      2 * square(logAt(p.rate, 1e-5, 1) - a) +
      0.5 * square(logAt(p.width, 8, 1024) - b) +
      square(p.dropout - 0.6 * c),
    neighbours: (p) => square(at(p.k, 1, 50) - 0.5 * a),
  };
  return (p) =>
    floor[p.model] +
    inside[p.model](p) +
    scale[p.scale] +
    (p.scale === 'quantile' ? 0.2 * square(at(p.bins, 4, 64) - c) : 0);
}

/** Independent effects of eight categories and effects of some pairs; the best cell is found by listing them all. */
function tableLoss(draw, sizes) {
  const single = sizes.map((size) => list(size, () => draw()));
  const pairs = list(6, () => {
    const i = Math.floor(draw() * sizes.length);
    const j = (i + 1 + Math.floor(draw() * (sizes.length - 1))) % sizes.length;
    return { i, j, effect: list(sizes[i], () => list(sizes[j], () => 1.2 * (draw() - 0.5))) };
  });
  const loss = (x) =>
    sum(x.map((level, i) => single[i][level])) + sum(pairs.map(({ i, j, effect }) => effect[x[i]][x[j]]));
  let best = Infinity;
  const visit = (x) => {
    if (x.length === sizes.length) best = Math.min(best, loss(x));
    else for (let level = 0; level < sizes[x.length]; level++) visit([...x, level]);
  };
  visit([]);
  return { loss: (x) => loss(x) - best };
}

const categorySizes = [3, 4, 3, 5, 2, 4, 3, 4];

/** Final loss, how fast a training gets there, and when it begins to overfit, each from other parameters. */
function training(draw, { overfits }) {
  const shape = bowl(draw, 4);
  const [pace, late] = [inner(draw), inner(draw)];
  const position = (p) => [
    logAt(p.rate, 1e-5, 1),
    logAt(p.width, 8, 1024),
    p.dropout / 0.8,
    logAt(p.decay, 1e-7, 1e-1),
  ];
  return {
    best: 0,
    loss: (p) => Math.min(1.5, shape(position(p))),
    curve: (p, final) =>
      list(27, (i) => {
        const t = (i + 1) / 27;
        const [rate, width, dropout] = position(p);
        const speed = Math.exp(2.5 * (rate - pace) + 0.5 * (width - late)) * 4;
        const learnt = final + (2 - final) * Math.exp(-speed * Math.pow(t, 0.7) * 3);
        return (
          learnt + (overfits ? 0.3 * Math.max(0, t - 0.3 - dropout) * Math.max(0, rate - pace + 0.2) : 0)
        );
      }),
    seconds: (p) => 0.5 + logAt(p.width, 8, 1024),
  };
}

const network = {
  rate: log(1e-5, 1),
  width: logInteger(8, 1024),
  dropout: uniform(0, 0.8),
  decay: log(1e-7, 1e-1),
};
const plain = (make) => (draw) => ({ best: 0, loss: make(draw) });

/** @type {readonly Problem[]} */
export const problems = [
  {
    name: 'wells4',
    space: named('x', 4, uniform(0, 1)),
    make: plain((draw) => {
      const f = wells(draw, 4, 6);
      return (p) => f(values(p, 'x', 4));
    }),
  },
  {
    name: 'wells7',
    space: named('x', 7, uniform(-5, 5)),
    make: plain((draw) => {
      const f = wells(draw, 7, 5);
      return (p) => f(values(p, 'x', 7).map((x) => at(x, -5, 5)));
    }),
  },
  {
    name: 'valley5',
    space: named('x', 5, uniform(-2, 2)),
    make: plain((draw) => {
      const shift = list(5, () => draw() - 0.5);
      return (p) => {
        const x = values(p, 'x', 5).map((value, d) => value + shift[d]);
        return Math.log1p(sum(x.slice(1).map((b, d) => 20 * square(b - square(x[d])) + square(1 - x[d]))));
      };
    }),
  },
  { name: 'boosting', space: boosting, make: plain(boostingLoss) },
  { name: 'boosting-8', space: boosting, workers: 8, make: plain(boostingLoss) },
  { name: 'boosting-noise', space: boosting, noise: 0.08, make: plain(boostingLoss) },
  {
    name: 'noise5-8',
    space: named('x', 5, uniform(0, 1)),
    noise: 0.15,
    workers: 8,
    maximize: true,
    make: plain((draw) => {
      const f = wells(draw, 5, 4);
      return (p) => f(values(p, 'x', 5));
    }),
  },
  { name: 'pipeline', space: pipeline, make: plain(pipelineLoss) },
  { name: 'pipeline-8', space: pipeline, workers: 8, noise: 0.01, make: plain(pipelineLoss) },
  {
    name: 'categories8',
    space: Object.fromEntries(categorySizes.map((size, i) => [`c${i}`, oneOf(...'abcde'.slice(0, size))])),
    make: (draw) => {
      const { loss } = tableLoss(draw, categorySizes);
      return { best: 0, loss: (p) => loss(values(p, 'c', 8).map((letter) => 'abcde'.indexOf(letter))) };
    },
  },
  {
    name: 'memory',
    space: {
      rate: log(1e-5, 10),
      batch: logInteger(8, 4096),
      width: logInteger(16, 4096),
      warmup: uniform(0, 1),
    },
    make: plain((draw) => {
      const [warm, ideal] = [inner(draw), 0.9 + 0.3 * draw()];
      return (p) => {
        const [rate, batch, width] = [
          logAt(p.rate, 1e-5, 10),
          logAt(p.batch, 8, 4096),
          logAt(p.width, 16, 4096),
        ];
        if (batch + width > 1.1 + 0.1 * ideal || rate - 0.4 * batch > 0.55) return null;
        return (
          square(1.15 + 0.1 * ideal - batch - width) +
          2 * square(rate - 0.4 * batch - 0.5) +
          square(batch - 0.45 * ideal) +
          0.3 * square(p.warmup - warm)
        );
      };
    }),
  },
  {
    name: 'plateau',
    space: {
      rate: log(1e-6, 10),
      momentum: uniform(0, 0.99),
      layers: integer(1, 12),
      width: logInteger(4, 1024),
    },
    maximize: true,
    make: plain((draw) => {
      const f = bowl(draw, 4);
      const centre = inner(draw);
      return (p) => {
        const x = [logAt(p.rate, 1e-6, 10), p.momentum / 0.99, at(p.layers, 1, 12), logAt(p.width, 4, 1024)];
        const chance = Math.abs(x[0] - centre) > 0.3 || x[1] > 0.9 ? 0.9 : 0;
        return Math.max(chance, Math.round(200 * Math.min(0.9, f([x[0], x[1], x[2], x[3]]))) / 200);
      };
    }),
  },
  {
    name: 'sparse25',
    space: named('x', 25, uniform(0, 1)),
    make: plain((draw) => {
      const f = bowl(draw, 5);
      const active = list(5, (i) => 5 * i + Math.floor(5 * draw()));
      return (p) => f(active.map((i) => p[`x${i}`]));
    }),
  },
  {
    name: 'mixed24',
    space: {
      ...named('x', 8, uniform(0, 1)),
      ...named('l', 6, log(1e-6, 1)),
      ...named('n', 5, integer(0, 20)),
      ...named('c', 5, oneOf('a', 'b', 'c')),
    },
    make: plain((draw) => {
      const f = bowl(draw, 10);
      const good = list(5, () => 'abc'[Math.floor(3 * draw())]);
      return (p) =>
        f([
          ...values(p, 'x', 4),
          ...values(p, 'l', 3).map((v) => logAt(v, 1e-6, 1)),
          ...values(p, 'n', 3).map((v) => v / 20),
        ]) + sum(values(p, 'c', 5).map((c, i) => (c === good[i] ? 0 : 0.1 + 0.02 * i)));
    }),
  },
  {
    name: 'lists4',
    space: {
      batch: oneOf(16, 32, 64, 128, 256, 512),
      rate: oneOf(1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2),
      layers: oneOf(1, 2, 3, 4, 6, 8),
      act: oneOf('relu', 'gelu', 'tanh', 'silu'),
    },
    make: (draw) => {
      const f = bowl(draw, 3);
      const act = { relu: 0, gelu: 0.03 * draw(), tanh: 0.1 * draw(), silu: 0.05 * draw() };
      const loss = (p) =>
        f([logAt(p.batch, 16, 512), logAt(p.rate, 1e-5, 3e-2), at(p.layers, 1, 8)]) + act[p.act] + 0.01;
      return { loss };
    },
  },
];

/** Problems whose trainings report 27 steps, for early stopping. @type {readonly Problem[]} */
export const trainings = [
  { name: 'training', space: network, make: (draw) => training(draw, { overfits: false }) },
  { name: 'training-overfit', space: network, make: (draw) => training(draw, { overfits: true }) },
  {
    name: 'training-noise',
    space: network,
    noise: 0.02,
    make: (draw) => training(draw, { overfits: false }),
  },
];
