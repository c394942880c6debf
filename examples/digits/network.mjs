// A multilayer perceptron with a softmax output: forward pass, backward pass, and the two optimisers a sweep can choose
// between. Written for this example, so that it runs on Node alone. `train.mjs` drives it batch by batch.
import { normalStream } from './random.mjs';

const INIT_STREAM = 1;

/**
 * Returns a network with random weights (He, "Delving Deep into Rectifiers", 2015, for relu; Glorot, 2010, for tanh)
 * and zero biases. `sizes` are the widths of all layers, input first. All state is in `layers`, as plain typed arrays.
 *
 * @param {readonly number[]} sizes
 * @param {string} activation  `relu` or `tanh`
 * @param {number} seed
 */
export function createNetwork(sizes, activation, seed) {
  const layers = sizes.slice(1).map((outputs, index) => {
    const inputs = sizes[index];
    const normal = normalStream(seed, INIT_STREAM, index);
    const scale = Math.sqrt(activation === 'relu' ? 2 / inputs : 2 / (inputs + outputs));
    return { inputs, outputs, ...parameters(inputs, outputs, () => scale * normal()) };
  });
  return { activation, layers, updates: 0 };
}

// Weights are stored input by input, biases behind them: the inner loops then run along the outputs, and inputs that
// are zero (half of all pixels) cost nothing.
function parameters(inputs, outputs, draw) {
  const size = (inputs + 1) * outputs;
  const values = new Float64Array(size);
  for (let index = 0; index < inputs * outputs; index += 1) values[index] = draw();
  return {
    values,
    gradient: new Float64Array(size),
    first: new Float64Array(size),
    second: new Float64Array(size),
  };
}

/**
 * Computes the loss (cross-entropy, natural logarithm) of one image and, when `training`, adds its gradient to the
 * layers. `drop` yields uniform numbers for dropout, with probability `dropout`; kept activations are scaled up.
 *
 * @returns `loss` and whether the most likely class is the right one
 */
export function evaluate(network, pixels, label, training) {
  const { layers, activation } = network;
  const activations = [pixels];
  for (const [index, layer] of layers.entries()) {
    const output = affine(layer, activations[index]);
    if (index < layers.length - 1) activate(output, activation, training);
    activations.push(output);
  }
  const scores = activations[layers.length];
  const correct = largest(scores) === label;
  const loss = toProbabilities(scores, label);
  if (training) {
    scores[label] -= 1;
    backward(network, activations, scores, training);
  }
  return { loss, correct };
}

function affine({ inputs, outputs, values }, input) {
  const output = values.slice(inputs * outputs);
  for (let from = 0; from < inputs; from += 1) {
    const value = input[from];
    if (value === 0) continue;
    const row = from * outputs;
    for (let to = 0; to < outputs; to += 1) output[to] += value * values[row + to];
  }
  return output;
}

function activate(output, activation, training) {
  const keep = training ? 1 - training.dropout : 1;
  for (let unit = 0; unit < output.length; unit += 1) {
    const value = output[unit];
    const active = activation === 'relu' ? (value < 0 ? 0 : value) : Math.tanh(value);
    output[unit] = keep === 1 ? active : training.drop() < keep ? active / keep : 0;
  }
}

function largest(scores) {
  let best = -1;
  for (let index = 0; index < scores.length; index += 1) {
    if (best < 0 ? scores[index] > -Infinity : scores[index] > scores[best]) best = index;
  }
  return best;
}

// Softmax in place; returns the cross-entropy, from the scores so that no probability that rounds to zero spoils it.
function toProbabilities(scores, label) {
  const highest = scores[largest(scores)] ?? Number.NaN;
  const labelScore = scores[label];
  let sum = 0;
  for (let index = 0; index < scores.length; index += 1) {
    scores[index] = Math.exp(scores[index] - highest);
    sum += scores[index];
  }
  for (let index = 0; index < scores.length; index += 1) scores[index] /= sum;
  return highest + Math.log(sum) - labelScore;
}

function backward({ layers, activation }, activations, outputError, { dropout }) {
  let error = outputError;
  for (let index = layers.length - 1; index >= 0; index -= 1) {
    const { inputs, outputs, values, gradient } = layers[index];
    const input = activations[index];
    const inputError = new Float64Array(index > 0 ? inputs : 0);
    for (let from = 0; from < inputs; from += 1) {
      const value = input[from];
      // A zero is a dark pixel, a unit below the threshold of relu or one dropped: no gradient through it.
      if (value === 0) continue;
      const row = from * outputs;
      for (let to = 0; to < outputs; to += 1) gradient[row + to] += value * error[to];
      if (index > 0) inputError[from] = slope(value, activation, 1 - dropout) * dot(values, row, error);
    }
    for (let to = 0; to < outputs; to += 1) gradient[inputs * outputs + to] += error[to];
    error = inputError;
  }
}

// Derivative of activation and dropout together, from the kept and scaled activation.
function slope(value, activation, keep) {
  return activation === 'relu' ? 1 / keep : (1 - (value * keep) ** 2) / keep;
}

function dot(values, offset, error) {
  let sum = 0;
  for (let to = 0; to < error.length; to += 1) sum += values[offset + to] * error[to];
  return sum;
}

/**
 * Moves the weights against the gradient summed over `images`, then clears it. Weight decay is decoupled from the
 * gradient and spares the biases.
 *
 * @source Kingma and Ba, "Adam", ICLR 2015, Algorithm 1; Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
 *   ICLR 2019, Algorithms 1 and 2 with a constant schedule.
 */
export function update(network, images, { optimizer, learning_rate, momentum, weight_decay }) {
  network.updates += 1;
  const step = optimizer === 'adam' ? adamStep(network.updates, momentum) : momentumStep(momentum);
  for (const { inputs, outputs, values, gradient, first, second } of network.layers) {
    for (let index = 0; index < values.length; index += 1) {
      const decay = index < inputs * outputs ? weight_decay * values[index] : 0;
      values[index] -= learning_rate * (step(first, second, index, gradient[index] / images) + decay);
    }
    gradient.fill(0);
  }
}

function momentumStep(momentum) {
  return (first, _second, index, slope) => (first[index] = momentum * first[index] + slope);
}

function adamStep(updates, beta1, beta2 = 0.999, epsilon = 1e-8) {
  const correction1 = 1 - beta1 ** updates;
  const correction2 = 1 - beta2 ** updates;
  return (first, second, index, slope) => {
    first[index] = beta1 * first[index] + (1 - beta1) * slope;
    second[index] = beta2 * second[index] + (1 - beta2) * slope * slope;
    return first[index] / correction1 / (Math.sqrt(second[index] / correction2) + epsilon);
  };
}
