/** A canvas as wide as its frame, sharp on every screen, drawn anew when its size, the theme or what it draws changes. */
import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { useDark } from '../app/theme.js';

/** Draws on a cleared canvas of `width` CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, width: number, element: HTMLElement) => void;

/** The reference to give to the canvas. */
export function useCanvas(height: number, draw: Draw): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDark = useDark();
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
    paint(canvas.current, height, draw);
  });
  useEffect(() => {
    const frame = canvas.current?.parentElement;
    if (frame === null || frame === undefined) return undefined;
    const resize = new ResizeObserver(() => paint(canvas.current, height, latest.current));
    resize.observe(frame);
    return () => resize.disconnect();
  }, [height, isDark]);
  return canvas;
}

function paint(canvas: HTMLCanvasElement | null, height: number, draw: Draw): void {
  const frame = canvas?.parentElement;
  const context = canvas?.getContext('2d');
  if (canvas === null || frame === null || frame === undefined || context === null || context === undefined)
    return;
  const width = frame.clientWidth;
  const ratio = devicePixelRatio;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  draw(context, width, frame);
}
