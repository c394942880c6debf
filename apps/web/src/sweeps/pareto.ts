/** Which of two aims cannot be met better together: the Pareto front of two values. Pure. */

/** Which way a value is better. */
export type Goal = 'minimize' | 'maximize';

/** Indices of the points that no other point beats in one value without losing in the other, best `x` first. */
export function frontOf(
  points: readonly { readonly x: number; readonly y: number }[],
  goals: { readonly x: Goal; readonly y: Goal },
): number[] {
  const signed = points.map(({ x, y }, index) => ({
    index,
    x: goals.x === 'minimize' ? x : -x,
    y: goals.y === 'minimize' ? y : -y,
  }));
  signed.sort((a, b) => a.x - b.x || a.y - b.y);
  const front: number[] = [];
  let last: { readonly x: number; readonly y: number } | undefined;
  for (const point of signed) {
    const isTwin = point.x === last?.x && point.y === last.y;
    if (last !== undefined && point.y >= last.y && !isTwin) continue;
    front.push(point.index);
    last = point;
  }
  return front;
}
