/**
 * Many lines over many axes, on canvas. Dragging along an axis brushes it, a click clears it; lines outside of a brush fade. Props
 * in, picture out; the caller keeps the brushes.
 */
import { useMemo, useRef, useState } from 'react';
import type { PointerEvent } from 'react';
import { scaleSequential } from './sequential.js';
import { axisOf } from './axes.js';
import type { Axis, AxisValue } from './axes.js';
import { readColours } from './colours.js';
import { useCanvas } from './use-canvas.js';

/** Part of an axis by its ends in pixels, as shares of the height from the top. */
export type Brush = readonly [number, number];

/** What to draw. */
export interface ParallelProps {
  readonly axes: readonly string[];
  /** One row for each line, one value for each axis. */
  readonly rows: readonly (readonly AxisValue[])[];
  /** Rank of each line from 0 (best) to 1 (worst), or null without a value. */
  readonly ranks: readonly (number | null)[];
  readonly brushes: ReadonlyMap<string, Brush>;
  readonly onBrush: (axis: string, brush: Brush | undefined) => void;
  readonly format: (value: number) => string;
  readonly summary: string;
}

const HEIGHT = 340;
const TOP = 40;
const BOTTOM = HEIGHT - 16;
const SIDE = 70;
/** A shorter drag is a click. */
const LEAST_DRAG_PX = 4;

/** Axes of the picture, for deciding which lines are in the brushes. */
export function parallelAxes({
  axes,
  rows,
  format,
}: Pick<ParallelProps, 'axes' | 'rows' | 'format'>): Axis[] {
  return axes.map((name, index) =>
    axisOf(
      name,
      rows.map((row) => row[index]),
      [TOP, BOTTOM],
      format,
    ),
  );
}

/** Which lines are inside of every brush. */
export function insideBrushes(
  axes: readonly Axis[],
  rows: readonly (readonly AxisValue[])[],
  brushes: ReadonlyMap<string, Brush>,
): boolean[] {
  const limits = axes.flatMap((axis, index) => {
    const brush = brushes.get(axis.name);
    return brush === undefined ? [] : [{ axis, index, from: toPixels(brush[0]), to: toPixels(brush[1]) }];
  });
  return rows.map((row) =>
    limits.every(({ axis, index, from, to }) => {
      const y = axis.place(row[index]);
      return y !== undefined && y >= from && y <= to;
    }),
  );
}

function toPixels(share: number): number {
  return TOP + share * (BOTTOM - TOP);
}

function toShare(y: number): number {
  return Math.min(1, Math.max(0, (y - TOP) / (BOTTOM - TOP)));
}

/** The picture. */
export function ParallelCoordinates(props: ParallelProps) {
  const { axes: names, rows, ranks, brushes, onBrush, summary, format } = props;
  const axes = useMemo(() => parallelAxes({ axes: names, rows, format }), [names, rows, format]);
  const drag = useRef<{ readonly axis: string; readonly from: number } | undefined>(undefined);
  const [draft, setDraft] = useState<{ readonly axis: string; readonly brush: Brush } | undefined>();
  const shown = useMemo(
    () => (draft === undefined ? brushes : new Map([...brushes, [draft.axis, draft.brush]])),
    [brushes, draft],
  );
  const inside = useMemo(() => insideBrushes(axes, rows, shown), [axes, rows, shown]);
  const xOf = (index: number, width: number) =>
    axes.length < 2 ? width / 2 : SIDE + (index / (axes.length - 1)) * (width - 2 * SIDE);
  const canvas = useCanvas(HEIGHT, (context, width, element) => {
    const xs = axes.map((_axis, index) => xOf(index, width));
    drawLines(context, { axes, rows, ranks, inside, xs });
    drawAxes(context, { axes, xs, brushes: shown, colours: readColours(element) });
  });
  const place = (event: PointerEvent<HTMLCanvasElement>) => {
    const { left, top, width } = event.currentTarget.getBoundingClientRect();
    const distances = axes.map((_axis, index) => Math.abs(xOf(index, width) - (event.clientX - left)));
    const axis = names[distances.indexOf(Math.min(...distances))];
    return { axis, y: event.clientY - top };
  };
  const brushTo = (y: number): Brush => {
    const ends = [toShare(drag.current?.from ?? y), toShare(y)].sort((a, b) => a - b);
    return [ends[0] ?? 0, ends[1] ?? 1];
  };
  return (
    <figure className="chart">
      <canvas
        ref={canvas}
        className="chart-canvas"
        role="img"
        aria-label={summary}
        onPointerDown={(event) => {
          const { axis, y } = place(event);
          if (axis === undefined) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          drag.current = { axis, from: y };
        }}
        onPointerMove={(event) => {
          if (drag.current === undefined) return;
          setDraft({ axis: drag.current.axis, brush: brushTo(place(event).y) });
        }}
        onPointerUp={(event) => {
          const { y } = place(event);
          if (drag.current !== undefined) {
            const isClick = Math.abs(y - drag.current.from) < LEAST_DRAG_PX;
            onBrush(drag.current.axis, isClick ? undefined : brushTo(y));
          }
          drag.current = undefined;
          setDraft(undefined);
        }}
      />
      <figcaption className="muted">{summary}</figcaption>
    </figure>
  );
}

interface Lines {
  readonly axes: readonly Axis[];
  readonly rows: readonly (readonly AxisValue[])[];
  readonly ranks: readonly (number | null)[];
  readonly inside: readonly boolean[];
  readonly xs: readonly number[];
}

function drawLines(context: CanvasRenderingContext2D, { axes, rows, ranks, inside, xs }: Lines): void {
  const alpha = Math.max(0.12, Math.min(0.75, 60 / Math.max(1, rows.length)));
  context.lineWidth = 1.2;
  // Faded lines first, then worst to best, so that the best ones lie on top.
  const order = rows
    .map((_row, index) => index)
    .sort((a, b) => Number(inside[a]) - Number(inside[b]) || (ranks[b] ?? 2) - (ranks[a] ?? 2));
  for (const index of order) {
    const row = rows[index] ?? [];
    context.globalAlpha = inside[index] === true ? alpha : 0.05;
    context.strokeStyle = inside[index] === true ? scaleSequential(ranks[index] ?? null) : '#808080';
    context.beginPath();
    let isDown = false;
    for (const [at, axis] of axes.entries()) {
      const y = axis.place(row[at]);
      const x = xs[at] ?? 0;
      if (y === undefined) isDown = false;
      else if (isDown) context.lineTo(x, y);
      else {
        context.moveTo(x, y);
        isDown = true;
      }
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

interface Frame {
  readonly axes: readonly Axis[];
  readonly xs: readonly number[];
  readonly brushes: ReadonlyMap<string, Brush>;
  readonly colours: { readonly of: (colour: string) => string };
}

function drawAxes(context: CanvasRenderingContext2D, { axes, xs, brushes, colours }: Frame): void {
  context.lineWidth = 1;
  context.font = '11px system-ui, sans-serif';
  context.textAlign = 'center';
  for (const [index, axis] of axes.entries()) {
    const x = Math.round(xs[index] ?? 0) + 0.5;
    context.strokeStyle = colours.of('--muted');
    context.beginPath();
    context.moveTo(x, TOP);
    context.lineTo(x, BOTTOM);
    context.stroke();
    context.fillStyle = colours.of('--text');
    context.font = '600 12px system-ui, sans-serif';
    context.fillText(axis.name.slice(-18) + (axis.isLog ? ' (log)' : ''), x, 20);
    context.font = '11px system-ui, sans-serif';
    for (const { y, label } of axis.ticks)
      outlined(context, label, { x, y: y + 4, halo: colours.of('--surface') });
    const brush = brushes.get(axis.name);
    if (brush === undefined) continue;
    context.strokeStyle = colours.of('--accent');
    context.lineWidth = 2;
    context.strokeRect(x - 9, toPixels(brush[0]), 18, Math.max(2, toPixels(brush[1]) - toPixels(brush[0])));
    context.lineWidth = 1;
  }
}

function outlined(
  context: CanvasRenderingContext2D,
  text: string,
  at: { x: number; y: number; halo: string },
): void {
  context.lineWidth = 4;
  context.lineJoin = 'round';
  context.strokeStyle = at.halo;
  context.strokeText(text, at.x, at.y);
  context.lineWidth = 1;
  context.fillText(text, at.x, at.y);
}
