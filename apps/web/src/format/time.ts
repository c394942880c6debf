/** Times in the reader's zone and durations in words. */

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

/** The reader's time zone. */
export const timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Date and time in the reader's zone. */
export function formatTime(iso: string): string {
  return absolute.format(new Date(iso));
}

/** Time of day in the reader's zone. */
export function formatClock(ms: number): string {
  return clock.format(new Date(ms));
}

/** `3 h 10 m`, the two largest units; `0.4 s` below ten seconds. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  const total = Math.round(seconds);
  const units = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor(total / 3_600) % 24, 'h'],
    [Math.floor(total / 60) % 60, 'm'],
    [total % 60, 's'],
  ] as const;
  const first = units.findIndex(([amount]) => amount > 0);
  return units
    .slice(first, first + 2)
    .filter(([amount], index) => index === 0 || amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(' ');
}

/** `12 s ago`. */
export function formatAgo(iso: string, nowMs: number): string {
  const seconds = (nowMs - new Date(iso).getTime()) / 1000;
  if (seconds < 5) return 'now';
  return `${formatDuration(Math.floor(seconds)).split(' ').slice(0, 2).join(' ')} ago`;
}

/** Seconds between two times, the second `null` for now. */
export function secondsBetween(start: string, end: string | null, nowMs: number): number {
  return ((end === null ? nowMs : new Date(end).getTime()) - new Date(start).getTime()) / 1000;
}
