// Trains a small neural network to read handwritten digits and reports its losses after each epoch: one JSON object a
// line, appended to the file that SWATH_METRICS names, or printed when it is not set. Swath runs it once a trial; by
// hand: `node train.mjs --learning_rate=0.01`. It has no handler for SIGTERM, so it ends at once when told to stop.
import { appendFileSync, writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { checkpoints, resumedState } from './checkpoint.mjs';
import { CLASSES, loadDigits, PIXELS } from './digits.mjs';
import { createNetwork, evaluate, update } from './network.mjs';
import { permutation, randomStream } from './random.mjs';
import { parseSettings, usage } from './settings.mjs';

const ORDER_STREAM = 2;
const DROPOUT_STREAM = 3;

async function train(settings, env) {
  const { training, validation } = loadDigits();
  const { hidden_units, hidden_layers, activation, epochs, seed } = settings;
  const sizes = [PIXELS, ...Array(hidden_layers).fill(hidden_units), CLASSES];
  const shape = `${sizes.join('-')} ${activation}`;
  const checkpoint = checkpoints(env);
  const resumed = resumedState(env, shape);
  const network = resumed?.network ?? createNetwork(sizes, activation, seed);
  for (let epoch = (resumed?.epoch ?? 0) + 1; epoch <= epochs; epoch += 1) {
    const train_loss = trainEpoch(network, training, settings, epoch);
    const { loss, accuracy } = validate(network, validation);
    report(env, { step: epoch, epoch, train_loss, val_loss: loss, val_accuracy: accuracy });
    await setImmediate(); // lets a signal that asked for a checkpoint be seen
    if (checkpoint.wanted()) checkpoint.write({ shape, epoch, network });
  }
}

function trainEpoch(network, images, settings, epoch) {
  const order = permutation(images.count, randomStream(settings.seed, ORDER_STREAM, epoch));
  const dropout = { dropout: settings.dropout, drop: randomStream(settings.seed, DROPOUT_STREAM, epoch) };
  let total = 0;
  for (let start = 0; start < images.count; start += settings.batch_size) {
    const batch = order.subarray(start, start + settings.batch_size);
    for (const image of batch) total += evaluate(network, ...labelled(images, image), dropout).loss;
    update(network, batch.length, settings);
  }
  return total / images.count;
}

function validate(network, images) {
  let [total, correct] = [0, 0];
  for (let image = 0; image < images.count; image += 1) {
    const result = evaluate(network, ...labelled(images, image));
    total += result.loss;
    correct += result.correct ? 1 : 0;
  }
  return { loss: total / images.count, accuracy: correct / images.count };
}

function labelled({ pixels, labels }, image) {
  return [pixels.subarray(image * PIXELS, (image + 1) * PIXELS), labels[image]];
}

// JSON has no NaN or infinity: a loss that diverged is written as a string, which Swath stores as the number it is.
function report(env, metrics) {
  const line = JSON.stringify(metrics, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  );
  if (env.SWATH_METRICS) appendFileSync(env.SWATH_METRICS, `${line}\n`);
  else writeSync(process.stdout.fd, `${line}\n`);
}

async function main(args) {
  if (args.includes('--help')) return console.log(usage());
  await train(parseSettings(args), process.env);
}

main(process.argv.slice(2)).catch((error) => {
  console.error(`train.mjs: ${error.message.split('\n')[0]}`);
  process.exitCode = error instanceof RangeError ? 2 : 1;
});
