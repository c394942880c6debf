/**
 * Scrambled Sobol points: evenly spread, each point a function of (index, seed). The initial design of the model-based
 * searchers and the `sobol` method use it. Point 0 is part of the sequence: leaving it out destroys the balance.
 *
 * @source Joe and Kuo 2008 (direction numbers); Owen, "Scrambling Sobol' and Niederreiter-Xing Points", 1998, in the hashed
 *   form of Burley, "Practical Hash-based Owen Scrambling", JCGT 9(4), 2020. Differs: dimensions above 64 are random.
 */
import { philox } from './philox.js';
import { DIRECTIONS } from './sobol-directions.js';
import { PURPOSES, Stream } from './stream.js';

const BITS = 32;
const SCALE = 1 / 4294967296;

let directions: Uint32Array | undefined;

/** Direction numbers of all dimensions, row by row; a constant that is built on first use. */
function directionTable(): Uint32Array {
  if (directions) return directions;
  const table = new Uint32Array((DIRECTIONS.length + 1) * BITS);
  for (let bit = 0; bit < BITS; bit++) table[bit] = 2 ** (31 - bit);
  DIRECTIONS.forEach((row, index) => fillRow(table.subarray((index + 1) * BITS, (index + 2) * BITS), row));
  directions = table;
  return table;
}

function fillRow(out: Uint32Array, [polynomial, ...initial]: readonly number[]): void {
  const degree = initial.length;
  for (let bit = 0; bit < degree; bit++) out[bit] = initial[bit] << (31 - bit);
  for (let bit = degree; bit < BITS; bit++) {
    let value = out[bit - degree] ^ (out[bit - degree] >>> degree);
    for (let k = 1; k < degree; k++) if ((polynomial >>> (degree - k)) & 1) value ^= out[bit - k];
    out[bit] = value;
  }
}

/** Unscrambled coordinate, as an unsigned 32-bit fraction; points in Gray-code order as in SciPy. */
export function sobolWord(index: number, dimension: number): number {
  const table = directionTable();
  let gray = (index ^ (index >>> 1)) >>> 0;
  let word = 0;
  for (let bit = 0; gray !== 0; bit++, gray >>>= 1) if (gray & 1) word ^= table[dimension * BITS + bit];
  return word >>> 0;
}

/**
 * Scrambled point `index` in (0, 1)^dimensions.
 *
 * @param index integer in [0, 2^32)
 * @param seed integer in [0, 2^53)
 */
export function sobol(index: number, dimensions: number, seed: number): Float64Array {
  return sobolBlock(index, 1, dimensions, seed);
}

/** Scrambled points `first` to `first + count - 1`, row by row. */
export function sobolBlock(first: number, count: number, dimensions: number, seed: number): Float64Array {
  const covered = Math.min(dimensions, DIRECTIONS.length + 1);
  const keys = scrambleKeys(covered, seed);
  const points = new Float64Array(count * dimensions);
  for (let offset = 0; offset < count; offset++) {
    const index = first + offset;
    const start = offset * dimensions;
    for (let d = 0; d < covered; d++)
      points[start + d] = (owenScramble(sobolWord(index, d), keys[d]) + 0.5) * SCALE;
    if (covered < dimensions) {
      const rest = new Stream(seed, index, 'scramble', 1);
      for (let d = covered; d < dimensions; d++) points[start + d] = rest.uniform();
    }
  }
  return points;
}

function scrambleKeys(dimensions: number, seed: number): Uint32Array {
  const key = Uint32Array.of(seed >>> 0, Math.floor(seed / 4294967296) >>> 0);
  const words = new Uint32Array(4);
  return Uint32Array.from({ length: dimensions }, (_, d) => {
    philox(Uint32Array.of(d, 0, PURPOSES.scramble, 0), key, words);
    return words[0];
  });
}

/** Nested uniform scrambling by a hash in which every bit depends on the higher bits only. */
function owenScramble(word: number, seed: number): number {
  let x = reverseBits(word);
  x = (x + seed) >>> 0;
  x ^= Math.imul(x, 0x6c50b47c);
  x ^= Math.imul(x, 0xb82f1e52);
  x ^= Math.imul(x, 0xc7afe638);
  x ^= Math.imul(x, 0x8d22f6e6);
  return reverseBits(x >>> 0);
}

function reverseBits(word: number): number {
  let x = word;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}
