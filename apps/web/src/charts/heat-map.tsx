/**
 * Two axes and a colour, on canvas: points gathered in cells, so that ten thousand cost what forty do. Props in, picture out. Arrow
 * keys walk through the filled cells and read them out.
 */
import { useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { axisOf } from './axes.js';
import type { Axis, AxisValue } from './axes.js';
import { cellsOf } from './cells.js';
import type { Cell } from './cells.js';
import { readColours } from './colours.js';
import { scaleSequential } from './sequential.js';
import { useCanvas } from './use-canvas.js';

/** What to draw. */
export interface HeatMapProps {
  readonly xName: string;
  readonly yName: string;
  readonly xs: readonly AxisValue[];
  readonly ys: readonly AxisValue[];
  /** Rank of each point from 0 (best) to 1 (worst). */
  readonly ranks: readonly number[];
  readonly format: (value: number) => string;
  readonly summary: string;
  /** One sentence about the points of a cell. */
  readonly describe: (points: readonly number[]) => string;
}

const HEIGHT = 320;
const TOP = 24;
const BOTTOM = HEIGHT - 36;
const LEFT = 74;
const RIGHT = 16;
const CELL_PX = 26;

const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The picture. */
export function HeatMap(props: HeatMapProps) {
  const { xName, yName, xs, ys, ranks, format, summary, describe } = props;
  const [width, setWidth] = useState(600);
  const [at, setAt] = useState<number | undefined>();
  const x = useMemo(
    () => axisOf(xName, xs, [Math.max(LEFT + CELL_PX, width - RIGHT), LEFT], format),
    [xName, xs, width, format],
  );
  const y = useMemo(() => axisOf(yName, ys, [TOP, BOTTOM], format), [yName, ys, format]);
  const cells = useMemo(() => cellsOf(places(x, xs), places(y, ys), ranks, CELL_PX), [x, y, xs, ys, ranks]);
  const drawn = useRef(0);
  const canvas = useCanvas(HEIGHT, (context, pixels, element) => {
    if (drawn.current !== pixels) {
      drawn.current = pixels;
      // The axis is laid out for a width that is known only once the frame is.
      queueMicrotask(() => setWidth(pixels));
    }
    const colours = readColours(element);
    drawCells(context, cells, at, colours.of('--text'));
    drawTicks(context, { x, y, colours, width: pixels });
  });
  const find = (event: PointerEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const [column, row] = [event.clientX - left, event.clientY - top].map((px) => Math.floor(px / CELL_PX));
    const found = cells.findIndex((cell) => cell.column === column && cell.row === row);
    return found === -1 ? undefined : found;
  };
  const onKey = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setAt((old) => Math.min(cells.length - 1, Math.max(0, (old ?? -step) + step)));
  };
  const cell = at === undefined ? undefined : cells[at];
  return (
    <figure className="chart">
      <canvas
        ref={canvas}
        className="chart-canvas"
        tabIndex={0}
        role="img"
        aria-label={`${summary} Arrow keys go from cell to cell.`}
        onKeyDown={onKey}
        onPointerMove={(event) => setAt(find(event))}
        onPointerLeave={() => setAt(undefined)}
      />
      <figcaption className="muted">
        <span aria-live="polite">{cell === undefined ? summary : describe(cell.points)}</span>
      </figcaption>
    </figure>
  );
}

function places(axis: Axis, values: readonly AxisValue[]): (number | undefined)[] {
  return values.map((value) => axis.place(value));
}

function drawCells(
  context: CanvasRenderingContext2D,
  cells: readonly Cell[],
  at: number | undefined,
  mark: string,
): void {
  for (const [index, { column, row, rank }] of cells.entries()) {
    context.fillStyle = scaleSequential(rank);
    context.fillRect(column * CELL_PX + 1, row * CELL_PX + 1, CELL_PX - 2, CELL_PX - 2);
    if (index !== at) continue;
    context.strokeStyle = mark;
    context.lineWidth = 2;
    context.strokeRect(column * CELL_PX + 1, row * CELL_PX + 1, CELL_PX - 2, CELL_PX - 2);
    context.lineWidth = 1;
  }
}

interface Frame {
  readonly x: Axis;
  readonly y: Axis;
  readonly colours: { readonly of: (colour: string) => string };
  readonly width: number;
}

function drawTicks(context: CanvasRenderingContext2D, { x, y, colours, width }: Frame): void {
  context.fillStyle = colours.of('--muted');
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  for (const { y: place, label } of x.ticks) context.fillText(label.slice(0, 12), place, BOTTOM + 16);
  context.textAlign = 'right';
  for (const { y: place, label } of y.ticks) context.fillText(label.slice(0, 12), LEFT - 16, place + 4);
  context.fillStyle = colours.of('--text');
  context.font = '600 12px system-ui, sans-serif';
  context.fillText(nameOf(x), width - RIGHT, HEIGHT - 4);
  context.textAlign = 'left';
  context.fillText(nameOf(y), 4, 14);
}

function nameOf({ name, isLog }: Axis): string {
  return name.slice(-40) + (isLog ? ' (log)' : '');
}
