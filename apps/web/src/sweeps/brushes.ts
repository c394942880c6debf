/** Brushes of parallel coordinates in the URL: `axis:0.1..0.4` joined by commas, names escaped. Pure. */
import type { Brush } from '../charts/parallel-coordinates.js';

/** Brushes of the parameter; what cannot be read is ignored. */
export function brushesOf(text: string | undefined): Map<string, Brush> {
  const brushes = new Map<string, Brush>();
  for (const part of (text ?? '').split(',')) {
    const match = /^(.+):([\d.]+)\.\.([\d.]+)$/.exec(part);
    if (match?.[1] === undefined) continue;
    const [from, to] = [Number(match[2]), Number(match[3])];
    if (from >= 0 && to <= 1 && from < to) brushes.set(decode(match[1]), [from, to]);
  }
  return brushes;
}

/** The parameter for brushes, or `undefined` without any. */
export function brushText(brushes: ReadonlyMap<string, Brush>): string | undefined {
  if (brushes.size === 0) return undefined;
  return [...brushes]
    .map(([axis, [from, to]]) => `${encodeURIComponent(axis)}:${short(from)}..${short(to)}`)
    .join(',');
}

function short(share: number): string {
  return String(Math.round(share * 1000) / 1000);
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
