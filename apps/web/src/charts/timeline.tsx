/** Bars in lanes against time, on canvas. Props in, picture out. Arrow keys walk through the bars and read them out. */
import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { scaleTime } from 'd3-scale';
import { formatClock } from '../format/time.js';
import { readColours } from './colours.js';
import { useCanvas } from './use-canvas.js';

/** One bar; times in milliseconds of the epoch. */
export interface Bar {
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  readonly colour: string;
  readonly label: string;
  /** A stretch in which nothing ran: drawn as a thin line. */
  readonly isGap?: boolean;
}

const LANE_PX = 22;
/** Room for the names of the lanes. */
const NAME_PX = 120;
const AXIS_PX = 22;

const steps: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** The picture; `onPick` gets the position of a bar. */
export function Timeline({
  bars,
  lanes,
  summary,
  onPick,
}: {
  readonly bars: readonly Bar[];
  /** Their names, top to bottom. */
  readonly lanes: readonly string[];
  readonly summary: string;
  readonly onPick: (index: number) => void;
}) {
  const [at, setAt] = useState<number | undefined>();
  const width = useRef(0);
  const first = Math.min(...bars.map(({ start }) => start));
  const last = Math.max(...bars.map(({ end }) => end));
  const height = lanes.length * LANE_PX + AXIS_PX;
  const scaleOf = (pixels: number) =>
    scaleTime()
      .domain([first, Math.max(last, first + 1)])
      .range([NAME_PX, Math.max(NAME_PX + 1, pixels)]);
  const canvas = useCanvas(height, (context, pixels, element) => {
    width.current = pixels;
    draw(context, { bars, lanes, at, height, scale: scaleOf(pixels), colours: readColours(element) });
  });
  const find = (event: PointerEvent<HTMLCanvasElement>) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const time = scaleOf(width.current)
      .invert(event.clientX - left)
      .getTime();
    const lane = Math.floor((event.clientY - top) / LANE_PX);
    const found = bars.findIndex((bar) => bar.lane === lane && bar.start <= time && bar.end >= time);
    return found === -1 ? undefined : found;
  };
  const onKey = (event: KeyboardEvent) => {
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((old) => Math.min(bars.length - 1, Math.max(0, (old ?? -step) + step)));
    } else if (event.key === 'Enter' && at !== undefined) onPick(at);
  };
  return (
    <figure className="chart">
      <canvas
        ref={canvas}
        className="chart-canvas"
        tabIndex={0}
        role="img"
        aria-label={`${summary} Arrow keys go from bar to bar.`}
        onKeyDown={onKey}
        onPointerMove={(event) => setAt(find(event))}
        onPointerLeave={() => setAt(undefined)}
        onClick={() => (at === undefined ? undefined : onPick(at))}
      />
      <figcaption>
        <span aria-live="polite">{at === undefined ? summary : bars[at]?.label}</span>
      </figcaption>
    </figure>
  );
}

interface Drawing {
  readonly bars: readonly Bar[];
  readonly lanes: readonly string[];
  readonly at: number | undefined;
  readonly height: number;
  readonly scale: (time: number) => number;
  readonly colours: { readonly of: (colour: string) => string };
}

function draw(
  context: CanvasRenderingContext2D,
  { bars, lanes, at, height, scale, colours }: Drawing & { scale: ReturnType<typeof scaleTime<number>> },
): void {
  const bottom = height - AXIS_PX;
  context.fillStyle = colours.of('--muted');
  context.strokeStyle = colours.of('--line');
  context.font = '11px system-ui, sans-serif';
  for (const tick of scale.ticks(6)) {
    const x = Math.round(scale(tick)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, bottom + 4);
    context.stroke();
    context.fillText(formatClock(tick.getTime()), x + 3, height - 6);
  }
  for (const [lane, name] of lanes.entries())
    context.fillText(name.slice(-18), 0, lane * LANE_PX + 15, NAME_PX - 8);
  for (const [index, bar] of bars.entries()) {
    const x = scale(bar.start);
    const width = Math.max(1.5, scale(bar.end) - x - 1);
    context.globalAlpha = at === undefined || at === index ? 0.9 : 0.5;
    context.fillStyle = colours.of(bar.colour);
    if (bar.isGap === true) context.fillRect(x, bar.lane * LANE_PX + LANE_PX / 2 - 1, width, 2);
    else context.fillRect(x, bar.lane * LANE_PX + 2, width, LANE_PX - 4);
    if (at === index) {
      context.strokeStyle = colours.of('--text');
      context.strokeRect(x + 0.5, bar.lane * LANE_PX + 2.5, width - 1, LANE_PX - 5);
    }
  }
  context.globalAlpha = 1;
}
