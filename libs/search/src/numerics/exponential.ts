/**
 * exp(-r) for r >= 0 in about half the time of `Math.exp`: a table at steps of 1/32 and the series for the rest. The kernel takes
 * one exponential per training point and prediction, which is most of what a prediction costs.
 */
const STEPS = 32;
/** Beyond it the kernel is 0 for every purpose, and the exact function is asked. */
const RANGE = 40;
const TABLE = Float64Array.from({ length: STEPS * RANGE + 1 }, (_, i) => Math.exp(-i / STEPS));

/** exp(-r) with a relative error below 1e-15. @param r at least 0 */
export function decay(r: number): number {
  if (!(r < RANGE)) return Math.exp(-r);
  const step = (r * STEPS + 0.5) | 0;
  const f = step / STEPS - r;
  return TABLE[step] * (1 + f * (1 + f * (1 / 2 + f * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f / 720))))));
}
