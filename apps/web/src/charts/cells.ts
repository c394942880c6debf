/** Points gathered in square cells of a picture. Pure. */

/** One cell that has points. */
export interface Cell {
  readonly column: number;
  readonly row: number;
  /** Indices of its points. */
  readonly points: readonly number[];
  /** Mean rank of its points, from 0 (best) to 1 (worst). */
  readonly rank: number;
}

/** Cells of `size` pixels by row, then column; points without a place are left out. */
export function cellsOf(
  xs: readonly (number | undefined)[],
  ys: readonly (number | undefined)[],
  ranks: readonly number[],
  size: number,
): Cell[] {
  const cells = new Map<string, { column: number; row: number; points: number[]; sum: number }>();
  for (const [index, x] of xs.entries()) {
    const y = ys[index];
    if (x === undefined || y === undefined) continue;
    const [column, row] = [Math.floor(x / size), Math.floor(y / size)];
    const cell = cells.get(`${column}/${row}`) ?? { column, row, points: [], sum: 0 };
    cell.points.push(index);
    cell.sum += ranks[index] ?? 1;
    cells.set(`${column}/${row}`, cell);
  }
  return [...cells.values()]
    .map(({ sum, ...cell }) => ({ ...cell, rank: sum / cell.points.length }))
    .sort((a, b) => a.row - b.row || a.column - b.column);
}
