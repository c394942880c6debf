// Reads the handwritten digits of `data/` and splits them into training and validation images. The split depends on
// nothing but the data, so that all trials of all sweeps are judged on the same 599 images. `train.mjs` calls it.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { permutation, randomStream } from './random.mjs';

/** Pixels of one image, 8 x 8. */
export const PIXELS = 64;
/** Digits 0 to 9. */
export const CLASSES = 10;
/** Images held back to judge a trial, a third of all. */
export const VALIDATION_IMAGES = 599;

const FILE = new URL('./data/digits.csv.gz', import.meta.url);
const SPLIT_SEED = 20_240_101;

/**
 * Returns the training and the validation images. `pixels` holds the images one after the other, each value scaled to
 * 0..1; `labels` holds one digit an image.
 */
export function loadDigits() {
  const rows = gunzipSync(readFileSync(FILE), { maxOutputLength: 1 << 22 })
    .toString('latin1')
    .trim()
    .split('\n');
  const order = permutation(rows.length, randomStream(SPLIT_SEED));
  const shuffled = Array.from(order, (row) => rows[row].split(',').map(Number));
  return {
    validation: images(shuffled.slice(0, VALIDATION_IMAGES)),
    training: images(shuffled.slice(VALIDATION_IMAGES)),
  };
}

function images(rows) {
  const pixels = new Float64Array(rows.length * PIXELS);
  const labels = new Uint8Array(rows.length);
  rows.forEach((row, image) => {
    for (let pixel = 0; pixel < PIXELS; pixel += 1) pixels[image * PIXELS + pixel] = row[pixel] / 16;
    labels[image] = row[PIXELS];
  });
  return { count: rows.length, pixels, labels };
}
