import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halton } from './halton.js';
import { permute } from './permutation.js';
import { philox } from './philox.js';
import { sobol, sobolWord } from './sobol.js';
import { Stream } from './stream.js';

const fixture = JSON.parse(
  readFileSync(new URL('../../test/fixtures/numerics.json', import.meta.url), 'utf8'),
) as { sobol: number[][]; sobol64: number[] };

describe('philox', () => {
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8'],
    ],
    [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), ['408f276d', '41c83b0e', 'a20bc7c6', '6d5451fd']],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      ['d16cfe09', '94fdcceb', '5001e420', '24126ea1'],
    ],
  ])('gives the published answer for counter %j', (counter: number[], key: number[], expected: string[]) => {
    const out = new Uint32Array(4);
    philox(Uint32Array.from(counter), Uint32Array.from(key), out);
    expect([...out].map((word) => word.toString(16).padStart(8, '0'))).toEqual(expected);
  });
});

describe('a stream', () => {
  it('does not depend on what other streams have drawn', () => {
    const alone = new Stream(7, 3, 'random').uniform();
    const other = new Stream(7, 2, 'random');
    for (let i = 0; i < 100; i++) other.uniform();
    expect(new Stream(7, 3, 'random').uniform()).toBe(alone);
  });

  it('differs by seed, trial, purpose and attempt', () => {
    const draws = [
      new Stream(1, 0, 'random'),
      new Stream(2 ** 40 + 1, 0, 'random'),
      new Stream(1, 1, 'random'),
      new Stream(1, 0, 'tpe'),
      new Stream(1, 0, 'random', 1),
    ].map((stream) => stream.uniform());
    expect(new Set(draws).size).toBe(draws.length);
  });

  it('is uniform: every tenth of the interval gets its share of 20,000 draws', () => {
    const stream = new Stream(5, 0, 'random');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) counts[Math.floor(stream.uniform() * 10)]++;
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

describe('sobol', () => {
  it('has the points of SciPy before scrambling', () => {
    fixture.sobol.forEach((point, index) => {
      point.forEach((x, d) => {
        expect(sobolWord(index, d) / 2 ** 32).toBe(x);
      });
    });
    fixture.sobol64.forEach((x, d) => {
      expect(sobolWord(63, d) / 2 ** 32).toBe(x);
    });
  });

  it('puts one of the first 16 scrambled points in each sixteenth of every axis', () => {
    for (const seed of [0, 1, 99]) {
      const points = Array.from({ length: 16 }, (_, i) => sobol(i, 20, seed));
      for (let d = 0; d < 20; d++) {
        expect(new Set(points.map((point) => Math.floor(point[d] * 16))).size).toBe(16);
      }
    }
  });

  it('stays inside the open cube beyond 64 dimensions', () => {
    for (const x of sobol(12, 80, 3)) expect(x > 0 && x < 1).toBe(true);
  });
});

describe('halton', () => {
  it('puts one of the first p points in each p-th of the axis of prime p', () => {
    [2, 3, 5, 7, 11].forEach((prime, d) => {
      const cells = Array.from({ length: prime }, (_, i) => Math.floor(halton(i, 5, 4)[d] * prime));
      expect(new Set(cells).size).toBe(prime);
    });
  });
});

describe('permute', () => {
  it('visits every index once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, seed) => {
        const images = Array.from({ length: size }, (_, i) => permute(BigInt(i), BigInt(size), seed));
        expect(new Set(images).size).toBe(size);
        for (const image of images) expect(image >= 0n && image < BigInt(size)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('works on sizes beyond 2^64', () => {
    const size = 10n ** 24n;
    const images = Array.from({ length: 50 }, (_, i) => permute(BigInt(i), size, 1));
    expect(new Set(images).size).toBe(50);
    expect(images.some((image) => image > size / 2n)).toBe(true);
  });
});
