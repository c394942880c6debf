/**
 * Named random streams: `(seed, trial number, purpose)` opens an endless sequence of draws that no other stream shares.
 * Every searcher opens its own; nothing in the package keeps generator state between calls.
 */
import { inverseNormal } from '../numerics/normal.js';
import { philox } from './philox.js';

/** What a stream is for. The numbers are part of the key: never renumber, or recorded sweeps stop replaying. */
export const PURPOSES = {
  random: 1,
  scramble: 2,
  gridOrder: 3,
  candidates: 4,
  branch: 5,
  subset: 6,
  tpe: 7,
  evolution: 8,
  scalarisation: 9,
  fallback: 10,
  restart: 11,
  importance: 32,
  simulation: 33,
} as const;

/** Name of a stream's purpose. */
export type Purpose = keyof typeof PURPOSES;

/** A deterministic sequence of random draws. */
export class Stream {
  private readonly key: Uint32Array;
  private readonly counter: Uint32Array;
  private readonly block = new Uint32Array(4);
  private used = 4;

  /**
   * @param seed integer in [0, 2^53)
   * @param number trial number, integer in [0, 2^32)
   * @param attempt distinguishes repeated streams of one trial and purpose, e.g. rejected draws; integer in [0, 2^24)
   */
  constructor(seed: number, number: number, purpose: Purpose, attempt = 0) {
    this.key = Uint32Array.of(seed >>> 0, Math.floor(seed / 4294967296) >>> 0);
    this.counter = Uint32Array.of(0, number >>> 0, PURPOSES[purpose], attempt >>> 0);
  }

  /** An unsigned 32-bit integer. */
  word(): number {
    if (this.used === 4) {
      philox(this.counter, this.key, this.block);
      this.counter[0] += 1;
      this.used = 0;
    }
    return this.block[this.used++];
  }

  /** Uniform in the open interval (0, 1), 53 bits. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 67108864 + low + 0.5) / 9007199254740992;
  }

  /** Integer uniform in [0, `bound`), `bound` <= 2^32. */
  integer(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal. */
  normal(): number {
    return inverseNormal(this.uniform());
  }
}
