/**
 * Bounded minimisation with gradients: L-BFGS directions on the free variables, projected backtracking line search. Fits the
 * kernel's hyperparameters and climbs the acquisition function; both are small, smooth and cheap to stop early.
 *
 * @source Nocedal and Wright, Numerical Optimization, algorithm 7.4 (two-loop recursion); Bertsekas, "Projected Newton
 *   Methods", SIAM J. Control 20, 1982 (variables held at a bound that the gradient pushes against). Differs: Armijo only, a
 *   pair with non-positive curvature is dropped instead of enforced by a Wolfe search.
 */

/** Writes the gradient at `x` and returns the value; a value that is not finite marks `x` as unusable. */
export type Differentiable = (x: Float64Array, gradient: Float64Array) => number;

/** Limits of a minimisation. */
export interface MinimizeOptions {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Most accepted steps. */
  readonly iterations: number;
  /** Ends when no projected gradient component is larger. Default 1e-5. */
  readonly tolerance?: number;
  /** Ends when a step gains less than this share of |value| + 1e-3. Default 1e-7. */
  readonly gain?: number;
}

/** Where a minimisation ended. */
export interface Minimum {
  readonly x: Float64Array;
  readonly value: number;
  /** Calls of the function. */
  readonly evaluations: number;
}

const MEMORY = 8;
const ARMIJO = 1e-4;
const BACKTRACKS = 12;

/** Minimises `f` inside the bounds from `start`. */
export function minimize(f: Differentiable, start: Float64Array, options: MinimizeOptions): Minimum {
  const { lower, upper, iterations, tolerance = 1e-5, gain = 1e-7 } = options;
  const n = start.length;
  let x = Float64Array.from(start, (value, i) => Math.min(upper[i], Math.max(lower[i], value)));
  let gradient = new Float64Array(n);
  let value = f(x, gradient);
  let evaluations = 1;
  const history = new History(n);
  for (let iteration = 0; iteration < iterations && Number.isFinite(value); iteration++) {
    const free = freeVariables(x, gradient, lower, upper);
    if (largest(gradient, free) <= tolerance) break;
    const direction = history.direction(gradient, free);
    const slope = slopeOf(direction, gradient);
    const step = lineSearch({ f, x, value, direction, slope, lower, upper, first: history.size === 0 });
    evaluations += step.evaluations;
    if (step.accepted === null) {
      if (history.size === 0) break;
      history.clear();
      continue;
    }
    const gained = value - step.accepted.value;
    history.add(x, gradient, step.accepted.x, step.accepted.gradient);
    ({ x, value, gradient } = step.accepted);
    if (gained <= gain * (Math.abs(value) + 1e-3)) break;
  }
  return { x, value, evaluations };
}

/** 1 where a variable may move: not held at a bound by the gradient. */
function freeVariables(
  x: Float64Array,
  gradient: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
): Uint8Array {
  const free = new Uint8Array(x.length);
  for (let i = 0; i < x.length; i++) {
    free[i] = (x[i] <= lower[i] && gradient[i] > 0) || (x[i] >= upper[i] && gradient[i] < 0) ? 0 : 1;
  }
  return free;
}

function largest(gradient: Float64Array, free: Uint8Array): number {
  let most = 0;
  for (let i = 0; i < gradient.length; i++) if (free[i]) most = Math.max(most, Math.abs(gradient[i]));
  return most;
}

function slopeOf(direction: Float64Array, gradient: Float64Array): number {
  let slope = 0;
  for (let i = 0; i < direction.length; i++) slope += direction[i] * gradient[i];
  return slope;
}

interface Accepted {
  readonly x: Float64Array<ArrayBuffer>;
  readonly value: number;
  readonly gradient: Float64Array<ArrayBuffer>;
}

interface Line {
  readonly f: Differentiable;
  readonly x: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
  readonly slope: number;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly first: boolean;
}

function lineSearch(line: Line): { accepted: Accepted | null; evaluations: number } {
  const { f, x, value, direction, slope, lower, upper } = line;
  const n = x.length;
  // Without curvature the gradient's length says nothing about the distance: start with a step of at most a tenth of the box.
  let length = 1;
  if (line.first) {
    for (let i = 0; i < n; i++) {
      const size = Math.abs(direction[i]);
      if (size > 0) length = Math.min(length, (0.1 * (upper[i] - lower[i])) / size);
    }
  }
  for (let tries = 1; tries <= BACKTRACKS; tries++) {
    const next = new Float64Array(n);
    for (let i = 0; i < n; i++)
      next[i] = Math.min(upper[i], Math.max(lower[i], x[i] + length * direction[i]));
    const gradient = new Float64Array(n);
    const nextValue = f(next, gradient);
    if (nextValue <= value + ARMIJO * length * slope) {
      return { accepted: { x: next, value: nextValue, gradient }, evaluations: tries };
    }
    const curvature = nextValue - value - length * slope;
    const minimizer = (-slope * length * length) / (2 * curvature);
    length = Number.isFinite(minimizer)
      ? Math.min(0.5 * length, Math.max(0.1 * length, minimizer))
      : 0.1 * length;
  }
  return { accepted: null, evaluations: BACKTRACKS };
}

/** The latest steps and gradient changes, and the direction they imply. */
class History {
  private readonly steps: Float64Array[] = [];
  private readonly changes: Float64Array[] = [];
  private readonly curvatures: number[] = [];

  constructor(private readonly n: number) {}

  get size(): number {
    return this.steps.length;
  }

  clear(): void {
    this.steps.length = 0;
    this.changes.length = 0;
    this.curvatures.length = 0;
  }

  add(x: Float64Array, gradient: Float64Array, nextX: Float64Array, nextGradient: Float64Array): void {
    const step = nextX.map((value, i) => value - x[i]);
    const change = nextGradient.map((value, i) => value - gradient[i]);
    const curvature = slopeOf(step, change);
    if (!(curvature > 1e-12)) return;
    this.steps.push(step);
    this.changes.push(change);
    this.curvatures.push(curvature);
    if (this.steps.length > MEMORY) {
      this.steps.shift();
      this.changes.shift();
      this.curvatures.shift();
    }
  }

  /** A descent direction on the free variables. */
  direction(gradient: Float64Array, free: Uint8Array): Float64Array {
    const d = gradient.map((value, i) => (free[i] ? -value : 0));
    this.applyInverseHessian(d);
    for (let i = 0; i < this.n; i++) if (!free[i]) d[i] = 0;
    return slopeOf(d, gradient) < 0 ? d : gradient.map((value, i) => (free[i] ? -value : 0));
  }

  private applyInverseHessian(d: Float64Array): void {
    const size = this.steps.length;
    if (size === 0) return;
    const weights = new Float64Array(size);
    for (let k = size - 1; k >= 0; k--) {
      weights[k] = slopeOf(this.steps[k], d) / this.curvatures[k];
      addScaled(d, -weights[k], this.changes[k]);
    }
    const last = this.changes[size - 1];
    const scale = this.curvatures[size - 1] / slopeOf(last, last);
    for (let i = 0; i < this.n; i++) d[i] *= scale;
    for (let k = 0; k < size; k++) {
      addScaled(d, weights[k] - slopeOf(this.changes[k], d) / this.curvatures[k], this.steps[k]);
    }
  }
}

function addScaled(target: Float64Array, weight: number, source: Float64Array): void {
  for (let i = 0; i < target.length; i++) target[i] += weight * source[i];
}
