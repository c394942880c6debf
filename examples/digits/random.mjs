// Seeded random numbers. Every use draws from a stream of its own, named by numbers such as (seed, epoch), so that a run
// resumed at epoch 5 draws exactly what an undisturbed run draws there: no generator state has to be saved.

/**
 * Returns a function that yields uniform numbers in [0, 1) with 32 random bits.
 *
 * @source C. Doty-Humphrey, "sfc32" (PractRand); seeded here by mixing in the stream's numbers one by one.
 */
export function randomStream(...name) {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (const part of name) {
    a = (a ^ part) | 0;
    b = (b ^ Math.floor(part / 0x1_0000_0000)) | 0;
    for (let round = 0; round < 12; round += 1) next();
  }
  return () => next() / 0x1_0000_0000;
}

/** Returns a function that yields standard normal numbers (Box-Muller). */
export function normalStream(...name) {
  const uniform = randomStream(...name);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** Returns the numbers 0 to `count` - 1 in random order (Fisher-Yates). */
export function permutation(count, uniform) {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(uniform() * (last + 1));
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}
