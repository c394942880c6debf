/**
 * Scrambled Halton points: like Sobol, but balanced at every length instead of powers of two. Used by the `halton` method.
 *
 * @source Owen, "A randomized Halton algorithm in R", arXiv 1706.02808: an independent random permutation of the digits at
 *   each place. Without it, dimensions above 8 are strongly correlated.
 */
import { Stream } from './stream.js';

const PRECISION = 1e-10;

/** The first `count` primes. */
function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/**
 * Scrambled point `index` in (0, 1)^dimensions.
 *
 * @param index integer in [0, 2^32)
 * @param seed integer in [0, 2^53)
 */
export function halton(index: number, dimensions: number, seed: number): Float64Array {
  const point = new Float64Array(dimensions);
  primes(dimensions).forEach((base, d) => {
    const stream = new Stream(seed, d, 'scramble', 2);
    let rest = index;
    let weight = 1 / base;
    let sum = 0;
    for (; weight * base > PRECISION; weight /= base) {
      sum += weight * permuted(rest % base, base, stream);
      rest = Math.floor(rest / base);
    }
    point[d] = Math.min(1 - PRECISION / 2, sum + weight * base * stream.uniform());
  });
  return point;
}

/** Image of `digit` under the stream's next random permutation of 0..base-1. */
function permuted(digit: number, base: number, stream: Stream): number {
  const order = Array.from({ length: base }, (_, i) => i);
  for (let i = base - 1; i > 0; i--) {
    const j = stream.integer(i + 1);
    const held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
  return order[digit];
}
