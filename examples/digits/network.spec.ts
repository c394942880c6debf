/** The mathematics of the network: gradients against finite differences, updates against their formulas. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDigits, VALIDATION_IMAGES } from './digits.mjs';
import { createNetwork, evaluate, update } from './network.mjs';
import { randomStream } from './random.mjs';

const pixels = Float64Array.from({ length: 6 }, (_, index) => (index % 3) / 2);

describe('evaluate', () => {
  it.each(['relu', 'tanh'])(
    'adds the gradient that finite differences show, with dropout (%s)',
    (activation) => {
      const network = createNetwork([6, 5, 4, 3], activation, 11);
      // Biases away from zero: relu has no derivative at zero, and finite differences would see half of one.
      for (const { inputs, outputs, values } of network.layers) values.fill(0.1, inputs * outputs);
      const loss = (gradients: boolean) => {
        const result = evaluate(network, pixels, 2, { dropout: 0.25, drop: randomStream(8) });
        if (!gradients) for (const layer of network.layers) layer.gradient.fill(0);
        return result.loss;
      };
      loss(true);
      const analytic = network.layers.map((layer) => Array.from(layer.gradient));
      const numeric = network.layers.map(({ values }) =>
        Array.from(values, (value, index) => {
          const [above, below] = [1e-5, -1e-5].map((change) => {
            values[index] = value + change;
            return loss(false);
          });
          values[index] = value;
          return (Number(above) - Number(below)) / 2e-5;
        }),
      );
      expect(analytic.flat().some((slope) => Math.abs(slope) > 0.01)).toBe(true);
      analytic.flat().forEach((slope, index) => expect(slope).toBeCloseTo(Number(numeric.flat()[index]), 7));
    },
  );

  it('gives NaN, never a number, once weights are not numbers', () => {
    const network = createNetwork([6, 3], 'relu', 1);
    network.layers[0]?.values.fill(Number.NaN);
    expect(evaluate(network, pixels, 0)).toEqual({ loss: Number.NaN, correct: false });
  });
});

describe('update', () => {
  const afterSteps = (optimizer: string) => {
    const network = createNetwork([1, 1], 'tanh', 1);
    const [layer] = network.layers;
    layer?.values.set([2, 2]);
    for (const slope of [0.5, -0.25]) {
      layer?.gradient.set([slope * 4, slope * 4]);
      update(network, 4, { optimizer, learning_rate: 0.1, momentum: 0.9, weight_decay: 0.01 });
    }
    return Array.from(layer?.values ?? []);
  };

  it('follows SGD with momentum; decay spares the bias', () => {
    const first = 2 - 0.1 * (0.5 + 0.02);
    const weight = first - 0.1 * (0.9 * 0.5 - 0.25 + 0.01 * first);
    const bias = 2 - 0.1 * 0.5 - 0.1 * (0.9 * 0.5 - 0.25);
    expect(afterSteps('sgd')).toEqual([expect.closeTo(weight, 12), expect.closeTo(bias, 12)]);
  });

  it('follows Adam, Algorithm 1: the first step is the learning rate itself', () => {
    const mean = (0.9 * 0.05 - 0.025) / (1 - 0.9 ** 2);
    const square = (0.999 * 0.00025 + 0.0000625) / (1 - 0.999 ** 2);
    const bias = 2 - 0.1 - (0.1 * mean) / Math.sqrt(square);
    expect(afterSteps('adam')[1]).toBeCloseTo(bias, 7);
  });
});

describe('the digits', () => {
  it('are the file that data/README.md describes', () => {
    const file = readFileSync(new URL('./data/digits.csv.gz', import.meta.url));
    const readme = readFileSync(new URL('./data/README.md', import.meta.url), 'utf8');
    expect(readme).toContain(createHash('sha256').update(file).digest('hex'));
  });

  it('are split into 1,198 to train and 599 to judge, all ten digits in both', () => {
    const { training, validation } = loadDigits();
    expect([training.count, validation.count]).toEqual([1198, VALIDATION_IMAGES]);
    expect([new Set(training.labels).size, new Set(validation.labels).size]).toEqual([10, 10]);
    expect([Math.min(...training.pixels), Math.max(...training.pixels)]).toEqual([0, 1]);
  });
});
