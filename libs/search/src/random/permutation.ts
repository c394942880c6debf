/**
 * A random permutation of 0..size-1 that is computed point by point, without memory: random order over grids of 10^12
 * cells. A Feistel network permutes the smallest even-bit domain that holds `size`; walking the cycle skips what lies outside.
 *
 * @source Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, section 4 (cycle walking) and 5 (Feistel).
 */
import { PURPOSES } from './stream.js';
import { philox } from './philox.js';

const ROUNDS = 6;

/**
 * Image of `index` under the permutation chosen by `seed`.
 *
 * @param index in [0, size)
 * @param size at least 1
 * @param seed integer in [0, 2^53)
 */
export function permute(index: bigint, size: bigint, seed: number): bigint {
  const bits = Math.max(2, size.toString(2).length);
  const half = BigInt(Math.ceil(bits / 2));
  const mask = (1n << half) - 1n;
  const key = Uint32Array.of(seed >>> 0, Math.floor(seed / 4294967296) >>> 0);
  let value = index;
  do {
    let left = value >> half;
    let right = value & mask;
    for (let round = 0; round < ROUNDS; round++) {
      const next = left ^ (roundValue(right, round, key) & mask);
      left = right;
      right = next;
    }
    value = (left << half) | right;
  } while (value >= size);
  return value;
}

function roundValue(half: bigint, round: number, key: Uint32Array): bigint {
  const out = new Uint32Array(4);
  const counter = Uint32Array.of(
    Number(half & 0xffffffffn),
    Number((half >> 32n) & 0xffffffffn),
    PURPOSES.gridOrder,
    round,
  );
  philox(counter, key, out);
  return BigInt(out[0]) | (BigInt(out[1]) << 32n) | (BigInt(out[2]) << 64n);
}
