/** Colours from best to worst: a part of viridis that stays visible on light and on dark, read by colour-blind people too. */
const stops = ['#d9b300', '#7ab648', '#2a9d8f', '#35689a', '#5b3f8c'] as const;

/** Colour of a rank from 0 (best) to 1 (worst); grey without one. */
export function scaleSequential(rank: number | null): string {
  if (rank === null) return '#808080';
  const at = Math.min(stops.length - 1, Math.floor(rank * stops.length));
  return stops[at] ?? stops[0];
}
