/**
 * A regression tree grown on encoded trials, as the list of its leaves: each a box of the unit cube with the mean value inside.
 * `fanova.ts` integrates over the boxes; nobody predicts with the tree, so its inner nodes are not kept.
 *
 * @source Breiman et al., "Classification and Regression Trees", 1984: least-squares splits at mid-points, grown until every leaf is
 *   pure; categories are split by the order of their means, which is optimal for squared error (section 9.4). The settings are
 *   those of scikit-learn's `RandomForestRegressor`, which Optuna uses. Differs: categories stay one axis instead of one per category.
 */

/** One axis of the encoded space: the unit interval, or `levels` categories of equal measure. */
export type Axis = { readonly kind: 'numeric' } | { readonly kind: 'categorical'; readonly levels: number };

/** An encoded trial: a coordinate in [0, 1] or a category index per axis, and its value. */
export interface Sample {
  readonly x: readonly number[];
  readonly y: number;
}

/** The extent of a leaf along one axis. */
export type Side =
  | { readonly kind: 'numeric'; readonly lower: number; readonly upper: number }
  | { readonly kind: 'categorical'; readonly levels: number; readonly categories: readonly number[] };

/** A leaf: where it is and what it predicts. */
export interface Leaf {
  readonly sides: readonly Side[];
  readonly value: number;
}

/** Share of the axis that a side covers, in (0, 1]. */
export function widthOf(side: Side): number {
  return side.kind === 'numeric' ? side.upper - side.lower : side.categories.length / side.levels;
}

/** A node while the tree grows: its samples, sorted along each axis. */
interface Node {
  readonly sides: readonly Side[];
  readonly sorted: readonly (readonly Sample[])[];
}

interface Split {
  /** Reduction of squared error up to a constant of the node; the largest wins, the first axis on a tie. */
  readonly score: number;
  readonly axis: number;
  readonly goesLeft: (sample: Sample) => boolean;
  readonly left: Side;
  readonly right: Side;
}

/** Leaves of a tree grown on the samples, at least one; they cover the whole space without overlap. */
export function growLeaves(axes: readonly Axis[], samples: readonly Sample[]): readonly Leaf[] {
  const root: Node = {
    sides: axes.map(wholeSide),
    sorted: axes.map((_, axis) => [...samples].sort((a, b) => at(a, axis) - at(b, axis))),
  };
  const leaves: Leaf[] = [];
  const open = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const split = bestSplit(node);
    if (split === undefined) {
      const members = node.sorted[0] ?? samples;
      leaves.push({ sides: node.sides, value: members.reduce((sum, { y }) => sum + y, 0) / members.length });
    } else {
      open.push(child(node, split, true), child(node, split, false));
    }
  }
  return leaves;
}

function wholeSide(axis: Axis): Side {
  return axis.kind === 'numeric'
    ? { kind: 'numeric', lower: 0, upper: 1 }
    : { ...axis, categories: Array.from({ length: axis.levels }, (_, level) => level) };
}

function at(sample: Sample, axis: number): number {
  return sample.x[axis] ?? NaN;
}

function child(node: Node, split: Split, left: boolean): Node {
  return {
    sides: node.sides.with(split.axis, left ? split.left : split.right),
    sorted: node.sorted.map((samples) => samples.filter((sample) => split.goesLeft(sample) === left)),
  };
}

function bestSplit(node: Node): Split | undefined {
  const members = node.sorted[0] ?? [];
  const first = members[0]?.y;
  if (members.every(({ y }) => y === first)) return undefined;
  const total = members.reduce((sum, { y }) => sum + y, 0);
  let best: Split | undefined;
  node.sides.forEach((side, axis) => {
    const sorted = node.sorted[axis] ?? [];
    const split =
      side.kind === 'numeric'
        ? numericSplit(side, sorted, { axis, total })
        : categoricalSplit(side, sorted, { axis, total });
    if (split !== undefined && (best === undefined || split.score > best.score)) best = split;
  });
  return best;
}

/** Sum of squared means weighted by counts: larger means less squared error within the two sides. */
function scoreOf(leftSum: number, leftCount: number, rightSum: number, rightCount: number): number {
  return leftSum ** 2 / leftCount + rightSum ** 2 / rightCount;
}

interface Along {
  readonly axis: number;
  /** Sum of the node's values. */
  readonly total: number;
}

function numericSplit(
  side: Extract<Side, { kind: 'numeric' }>,
  sorted: readonly Sample[],
  { axis, total }: Along,
): Split | undefined {
  let score = -Infinity;
  let threshold = NaN;
  let sum = 0;
  let count = 0;
  let previous = NaN;
  for (const sample of sorted) {
    const x = at(sample, axis);
    if (count > 0 && x - previous > 1e-12) {
      const candidate = scoreOf(sum, count, total - sum, sorted.length - count);
      if (candidate > score) {
        score = candidate;
        threshold = previous + (x - previous) / 2;
      }
    }
    sum += sample.y;
    count += 1;
    previous = x;
  }
  if (score === -Infinity) return undefined;
  return {
    score,
    axis,
    goesLeft: (sample) => at(sample, axis) <= threshold,
    left: { ...side, upper: threshold },
    right: { ...side, lower: threshold },
  };
}

function categoricalSplit(
  side: Extract<Side, { kind: 'categorical' }>,
  sorted: readonly Sample[],
  { axis, total }: Along,
): Split | undefined {
  const groups = side.categories
    .map((category) => {
      const ys = sorted.filter((sample) => at(sample, axis) === category).map(({ y }) => y);
      return { category, count: ys.length, sum: ys.reduce((sum, y) => sum + y, 0) };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.sum / a.count - b.sum / b.count || a.category - b.category);
  let score = -Infinity;
  let cut = 0;
  let sum = 0;
  let count = 0;
  groups.slice(0, -1).forEach((group, index) => {
    sum += group.sum;
    count += group.count;
    const candidate = scoreOf(sum, count, total - sum, sorted.length - count);
    if (candidate > score) {
      score = candidate;
      cut = index + 1;
    }
  });
  if (score === -Infinity) return undefined;
  const low = groups.slice(0, cut);
  const lowCount = low.reduce((n, group) => n + group.count, 0);
  // Categories that no sample of the node has go to the side that says more about an unknown one.
  const unseenLeft = lowCount * 2 > sorted.length;
  const seenLeft = new Set(low.map(({ category }) => category));
  const seenRight = new Set(groups.slice(cut).map(({ category }) => category));
  const isLeft = (category: number) => (unseenLeft ? !seenRight.has(category) : seenLeft.has(category));
  return {
    score,
    axis,
    goesLeft: (sample) => seenLeft.has(at(sample, axis)),
    left: { ...side, categories: side.categories.filter(isLeft) },
    right: { ...side, categories: side.categories.filter((category) => !isLeft(category)) },
  };
}
